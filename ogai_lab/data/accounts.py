"""What can be asked of a run: how far it is, where every document went, what a rule would drop."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ogai_lab.data.types import Drop

Value = bool | int | float | str | None
Fate = Literal["kept", "heldout", "dropped", "quarantine"]
Form = Literal["jsonl", "jsonl.zst", "parquet", "huggingface", "megatron"]
"""In which other forms a corpus can be written; see `ogai_lab.data.exports`."""


class StagePace(BaseModel):
    """What a stage has cost so far."""

    name: str
    seconds: float = Field(description="Of all workers together.")
    documents: int
    bytes: int = Field(description="Of text that it was given.")
    speed: float | None = Field(description="MB (10^6 bytes) of text a second and core.")


class Pace(BaseModel):
    """How far a run is and how fast it goes."""

    job: str
    phase: str | None = None
    documents: int = 0
    bytes: int = Field(default=0, description="Of text, read so far.")
    seconds: float | None = Field(default=None, description="Since it started.")
    workers: int = 1
    speed: float | None = Field(default=None, description="MB of text a second and core.")
    kept: float | None = Field(default=None, description="Of the documents, once it is decided.")
    left: float | None = Field(default=None, description="Seconds until it ends, as it goes now.")
    stages: list[StagePace] = []


class FunnelStep(BaseModel):
    """What one step took away, and what was left behind it."""

    name: str
    kind: Literal["read", "quarantine", "drop", "heldout", "kept"]
    documents: int
    bytes: int
    left_documents: int
    left_bytes: int


class Funnel(BaseModel):
    """Where every document of a run went, in the order in which it was decided."""

    name: str
    policy: str
    steps: list[FunnelStep]


class Duplicates(BaseModel):
    """Some documents that were dropped for another one: the dedup ledger."""

    items: list[Drop] = Field(description="`kept_id` is the document kept, `value` the similarity.")
    total: int


class Document(BaseModel):
    """What became of one document."""

    doc_id: str
    path: str
    kind: str
    bytes: int
    state: Fate
    stage: str | None = None
    reason: str | None = None
    value: float | None = None
    kept_id: str | None = None
    error: str | None = None


class Documents(BaseModel):
    """Some documents of a manifest, and how many fit the question."""

    items: list[Document]
    total: int


class PreviewRow(BaseModel):
    """One document as a pipeline would leave it."""

    doc_id: str
    path: str
    before: str = Field(
        description="How its text begins, as the source gives it; of a page with menus and all."
    )
    after: str = Field(description="How its text begins behind the stages.")
    signals: dict[str, Value]
    state: Literal["kept", "dropped", "quarantine"]
    stage: str | None = None
    reason: str | None = None
    value: float | None = None
    kept_id: str | None = None
    error: str | None = None


class Preview(BaseModel):
    """What a pipeline would do to a sample of documents."""

    name: str
    policy: str
    signals: list[str]
    rows: list[PreviewRow]
    dropped: dict[str, int] = Field(description="By reason.")


class PresetText(BaseModel):
    """A ready-made pipeline, as readable YAML."""

    name: str
    summary: str
    text: str
