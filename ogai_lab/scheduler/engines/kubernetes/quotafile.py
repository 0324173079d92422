"""Queues, quotas, flavors and priorities as people write them: one YAML file, read and mapped.

    topologies:
      racks: [topology.kubernetes.io/rack, kubernetes.io/hostname]    # the widest first
    flavors:
      h100: {nodes: {gpu: h100}, topology: racks}
    priorities: {urgent: 1000, normal: 0}
    queues:
      team-a:
        namespaces: [team-a]             # each has a queue of this name
        cohort: research                 # those who lend to each other
        quota:
          h100: {gpu: 64, cpu: 512, memory: 4Ti}
          # or {gpu: {nominal: 64, borrow: 16, lend: 32}, …}

Values in, values out; nothing here talks to a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator

from ogai_lab.core.errors import InvalidInput, require
from ogai_lab.core.operations import invalid
from ogai_lab.core.types import Strict, Text
from ogai_lab.scheduler.engines.kubernetes import paths
from ogai_lab.scheduler.engines.kubernetes.paths import Resource

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=63)]
Amount = Annotated[int | float | str, Field(union_mode="left_to_right")]
_SHORT = {"gpu": "nvidia.com/gpu", "gpus": "nvidia.com/gpu", "cpus": "cpu"}


class Toleration(Strict):
    """A taint of a flavor's nodes that its jobs tolerate."""

    key: Text
    operator: Literal["Equal", "Exists"] = "Exists"
    value: Text | None = None
    effect: Literal["NoSchedule", "NoExecute", "PreferNoSchedule"] | None = None


class FlavorWish(Strict):
    """A kind of nodes."""

    nodes: dict[Text, Text] = Field(default={}, description="Labels that its nodes have.")
    topology: Name | None = None
    tolerations: list[Toleration] = []


class QuotaWish(Strict):
    """How much of a resource a queue has. None: no limit of its own."""

    nominal: Amount
    borrow: Amount | None = None
    lend: Amount | None = None


class QueueWish(Strict):
    """A queue: whose it is, and what it has of each flavor, the preferred one first."""

    namespaces: list[Name] = Field(min_length=1)
    local: Name | None = Field(default=None, description="Its name there; its own if left out.")
    cohort: Name | None = None
    quota: dict[Name, dict[Text, QuotaWish | Amount]] = Field(min_length=1)
    strategy: Literal["BestEffortFIFO", "StrictFIFO"] | None = None
    preemption: dict[Text, Any] | None = Field(default=None, description="As Kueue has it.")
    stop: Literal["None", "Hold", "HoldAndDrain"] | None = None


class QuotaFile(Strict):
    """All of it."""

    topologies: dict[Name, Annotated[list[Text], Field(min_length=1)]] = {}
    flavors: dict[Name, FlavorWish] = {}
    priorities: dict[Name, int] = {}
    queues: dict[Name, QueueWish] = {}

    @model_validator(mode="after")
    def _not_empty(self) -> QuotaFile:
        if not (self.topologies or self.flavors or self.priorities or self.queues):
            raise ValueError("the file names no topologies, flavors, priorities or queues")
        return self


@dataclass(frozen=True)
class Wanted:
    """An object as it is to be, and where it stands."""

    resource: Resource
    name: str
    namespace: str | None
    body: dict[str, Any]

    @property
    def path(self) -> str:
        """Its place in the API."""
        return self.resource(self.namespace, self.name)


def read(text: str) -> QuotaFile:
    """Return what a file says.

    Raises
    ------
    InvalidInput
        When it is not understood; `field` names the part at fault.
    """
    yaml = require("yaml", "kubernetes")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        line = 1 if mark is None else int(mark.line) + 1
        raise InvalidInput(
            f"Line {line} is not YAML: {getattr(exc, 'problem', exc)}.",
            action="Correct the file and plan again.",
            field="text",
        ) from exc
    try:
        return QuotaFile.model_validate(content if content is not None else {})
    except ValidationError as exc:
        raise invalid(exc) from exc


def objects(file: QuotaFile) -> list[Wanted]:
    """Return the objects that a file asks for, in the order in which they can be made."""
    return [*_topologies(file), *_flavors(file), *_priorities(file), *_queues(file)]


def _topologies(file: QuotaFile) -> Iterator[Wanted]:
    for name, labels in file.topologies.items():
        levels = [{"nodeLabel": label} for label in labels]
        yield _wanted(paths.topologies, name, {"spec": {"levels": levels}})


def _flavors(file: QuotaFile) -> Iterator[Wanted]:
    for name, wish in file.flavors.items():
        spec: dict[str, Any] = {}
        if wish.nodes:
            spec["nodeLabels"] = wish.nodes
        if wish.topology:
            spec["topologyName"] = wish.topology
        if wish.tolerations:
            spec["tolerations"] = [one.model_dump(exclude_none=True) for one in wish.tolerations]
        yield _wanted(paths.flavors, name, {"spec": spec})


def _priorities(file: QuotaFile) -> Iterator[Wanted]:
    for name, value in file.priorities.items():
        yield _wanted(paths.workload_priorities, name, {"value": value})


def _queues(file: QuotaFile) -> Iterator[Wanted]:
    for namespace in dict.fromkeys(one for wish in file.queues.values() for one in wish.namespaces):
        yield _wanted(paths.namespaces, namespace, {})
    for name, wish in file.queues.items():
        yield _wanted(paths.cluster_queues, name, {"spec": _cluster_queue(wish)})
    for name, wish in file.queues.items():
        for namespace in wish.namespaces:
            spec = {"spec": {"clusterQueue": name}}
            yield _wanted(paths.local_queues, wish.local or name, spec, namespace)


def _cluster_queue(wish: QueueWish) -> dict[str, Any]:
    covered = list(dict.fromkeys(_full(name) for quota in wish.quota.values() for name in quota))
    flavors = [
        {"name": flavor, "resources": _resources(covered, quota)}
        for flavor, quota in wish.quota.items()
    ]
    names = {
        "key": "kubernetes.io/metadata.name",
        "operator": "In",
        "values": list(wish.namespaces),
    }
    spec: dict[str, Any] = {
        "namespaceSelector": {"matchExpressions": [names]},
        "resourceGroups": [{"coveredResources": covered, "flavors": flavors}],
    }
    others = {
        "cohortName": wish.cohort,
        "queueingStrategy": wish.strategy,
        "preemption": wish.preemption,
        "stopPolicy": wish.stop,
    }
    return spec | {name: value for name, value in others.items() if value is not None}


def _resources(covered: list[str], quota: dict[str, QuotaWish | Amount]) -> list[dict[str, Any]]:
    """Return the quota of every covered resource: none of what a flavor does not name."""
    given = {_full(name): value for name, value in quota.items()}
    return [_quota(name, given.get(name, 0)) for name in covered]


def _quota(resource: str, value: QuotaWish | Amount) -> dict[str, Any]:
    wish = value if isinstance(value, QuotaWish) else QuotaWish(nominal=value)
    found = {"name": resource, "nominalQuota": str(wish.nominal)}
    if wish.borrow is not None:
        found["borrowingLimit"] = str(wish.borrow)
    if wish.lend is not None:
        found["lendingLimit"] = str(wish.lend)
    return found


def _full(resource: str) -> str:
    return _SHORT.get(resource, resource)


def _wanted(
    resource: Resource, name: str, content: dict[str, Any], namespace: str | None = None
) -> Wanted:
    meta = {"name": name} | ({"namespace": namespace} if namespace else {})
    head = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": meta}
    return Wanted(resource, name, namespace, head | content)
