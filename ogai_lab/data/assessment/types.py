"""What an assessment says."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ogai_lab.data.accounts import Fate, Value
from ogai_lab.data.types import Count


class Threshold(BaseModel):
    """A rule of the policy that compares a signal with a value."""

    reason: str
    drop: Literal["below", "above", "is"]
    value: float = Field(description="Of ``is`` over a flag: 1 is true.")


class Spread(BaseModel):
    """How the values of a signal are spread over all documents that were not set aside."""

    column: str
    stage: str = Field(description="Which makes it; ``source`` where it came with the document.")
    flag: bool = Field(description="Whether it is true or false: 1 or 0 here.")
    documents: int = Field(description="That have it.")
    missing: int = Field(description="That do not (null).")
    least: float | None = None
    median: float | None = None
    mean: float | None = None
    most: float | None = None
    edges: list[float] = Field(
        default=[],
        description="Of the bins, one more than these. The first and the last bin hold the "
        "furthest hundredth of the values each, too, whatever they are.",
    )
    counts: list[int] = Field(default=[], description="Documents in each bin.")
    dropped: list[int] = Field(default=[], description="Of these, the dropped ones.")
    thresholds: list[Threshold] = []


class Sample(BaseModel):
    """A document that stands for others."""

    doc_id: str
    path: str
    value: float | None = None
    state: Fate
    reason: str | None = None
    excerpt: str = Field(description="How its text begins, behind the stages.")


class ThresholdEdge(BaseModel):
    """The documents nearest to a threshold, on both sides: they say whether it is well placed."""

    column: str
    threshold: Threshold
    dropped: list[Sample] = Field(description="The nearest ones that this rule dropped.")
    kept: list[Sample] = Field(description="The nearest ones on its other side, if kept.")


class Cell(BaseModel):
    """The documents of one language and one domain."""

    language: str | None = Field(description="None where no stage told it.")
    domain: str | None = Field(
        description="The host of the address; the kind of document where none has an address."
    )
    read: Count
    kept: Count = Field(description="To train on and held out.")


class Languages(BaseModel):
    """Language × domain: the largest domains one by one, the others together."""

    cells: list[Cell]
    domains: int = Field(description="All there are, those put together too.")


class Member(BaseModel):
    """A document of a cluster."""

    doc_id: str
    path: str
    similarity: float | None = Field(description="To the survivor; None for the survivor itself.")
    state: Fate
    excerpt: str


class Cluster(BaseModel):
    """Documents that a pass found to be the same, or nearly so."""

    group: int
    size: int = Field(description="Documents, all of them.")
    members: list[Member] = Field(description="The survivor first, then some of the others.")


class Clusters(BaseModel):
    """What one pass found."""

    name: str = Field(description="Of the pass.")
    clusters: int
    documents: int = Field(description="In clusters of at least two.")
    sizes: dict[int, int] = Field(description="How many clusters have so many documents.")
    largest: list[Cluster]


class Contamination(BaseModel):
    """How much of a benchmark stands in the documents."""

    benchmark: str
    documents: int = Field(description="That share words in a row with an item of it.")
    kept: int = Field(description="Of these, the ones to train on: what still leaks.")
    items: int = Field(description="Different items found.")
    share: float = Field(description="The largest part of one item in one document, 0 to 1.")
    samples: list[Sample] = Field(description="Those with the largest parts; `value` is the part.")


class Tokens(BaseModel):
    """What was packed."""

    tokens: int
    left_over: int
    sequences: int
    sequence_length: int
    vocab_size: int
    shards: int
    bytes_per_token: float = Field(description="Of the text that was trained on.")


class Report(BaseModel):
    """What a run made of its documents."""

    digest: str
    name: str
    policy: str
    files: int
    read: Count
    kept: Count
    heldout: Count
    quarantined: Count
    dropped: dict[str, Count]
    tokens: Tokens | None = Field(default=None, description="None where nothing was packed.")
    signals: list[Spread]
    edges: list[ThresholdEdge]
    languages: Languages
    clusters: list[Clusters]
    contamination: list[Contamination]


class Piece(BaseModel):
    """A part of a text: unchanged, taken out, or put in by a stage."""

    kind: Literal["same", "removed", "put"]
    text: str


class Judgement(BaseModel):
    """What one rule of the policy says of a document."""

    reason: str
    column: str
    drop: str
    limit: float | None = Field(description="The rule's value, where it has one.")
    value: Value = Field(description="The document's.")
    fits: bool | None = Field(
        description="Whether it alone would drop the document; None where other documents decide."
    )


class Inspection(BaseModel):
    """One document looked into."""

    doc_id: str
    path: str
    url: str | None = None
    state: Fate
    stage: str | None = None
    reason: str | None = None
    value: float | None = None
    kept_id: str | None = None
    error: str | None = None
    pieces: list[Piece] = Field(
        description="From the text before to the text after; only the text after where the "
        "pipeline does not keep the former."
    )
    before_known: bool = Field(description="Whether `pieces` say what was removed.")
    signals: dict[str, Value]
    stages: dict[str, str] = Field(description="Which stage made each signal.")
    judgements: list[Judgement]


class Move(BaseModel):
    """Documents that became something else in the other run."""

    before: str = Field(description="``kept``, ``heldout``, ``absent``, or why it was dropped.")
    after: str
    documents: int
    bytes: int = Field(description="Of their text in the run that has them; in the first, if both.")
    samples: list[str] = Field(description="Some of their ids.")


class Shift(BaseModel):
    """How a signal that both runs have differs, over the kept documents of each."""

    column: str
    before: float = Field(description="The median.")
    after: float
    distance: float = Field(
        description="The largest difference of the two distribution functions, 0 to 1 "
        "(Kolmogorov 1933, Smirnov 1939)."
    )


class Side(BaseModel):
    """One of two runs."""

    digest: str
    name: str
    policy: str
    read: Count
    kept: Count
    heldout: Count
    quarantined: Count
    dropped: dict[str, Count]
    tokens: int


class RunComparison(BaseModel):
    """Two runs side by side, and what moved from the one to the other."""

    first: Side
    second: Side
    same_text: int = Field(description="Documents kept by both with equal bytes of text.")
    other_text: int = Field(description="Kept by both, with a text of another length.")
    moves: list[Move]
    shifts: list[Shift] = Field(description="The largest first.")
