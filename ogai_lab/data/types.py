"""The data layer's nouns: a pipeline, and the manifest of what it made.

A manifest is a blob: this JSON, named by its digest. What reads it needs no library of ours:

    {"format": 1, "sequence_length": 256, "vocab_size": 4096, "eos_id": 0,
     "tokenizer": "sha256:…",      a tokenizer.json of the `tokenizers` library
     "shards": [{"digest": "sha256:…", "sequences": 8192, "tokens": 2097152, "dtype": "uint16"}],
     "heldout": "sha256:…",        JSON lines: {"doc_id", "path", "kind", "text", "bytes"}
     "ledger": "sha256:…", …}

A shard is a ``.npy`` file: an array of shape (sequences, sequence_length). Documents follow each
other in an order given by the seed, each ended by `eos_id`, cut into sequences of equal length;
sequence ``i`` of the corpus is row ``i`` of the shards laid end to end.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, Field

from ogai_lab.core.types import Bytes, Sentence, Strict
from ogai_lab.data.source_types import (
    HtmlFolder as HtmlFolder,
)
from ogai_lab.data.source_types import (
    HuggingFace as HuggingFace,
)
from ogai_lab.data.source_types import (
    JsonLines as JsonLines,
)
from ogai_lab.data.source_types import (
    Parquet as Parquet,
)
from ogai_lab.data.source_types import (
    Pdf as Pdf,
)
from ogai_lab.data.source_types import (
    PythonStdlib as PythonStdlib,
)
from ogai_lab.data.source_types import (
    Source as Source,
)
from ogai_lab.data.source_types import (
    TextFolder as TextFolder,
)
from ogai_lab.data.source_types import (
    Wacz as Wacz,
)
from ogai_lab.data.source_types import (
    Warc as Warc,
)
from ogai_lab.scheduler.types import JobState, Progress

if TYPE_CHECKING:
    from ogai_lab.data.accounts import Preview

DigestText = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class StageSpec(Strict):
    """A stage by its name, with its options; see `ogai_lab.data.stages`."""

    stage: str
    options: dict[str, Any] = {}


class Rule(Strict):
    """When to drop a document: its signal is below, above or equal to a value, or was seen before.

    ``repeated`` keeps the first of the documents that share the signal and are not dropped by an
    earlier rule. ``present`` drops a document that has the signal at all; over a pass's
    ``<name>_kept`` it keeps one document of each cluster: the survivor or, where an earlier rule
    dropped that, the next. ``outside`` drops a text signal that is none of `among`. A document
    without the signal (null) is kept.
    """

    reason: str = Field(min_length=1, max_length=60)
    column: str
    drop: Literal["below", "above", "is", "repeated", "present", "outside"]
    value: float | bool | None = None
    among: list[str] = Field(default=[], description="Of ``outside``: the texts that may stay.")
    kinds: list[str] = Field(default=[], description="Only documents of these kinds; all if empty.")


class Policy(Strict):
    """The rules, in order; the first that fits gives the reason. No rules: everything is kept."""

    name: str = Field(min_length=1, max_length=60)
    rules: list[Rule] = []


class Split(Strict):
    """Which documents are held out, and what is done with them.

    Whole files are held out, chosen by a hash of their path, so that the choice does not depend
    on the policy. `policy` is that of the held-out documents, the pipeline's when left out: give
    two pipelines the same one, and both hold out the very same documents.
    """

    heldout: float = Field(default=0.05, ge=0, lt=1)
    by: Literal["file", "document"] = "file"
    salt: str = "ogai"
    policy: Policy | None = None
    leaked: str | None = Field(
        default="exact_key",
        description="A held-out document whose signal of this name some training document has "
        "(before the policy) is dropped as leaked.",
    )
    limit: int | None = Field(default=None, ge=1, description="At most so many documents.")


class TokenizerSpec(Strict):
    """A byte-level BPE to train, or one that exists."""

    vocab_size: int = Field(default=4096, ge=257, le=1 << 20)
    eos: str = Field(default="<|endoftext|>", min_length=1)
    digest: DigestText | None = Field(default=None, description="A stored tokenizer.json.")
    train_on: Bytes = Field(
        default=64 << 20, gt=0, description="About so many bytes of text are trained on."
    )


class Packing(Strict):
    """How tokens become sequences and shards."""

    sequence_length: int = Field(default=256, ge=2, le=1 << 20)
    shard_sequences: int = Field(default=8192, ge=1)
    seed: int = 0


class Pipeline(Strict):
    """Everything that decides what a corpus becomes.

    Without a tokenizer a run ends with documents; with one they are packed for training, too.
    """

    name: str = Field(default="corpus", min_length=1, max_length=100)
    sources: list[Source] = Field(default=[], description="A preset has none until it is run.")
    stages: list[StageSpec] = []
    keep_raw: bool = Field(
        default=False,
        description="Keep `raw_text` (before the first stage that changes it) and `html`, too.",
    )
    policy: Policy = Policy(name="raw")
    split: Split = Split()
    tokenizer: TokenizerSpec | None = TokenizerSpec()
    packing: Packing | None = Packing()

    @classmethod
    def from_yaml(cls, text: str | Path) -> Self:
        """Return the pipeline in YAML text, or in the file of this name.

        Raises
        ------
        InvalidInput
            When it is none; `field` names the part at fault.
        """
        from ogai_lab.data.yaml_form import read

        return cls.model_validate(read(text))

    def to_yaml(self, path: str | Path | None = None) -> str:
        """Return the pipeline as YAML, without what is as by default; write it to `path`, too."""
        from ogai_lab.data.yaml_form import written

        return written(self, path)

    def over(self, inputs: Any) -> Self:
        """Return the pipeline over these inputs: files, patterns, folders, URLs or sources.

        The stage ``extract`` is left out where none of them gives pages to extract text from.
        """
        from ogai_lab.data.inputs import sources_of, with_sources

        return with_sources(self, sources_of(inputs))

    def tuned(self, **settings: float | bool | None) -> Pipeline:
        """Return the pipeline with other thresholds: ``tuned(min_quality=0.4)``.

        See `ogai_lab.data.retuning.retuned`.
        """
        from ogai_lab.data.retuning import retuned

        return retuned(self, settings)

    def preview(self, inputs: Any = None, n: int = 200) -> Preview:
        """Return what it would do to a sample, computed in this process: a table.

        Parameters
        ----------
        inputs
            As for `over`; the pipeline's own sources when left out.
        n
            Documents.
        """
        from ogai_lab.data.extra import check_installed

        check_installed()
        from ogai_lab.data.previewing import preview

        return preview(self if inputs is None else self.over(inputs), n)


class Count(BaseModel):
    """How many documents, and how many bytes of text they hold."""

    documents: int = 0
    bytes: int = 0


class Shard(BaseModel):
    """One file of packed sequences."""

    digest: str
    sequences: int
    tokens: int
    dtype: Literal["uint16", "uint32"]


class DocumentShard(BaseModel):
    """One Parquet file of kept documents in the output folder."""

    name: str = Field(description="Below the folder.")
    digest: str
    documents: int
    bytes: int = Field(description="Of text.")
    size: int = Field(description="Bytes of the file.")


class Manifest(BaseModel):
    """What a pipeline made of its inputs. It holds nothing that two equal runs could differ in."""

    format: Literal[1] = 1
    digest: str = Field(default="", description="Its own name: given when loaded, not stored.")
    name: str
    policy: str
    pipeline: str = Field(description="Digest of the pipeline.")
    code: str = Field(description="Digest of the code and library versions that made this.")
    inputs: str = Field(description="Digest of the list of input files with their digests.")
    files: int
    read: Count
    kept: Count
    heldout_kept: Count
    dropped: dict[str, Count] = Field(description="By reason.")
    quarantined: Count = Field(default=Count(), description="Set aside: a stage raised on them.")
    tokens: int = Field(default=0, description="Of all sequences.")
    left_over: int = Field(default=0, description="Tokens at the end that did not fill a sequence.")
    tokenizer: str = Field(default="", description="Empty where the run ends with documents.")
    vocab_size: int = 0
    eos_id: int = 0
    sequence_length: int = 0
    sequences: int = 0
    shards: list[Shard] = []
    documents: list[DocumentShard] = Field(
        default=[], description="The files of an output folder, where there was one."
    )
    heldout: str
    ledger: str
    tables: str = Field(default="", description="Digest of the list of tables with all documents.")
    decisions: str = Field(default="", description="Digest of what was decided about each.")
    own_stages: dict[str, str] = Field(
        default={}, description="The digests of the sources of the user's own stages, by name."
    )


class Drop(BaseModel):
    """One dropped document: which stage's signal, which rule, what the signal was."""

    doc_id: str
    path: str
    kind: str
    split: Literal["train", "heldout", "quarantine"]
    stage: str
    reason: str
    value: float | None = None
    kept_id: str | None = Field(default=None, description="The document kept in its stead.")
    error: str | None = Field(default=None, description="What the stage raised, in quarantine.")
    bytes: int
    excerpt: str = Field(description="How it begins.")


class LedgerPage(BaseModel):
    """Some dropped documents, and how many there are by reason."""

    items: list[Drop]
    total: int = Field(description="All that fit the question, this page's and others'.")
    reasons: dict[str, int]


Phase = Literal[
    "plan",
    "fingerprint",
    "read",
    "decide",
    "divide",
    "tokenizer",
    "tokenize",
    "pack",
    "compare",
    "write",
]
"""What a run does. ``compare`` (the passes) follows ``read``, ``write`` follows ``divide``; they
stand last because a job reports its phase by number."""

PHASES: tuple[Phase, ...] = get_args(Phase)


class DataRun(BaseModel):
    """A run of a pipeline: the job that makes it and, when it is done, what came of it."""

    job: str
    name: str
    policy: str = ""
    state: JobState
    created: float
    ended: float | None = None
    pipeline: str
    manifest: str | None = None
    reason: Sentence = ""
    phase: Phase | None = Field(default=None, description="What it does now, or did last.")
    progress: Progress | None = Field(default=None, description="In tasks of all phases.")
    read: Count | None = Field(default=None, description="Of all files, so far or in the end.")
    kept: Count | None = Field(default=None, description="To train on and held out, in the end.")
    tokens: int | None = None
