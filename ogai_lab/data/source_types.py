"""Where documents come from: the kinds of sources, as a pipeline names them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ogai_lab.core.types import Bytes, Strict

Fraction = Annotated[float, Field(gt=0, le=1)]
ColumnType = Literal["string", "int64", "double", "bool"]
Columns = Annotated[
    dict[str, ColumnType],
    Field(description="More columns to take along, with their types; null where one is missing."),
]
PAGES = ["text/html", "application/xhtml+xml", "text/plain"]
_Place = Annotated[
    str, Field(min_length=1, description="A file, a folder, a pattern of paths, or a URL of these.")
]


class _Source(Strict):
    fraction: Fraction = Field(default=1.0, description="The share of its files, by their names.")
    limit: Bytes | None = Field(default=None, gt=0, description="At most so many bytes of files.")
    cut: Bytes = Field(
        default=1 << 20, ge=1024, description="A longer document becomes several of this size."
    )


class PythonStdlib(_Source):
    """The documentation strings, code and comments of the Python standard library."""

    kind: Literal["python_stdlib"] = "python_stdlib"


class JsonLines(_Source):
    """JSON lines files: one document a line. A line that is not JSON is kept as damaged text."""

    kind: Literal["jsonl"] = "jsonl"
    path: str = Field(
        min_length=1,
        description="A file, or a folder of .jsonl files, also .gz and .zst; a pattern; a URL.",
    )
    field: str = Field(default="text", min_length=1, description="The field with the text.")
    columns: Columns = {}


class TextFolder(_Source):
    """A folder of text files: one document a file."""

    kind: Literal["text_folder"] = "text_folder"
    path: _Place
    pattern: str = Field(default="*.txt", min_length=1, description="What file names look like.")


class _Archive(_Source):
    path: _Place
    types: list[str] = Field(default=PAGES, description="Content types that are documents.")
    most: Bytes = Field(default=16 << 20, ge=1024, description="Of a longer page only so much.")


class Warc(_Archive):
    """Web archives: WARC, or the extracted text of WET, plain or in gzip or zstd.

    A document is a successful response of one of the `types`, or a conversion record. Its page
    is the column ``html`` (WET: its text is the text), beside ``url``, ``time``, ``content_type``.
    """

    kind: Literal["warc"] = "warc"


class Wacz(_Archive):
    """Web archive collections: the WARC files in .wacz files; as `Warc` otherwise."""

    kind: Literal["wacz"] = "wacz"


class HtmlFolder(_Source):
    """A folder of HTML files: one document a file, its bytes the column ``html``."""

    kind: Literal["html"] = "html"
    path: _Place
    pattern: str = Field(default="*.htm*", min_length=1, description="What file names look like.")
    most: Bytes = Field(default=16 << 20, ge=1024, description="Of a longer page only so much.")


class Parquet(_Source):
    """Parquet files: one document a row."""

    kind: Literal["parquet"] = "parquet"
    path: _Place
    field: str = Field(default="text", min_length=1, description="The column with the text.")
    columns: Columns = {}


class HuggingFace(_Source):
    """A data set as `datasets` saves it to disk: Arrow files, one document a row."""

    kind: Literal["huggingface"] = "huggingface"
    path: _Place
    split: str | None = Field(default=None, description="One of its splits; all when left out.")
    field: str = Field(default="text", min_length=1, description="The column with the text.")
    columns: Columns = {}


class Pdf(_Source):
    """PDF files: the text of one is one document, as far as it is stored as text."""

    kind: Literal["pdf"] = "pdf"
    path: _Place
    seconds: float = Field(default=60, gt=0, description="A file that takes longer is damaged.")


Source = Annotated[
    PythonStdlib | JsonLines | TextFolder | Warc | Wacz | HtmlFolder | Parquet | HuggingFace | Pdf,
    Field(discriminator="kind"),
]
