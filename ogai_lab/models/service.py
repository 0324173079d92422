"""The registry's operations."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ogai_lab.core.blobs import BlobStore, check_digest
from ogai_lab.core.database import Database
from ogai_lab.core.errors import Conflict, InvalidInput
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home, expanded
from ogai_lab.core.operations import Caller, Service, operation
from ogai_lab.models import compare as statistics
from ogai_lab.models import diff as differences
from ogai_lab.models.evaluations import Evaluations
from ogai_lab.models.registry import Registry
from ogai_lab.models.types import (
    Comparison,
    EvaluationInfo,
    EvaluationSpec,
    ItemScore,
    Lineage,
    MadeModel,
    Model,
    TensorDiff,
    Verification,
    Version,
)
from ogai_lab.models.unregistered import unregistered
from ogai_lab.scheduler.service import Scheduler
from ogai_lab.scheduler.types import Job, JobState

_LIBRARIES = ("torch", "transformers", "tokenizers", "safetensors", "numpy")

Text = Annotated[str, Field(max_length=1000)]
Tags = dict[str, str]


class Models(Service):
    """Models: registered, named, verified, compared.

    A model's name is ``org/name``. A revision is a version (``v2``), an alias, ``main`` (the
    newest version) or a commit (40 hexadecimal digits).
    """

    route = "models"
    resource = "ogai:models"

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        events: EventLog,
        scheduler: Scheduler,
        home: Home,
    ) -> None:
        self._database = database
        self._scheduler = scheduler
        self._registry = Registry(database, blobs, events, home)
        self._evaluations = Evaluations(database, blobs, events, scheduler)
        self._registry.show_all()

    @operation("POST", "/versions", action="execute")
    def register(
        self,
        name: Text,
        caller: Caller,
        folder: str | None = None,
        job: str | None = None,
        aliases: list[str] = [],  # noqa: B006  read only
        tags: Tags = {},  # noqa: B006
        metrics: dict[str, float] = {},  # noqa: B006
        lineage: Lineage | None = None,
        idempotency_key: str | None = None,
    ) -> Version:
        """Make a folder, or what a job reported as its model, the next version of a model.

        The same content under the same name is the same version, and stays it. Of a safetensors
        file above 64 MiB only changed tensors take space again; a smaller file is kept whole.

        Raises
        ------
        InvalidInput, NotFound, Corrupt, Conflict, StorageFull
            When there is nothing that could be registered; no version was made.
        """
        if (folder is None) == (job is None):
            raise InvalidInput(
                "A version is registered from a folder or from a job.",
                action="Give one of the two: folder=… or job=….",
                field="folder",
            )
        found = lineage or Lineage()
        if job is not None:
            made = self._scheduler.job(job)
            place = _output_folder(made)
            found = _lineage(made, found)
        else:
            place = expanded(str(folder))
        return self._registry.register(
            name,
            place,
            owner=caller.name,
            aliases=aliases,
            tags=tags,
            metrics=metrics,
            lineage=found,
            key=idempotency_key,
        )

    @operation("GET", "/models", action="read")
    def models(self) -> list[Model]:
        """List all models, the one with the newest version first."""
        return self._registry.models()

    @operation("GET", "/unregistered", action="read")
    def unregistered(self) -> list[MadeModel]:
        """List the models that finished jobs made and nobody has registered yet, newest first."""
        return unregistered(self._database, self._scheduler)

    @operation("GET", "/versions", action="read")
    def versions(
        self,
        name: Text,
        limit: Annotated[int, Field(ge=1, le=500)] = 50,
        before: int | None = None,
    ) -> list[Version]:
        """List the versions of a model, newest first; `before` is the number to go on from."""
        return self._registry.versions(name, limit, before)

    @operation("GET", "/version", action="read")
    def version(self, name: Text, revision: Text = "main") -> Version:
        """Return one version."""
        return self._registry.version(name, revision)

    @operation("PUT", "/aliases", action="write")
    def alias(
        self,
        name: Text,
        alias: Text,
        revision: Text,
        expected: Text | None = None,
    ) -> Version:
        """Point an alias to a version; with `expected`, only if it points there (``""``: nowhere).

        Raises
        ------
        Conflict
            When it does not point to `expected` (any more).
        """
        return self._registry.alias(name, alias, revision, expected)

    @operation("PATCH", "/version", action="write")
    def tag(self, name: Text, revision: Text, tags: dict[str, str | None]) -> Version:
        """Set tags of a version; null removes one."""
        return self._registry.tag(name, revision, tags)

    @operation("DELETE", "/version", action="delete")
    def remove(self, name: Text, revision: Text) -> None:
        """Remove a version, and the bytes that no other version needs."""
        self._registry.remove(name, revision)

    @operation("GET", "/verification", action="read")
    def verify(self, name: Text, revision: Text = "main") -> Verification:
        """Read all stored bytes of a version and name what is damaged."""
        return self._registry.verify(name, revision)

    @operation("GET", "/diff", action="read")
    def diff(self, name: Text, revision: Text, other: Text) -> TensorDiff:
        """Say how two versions differ, tensor by tensor; `other` may be ``org/name@v3``."""
        base, second = self._registry.version(name, revision), self._other(name, other)
        return differences.diff(
            self._registry.manifest(base),
            self._registry.manifest(second),
            (_label(base), _label(second)),
            self._registry.store,
        )

    @operation("POST", "/evaluations", action="execute")
    def evaluate(
        self,
        name: Text,
        revision: Text,
        data: Text,
        caller: Caller,
        context: int | None = None,
        stride: int | None = None,
        documents: int | None = None,
        gpus: Annotated[int, Field(ge=0)] = 0,
        queue: str = "default",
        idempotency_key: str | None = None,
    ) -> Job:
        """Measure a version on the held-out documents of a data manifest, as a job.

        A measurement that is being made, or was made with the same settings, is not made again:
        its job is returned.
        """
        found = self._registry.version(name, revision)
        spec = EvaluationSpec(
            model=name,
            revision=found.revision,
            manifest=found.manifest,
            data=check_digest(data),
            context=context,
            stride=stride,
            documents=documents,
        )
        return self._evaluations.start(
            found, spec, caller, gpus=gpus, queue=queue, key=idempotency_key
        )

    @operation("GET", "/evaluations", action="read")
    def evaluations(self, name: Text, revision: Text | None = None) -> list[EvaluationInfo]:
        """List the evaluations of a model or of one version, newest first."""
        number = None if revision is None else self._registry.version(name, revision).number
        return self._evaluations.infos(name, number)

    @operation("GET", "/scores", action="read")
    def scores(self, name: Text, revision: Text, data: Text) -> list[ItemScore]:
        """Return the score of each document, from the newest evaluation on this data."""
        return self._evaluations.scores(self._registry.version(name, revision), data)

    @operation("POST", "/compare", action="read")
    def compare(self, name: Text, revision: Text, other: Text, data: Text) -> Comparison:
        """Compare two evaluated versions, document by document; `other` may be ``org/name@v3``.

        Raises
        ------
        Conflict
            When one of them was not evaluated on this data; the action says how.
        """
        base, second = self._registry.version(name, revision), self._other(name, other)
        return statistics.compare(
            self._evaluations.scores(base, data),
            self._evaluations.scores(second, data),
            names=(_label(base), _label(second)),
            data=data,
        )

    def _other(self, name: str, revision: str) -> Version:
        model, at, rest = revision.rpartition("@")
        return self._registry.version(model if at else name, rest if at else revision)


def _label(found: Version) -> str:
    return f"{found.model}@{found.revision}"


def _output_folder(job: Job) -> Path:
    if not job.state.final:
        raise Conflict(
            f"The job {job.id} is {job.state.value}: its model is not there yet.",
            action=f"Wait for it: job({job.id!r}).wait().",
        )
    if job.state is not JobState.SUCCEEDED:
        raise Conflict(
            f"The job {job.id} {job.state.value}; what it left is not registered as a model.",
            cause=job.reason,
            action="Run it again, or register a folder of it that you have checked: folder=….",
        )
    if job.output is None or "model" not in job.outputs:
        raise InvalidInput(
            f"The job {job.id} reported no model.",
            cause="A training job reports it with records.output('model', folder).",
            action="Register the folder itself: folder=….",
            field="job",
        )
    root = Path(job.output).resolve()
    folder = (root / job.outputs["model"]).resolve()
    if not folder.is_relative_to(root):
        raise InvalidInput(
            f"The job {job.id} reported a model outside its output folder.", field="job"
        )
    return folder


def _lineage(job: Job, given: Lineage) -> Lineage:
    """Fill in what the job itself knows; what it does not know may be given."""
    known = Lineage(
        job=job.id,
        code=job.snapshot.digest if job.snapshot else given.code,
        recipe=job.spec.labels.get("recipe", given.recipe),
        data=job.spec.labels.get("data", given.data),
        parent=job.spec.labels.get("parent", given.parent),
        libraries=given.libraries,
    )
    same_python = job.spec.python is None or job.spec.python == sys.executable
    if same_python and not given.libraries:
        known.libraries = _installed()
    return known


def _installed() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
