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

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field

from ogai_lab.core.types import Bytes, Sentence, Strict
from ogai_lab.scheduler.types import JobState, Progress

Fraction = Annotated[float, Field(gt=0, le=1)]
DigestText = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


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
    path: str = Field(min_length=1, description="A file, or a folder of .jsonl files.")
    field: str = Field(default="text", min_length=1, description="The field with the text.")


class TextFolder(_Source):
    """A folder of text files: one document a file."""

    kind: Literal["text_folder"] = "text_folder"
    path: str = Field(min_length=1)
    pattern: str = Field(default="*.txt", min_length=1, description="What file names look like.")


Source = Annotated[PythonStdlib | JsonLines | TextFolder, Field(discriminator="kind")]


class StageSpec(Strict):
    """A stage by its name, with its options; see `ogai_lab.data.stages`."""

    stage: str
    options: dict[str, Any] = {}


class Rule(Strict):
    """When to drop a document: its signal is below, above or equal to a value, or was seen before.

    ``repeated`` keeps the first of the documents that share the signal and are not dropped by an
    earlier rule. A document without the signal (null) is kept.
    """

    reason: str = Field(min_length=1, max_length=60)
    column: str
    drop: Literal["below", "above", "is", "repeated"]
    value: float | bool | None = None
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
    """Everything that decides what a corpus becomes."""

    name: str = Field(default="corpus", min_length=1, max_length=100)
    sources: list[Source] = Field(min_length=1)
    stages: list[StageSpec] = []
    keep_raw: bool = Field(
        default=False,
        description="Keep `raw_text` (before the first stage that changes it) and `html`, too.",
    )
    policy: Policy = Policy(name="raw")
    split: Split = Split()
    tokenizer: TokenizerSpec = TokenizerSpec()
    packing: Packing = Packing()


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
    tokens: int = Field(description="Of all sequences.")
    left_over: int = Field(description="Tokens at the end that did not fill a sequence.")
    tokenizer: str
    vocab_size: int
    eos_id: int
    sequence_length: int
    sequences: int
    shards: list[Shard]
    heldout: str
    ledger: str


class Drop(BaseModel):
    """One dropped document: which stage's signal, which rule, what the signal was."""

    doc_id: str
    path: str
    kind: str
    split: Literal["train", "heldout"]
    stage: str
    reason: str
    value: float | None = None
    kept_id: str | None = Field(default=None, description="The document kept in its stead.")
    bytes: int
    excerpt: str = Field(description="How it begins.")


class LedgerPage(BaseModel):
    """Some dropped documents, and how many there are by reason."""

    items: list[Drop]
    total: int = Field(description="All that fit the question, this page's and others'.")
    reasons: dict[str, int]


Phase = Literal["plan", "fingerprint", "read", "decide", "divide", "tokenizer", "tokenize", "pack"]
"""What a run does, one after the other."""

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
