"""What a pass is: a stage that needs the whole corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from ogai_lab.core.types import Strict

if TYPE_CHECKING:
    import pyarrow as pa

O = TypeVar("O", bound=Strict)  # noqa: E741

ROW = "row"
"""The first column of every part: the document's place in its table (int32)."""


class Pass(Generic[O]):
    """Adds columns to documents that only the whole corpus can tell.

    `map` runs once a table of documents and keeps what documents are compared by; `reduce` runs
    once and compares. Both are pure functions of their input and the options, and what `reduce`
    says of a document does not depend on the order of the parts, on how the corpus was divided
    into them, or on the memory that it was given. Like a stage, a pass drops nothing. Raise
    `version` with every change of what the two give.

    A pass that looks for duplicates adds three columns: ``<name>_group`` (int64, the same for the
    documents of a cluster, null for a document alone), ``<name>_kept`` (the doc_id of the
    cluster's survivor, null for the survivor itself) and ``<name>_similarity`` (double, to the
    survivor, 0 to 1). A rule over ``<name>_kept`` drops all but the survivors.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    columns: ClassVar[dict[str, str]]
    """The columns that it adds, with their Arrow types (``pa.type_for_alias``)."""
    wants: ClassVar[tuple[str, ...]] = ("doc_id", "text")
    """The columns that `map` reads; options can add to them, see `needed`."""
    options_type: ClassVar[type[Strict]]

    def __init__(self, options: O) -> None:
        self.options = options

    def needed(self) -> tuple[str, ...]:
        """Return the columns that `map` reads with these options."""
        return self.wants

    def files(self) -> tuple[Path, ...]:
        """Return the files beside the corpus that the result depends on; a key has their digests.

        A benchmark's items, for one, which `map` reads.
        """
        return ()

    def map(self, table: pa.Table) -> pa.Table:
        """Return what the documents of one table are compared by.

        Parameters
        ----------
        table
            The columns that `needed` names, one row a document.

        Returns
        -------
        pyarrow.Table
            A part. Its first column is `ROW`; a document may have any number of rows, none too,
            but rows stand in the documents' order.
        """
        raise NotImplementedError

    def reduce(
        self,
        parts: Sequence[Callable[[], pa.Table]],
        sizes: Sequence[int],
        scratch: Path,
        memory: int,
    ) -> Iterator[pa.Table]:
        """Yield this pass's columns, one table a part, with a row for each of its documents.

        Parameters
        ----------
        parts
            Each loads one part. It may be called more than once.
        sizes
            Documents of each part's table.
        scratch
            An empty folder for intermediate files; the caller removes it.
        memory
            Bytes that arrays may take at a time, beside one part. Less of it costs time alone.
        """
        raise NotImplementedError
