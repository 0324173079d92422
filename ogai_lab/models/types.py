"""The registry's nouns: models, versions, what they are made of, and how they compare."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ogai_lab.core.types import Sentence, Strict


class Lineage(Strict):
    """Where a version comes from, by content: the same digests give the same model."""

    job: str | None = Field(default=None, description="The job that made it.")
    code: str | None = Field(default=None, description="Digest of the code snapshot.")
    recipe: str | None = Field(default=None, description="Digest of the recipe.")
    data: str | None = Field(default=None, description="Digest of the data manifest.")
    parent: str | None = Field(default=None, description="The version it started from: a/b@v1.")
    libraries: dict[str, str] = Field(default={}, description="Package versions that made it.")


class Alias(BaseModel):
    """A name that points to a version and can be moved."""

    name: str
    revision: str = Field(description="The version: v1, v2 …")


class Version(BaseModel):
    """One immutable state of a model. Times are Unix seconds."""

    model: str
    number: int
    revision: str = Field(description="v and the number.")
    commit: str = Field(description="Its name in the Hugging Face cache: 40 hexadecimal digits.")
    manifest: str = Field(description="Digest of the list of everything it holds.")
    created: float
    owner: str
    size: int = Field(description="Bytes of its files.")
    stored: int = Field(description="Bytes that the store grew by.")
    tensors: int
    parameters: int = Field(description="Elements of all tensors.")
    aliases: list[str] = []
    tags: dict[str, str] = {}
    metrics: dict[str, float] = {}
    lineage: Lineage = Lineage()
    path: str | None = Field(default=None, description="Its folder, for from_pretrained(path).")
    note: Sentence = Field(default="", description="What happened when it was registered.")


class Model(BaseModel):
    """A model: a name, and its versions."""

    name: str
    created: float
    versions: int
    latest: str | None = Field(default=None, description="The newest version.")
    aliases: list[Alias] = []
    size: int = Field(description="Bytes that its versions added to the store.")


class MadeModel(BaseModel):
    """A model that a job made and that is no version yet. Times are Unix seconds."""

    job: str
    name: str = Field(description="The job's name.")
    owner: str
    ended: float | None = None


class TensorEntry(BaseModel):
    """One tensor of a version, and where its bytes are.

    `digest` names the tensor with its name, type and shape: entries with equal digests are the
    same tensor. The bytes are ``[start, start + size)`` of the blob number `blob` of its file.
    """

    name: str
    dtype: str
    shape: list[int]
    size: int
    digest: str
    blob: int
    start: int


class FileEntry(BaseModel):
    """One file of a version.

    A large safetensors file is kept as its header (`header`, a blob) and blobs that hold its
    tensors; any other file is one blob. `tensors` are in the order of their bytes.
    """

    path: str
    size: int
    header: str | None = None
    plain: bool = Field(
        default=True, description="Whether its header says nothing that its blobs' do not."
    )
    blobs: list[str]
    tensors: list[TensorEntry] = []


class VersionManifest(BaseModel):
    """Everything that a version holds. Its digest names the version's content."""

    model_config = ConfigDict(frozen=True)

    format: Literal["ogai-model-version/1"] = "ogai-model-version/1"
    files: list[FileEntry]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def tensors(self) -> list[TensorEntry]:
        """The tensors of all files."""
        return [tensor for file in self.files for tensor in file.tensors]

    @property
    def digests(self) -> set[str]:
        """Every blob that the version needs."""
        found = {digest for file in self.files for digest in file.blobs}
        return found | {file.header for file in self.files if file.header}


class Damage(BaseModel):
    """A stored blob that does not hold what it should."""

    file: str
    tensors: list[str] = Field(default=[], description="Tensors in it; none for other files.")
    blob: str
    problem: Sentence


class Verification(BaseModel):
    """Whether the stored bytes of a version are what was registered."""

    model: str
    revision: str
    intact: bool
    checked: int = Field(description="Bytes read and hashed.")
    damages: list[Damage] = []


class TensorChange(BaseModel):
    """How one tensor moved between two versions."""

    name: str
    change: Literal["changed", "added", "removed", "reshaped"]
    dtype: str
    shape: list[int]
    relative: float | None = Field(
        default=None, description="Length of the difference over the length of the first (L2)."
    )
    largest: float | None = Field(default=None, description="Largest absolute difference.")


class LayerChange(BaseModel):
    """How one layer moved: all tensors under one module, taken as one vector."""

    layer: str
    tensors: int
    changed: int
    relative: float | None = None


class TensorDiff(BaseModel):
    """How two versions differ, tensor by tensor. Tensors that are the same are only counted."""

    base: str = Field(description="name@revision.")
    other: str
    same: int
    changed: int
    added: int
    removed: int
    relative: float | None = Field(default=None, description="Over all tensors in both (L2).")
    tensors: list[TensorChange] = []
    layers: list[LayerChange] = []
    files_changed: list[str] = Field(default=[], description="Other files that differ.")


class EvaluationSpec(Strict):
    """What an evaluation measures: bits per byte of held-out documents under one version."""

    model: str
    revision: str
    manifest: str = Field(description="Digest of the version's manifest.")
    data: str = Field(description="Digest of the data manifest that names the held-out documents.")
    context: int | None = Field(
        default=None, ge=2, description="Tokens in a window; the model's own limit when left out."
    )
    stride: int | None = Field(
        default=None, ge=1, description="Tokens scored a window; half a window when left out."
    )
    documents: int | None = Field(
        default=None, ge=1, description="Only the first so many documents; all when left out."
    )


class ItemScore(BaseModel):
    """The score of one document: how many bits the model needs for its UTF-8 bytes."""

    id: str
    bytes: int
    bits: float

    @property
    def bits_per_byte(self) -> float:
        """Bits per byte; lower is better."""
        return self.bits / self.bytes


class EvaluationInfo(BaseModel):
    """An evaluation of a version on the held-out documents of a data manifest."""

    model: str
    revision: str
    data: str
    job: str
    state: Literal["running", "done", "failed"]
    created: float
    owner: str
    table: str | None = Field(default=None, description="Digest of the per-document table.")
    documents: int | None = None
    bytes: int | None = None
    bits_per_byte: float | None = Field(
        default=None, description="Of the whole text: all bits over all bytes."
    )
    reason: Sentence = ""


class Interval(BaseModel):
    """A confidence interval."""

    low: float
    high: float
    level: float = 0.95


class SignTest(BaseModel):
    """An exact sign test: how often one side was better, ties left out and counted."""

    better: int
    worse: int
    ties: int
    p: float


class Comparison(BaseModel):
    """Two versions on the same documents, paired.

    Differences are `other` minus `base`, in bits per byte: below zero, `other` is better.
    """

    base: str
    other: str
    data: str = ""
    shared: int = Field(description="Documents that both were measured on.")
    only_base: list[str] = Field(default=[], description="The first 100.")
    only_other: list[str] = Field(default=[], description="The first 100.")
    not_shared: int = 0
    mean_base: float = Field(description="Mean over documents, bits per byte.")
    mean_other: float
    corpus_base: float = Field(description="All bits over all bytes.")
    corpus_other: float
    difference: float = Field(description="Mean of the paired differences.")
    interval: Interval
    sign: SignTest
    detectable: float = Field(
        description="The smallest true difference that these documents would show in 8 of 10 tries."
    )
    verdict: Literal["better", "worse", "no difference shown"]
    summary: Sentence = Field(description="The answer in one or two sentences.")
    draws: int
    seed: int
    scores: list[tuple[str, float, float]] = Field(
        default=[], description="Document, bits per byte under base and other; up to 10,000."
    )


class ItemPair(BaseModel):
    """One document under two versions, in bits per byte; lower is better."""

    id: str
    bytes: int
    base: float
    other: float
    difference: float = Field(description="`other` minus `base`.")
    excerpt: str = Field(description="The first characters of its text.")
    whole: bool = Field(description="Whether the excerpt is all of the text.")


class ItemPage(BaseModel):
    """A part of the documents that two versions were both measured on."""

    items: list[ItemPair]
    total: int = Field(description="Of all parts, after the choice of a side.")
    better: int = Field(description="Documents on which the other version needs fewer bits.")
    worse: int
    same: int


class DocumentText(BaseModel):
    """The text of a held-out document."""

    id: str
    text: str
    characters: int = Field(description="Of the whole text; more than `text` has where it was cut.")
