"""A namespace of a test's own, with queues whose quota nobody else uses."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.controlplane import fake_nodes, manifests
from tests.controlplane.client import Client, Object, RefusedError, holds, until
from tests.controlplane.fake_nodes import BLOCK, GPU, HOSTNAME, POOL, RACK, TAINT, Shape

_KUEUE = "kueue.x-k8s.io/v1beta2"
_QUEUES = f"/apis/{_KUEUE}"
_TOPOLOGY = "racks"
_NO_SHAPE = Shape()
_numbers = itertools.count()

Quota = Mapping[str, int | str]


@dataclass
class Space:
    """A namespace and its ClusterQueue, LocalQueue and ResourceFlavors, which are named after it.

    Attributes
    ----------
    name : str
        The namespace; also the ClusterQueue, and the prefix of flavors and nodes.
    queue : str
        The LocalQueue that jobs name.
    """

    api: Client
    name: str
    queue: str
    nodes: list[str] = field(default_factory=list)
    _made: list[str] = field(default_factory=list)

    @property
    def cluster_queue(self) -> str:
        """The ClusterQueue's path."""
        return f"{_QUEUES}/clusterqueues/{self.name}"

    def path(self, plural: str) -> str:
        """Return the path of pods, services, jobsets, jobs, workloads or localqueues in here."""
        group = {
            "jobs": "/apis/batch/v1",
            "jobsets": "/apis/jobset.x-k8s.io/v1alpha2",
            "localqueues": _QUEUES,
            "workloads": _QUEUES,
        }.get(plural, "/api/v1")
        return f"{group}/namespaces/{self.name}/{plural}"

    def flavor(self, kind: str) -> str:
        """Return the name of the ResourceFlavor of `kind`, which is also the pool of its nodes."""
        return f"{self.name}-{kind}"

    def fake_nodes(
        self, count: int, kind: str = "h100", shape: Shape = _NO_SHAPE, **fields: Any
    ) -> list[str]:
        """Add nodes of the flavor `kind`, wait for them and return their names.

        `fields` are those of `Shape`: ``space.fake_nodes(4, gpus=8, rack=2)``.
        """
        pool = self.flavor(kind)
        first = sum(name.startswith(f"{pool}-") for name in self.nodes)
        names = fake_nodes.add(self.api, pool, count, Shape(**(vars(shape) | fields)), first)
        self.nodes += names
        return names

    def create(self, thing: Object) -> Object:
        """Create an object in this namespace, or one of the cluster that goes with it."""
        namespaced = thing["kind"] not in _OF_THE_CLUSTER
        made = self.api.create(thing, self.name if namespaced else None)
        if not namespaced:
            plural = _OF_THE_CLUSTER[thing["kind"]]
            self._made.append(f"{_QUEUES}/{plural}/{thing['metadata']['name']}")
        return made

    def remove(self) -> None:
        """Remove all of it: first what runs, then what it ran on.

        A namespace takes its time to go, five seconds and more: nobody waits for an empty one.
        """
        until(f"nothing is left in {self.name}", self._emptied, 120, every=0.2)
        self.api.delete(f"/api/v1/namespaces/{self.name}")
        fake_nodes.remove(self.api, self.nodes)
        for made in reversed(self._made):
            self.api.delete(made)

    def _emptied(self) -> bool:
        for plural in ("jobsets", "jobs"):
            self.api.delete(self.path(plural), propagationPolicy="Foreground")
        self.api.delete(self.path("pods"), gracePeriodSeconds=0)
        return not any(self.api.items(self.path(left)) for left in ("jobsets", "workloads", "pods"))


_OF_THE_CLUSTER = {
    "AdmissionCheck": "admissionchecks",
    "ClusterQueue": "clusterqueues",
    "Cohort": "cohorts",
    "ResourceFlavor": "resourceflavors",
    "WorkloadPriorityClass": "workloadpriorityclasses",
}


def make(
    api: Client,
    flavors: Mapping[str, Quota] | None = None,
    *,
    name: str = "",
    queue: str = "default",
    covered: Sequence[str] = ("cpu", "memory", GPU),
    labels: Mapping[str, str] | None = None,
    **spec: Any,
) -> Space:
    """Make a space and wait until its queue is active.

    Parameters
    ----------
    flavors
        Quota by kind of machine and resource, ``{"h100": {"nvidia.com/gpu": 64}}``; a resource
        that is not named has plenty.
    name, queue
        The namespace's name, else one that nobody else has, and the LocalQueue's.
    labels
        Labels of the nodes that every flavor stands for, instead of those of its fake nodes.
    spec
        More fields of the ClusterQueue: ``preemption``, ``cohortName``, ``stopPolicy`` …
    """
    name = name or f"t{os.getpid()}-{next(_numbers)}"
    space = Space(api, name, queue)
    flavors = flavors or {"h100": {GPU: 64}}
    api.create(manifests.namespace(name))
    _ensure_topology(api)
    for kind in flavors:
        space.create(_flavor(space.flavor(kind), labels))
    resources = [
        {
            "name": space.flavor(kind),
            "resources": [_quota(resource, quota) for resource in covered],
        }
        for kind, quota in flavors.items()
    ]
    groups = [{"coveredResources": list(covered), "flavors": resources}]
    mine = {"matchLabels": {"kubernetes.io/metadata.name": name}}
    space.create(
        {
            "apiVersion": _KUEUE,
            "kind": "ClusterQueue",
            "metadata": {"name": name},
            "spec": {"namespaceSelector": mine, "resourceGroups": groups, **spec},
        }
    )
    space.create(
        {
            "apiVersion": _KUEUE,
            "kind": "LocalQueue",
            "metadata": {"name": queue},
            "spec": {"clusterQueue": name},
        }
    )
    if not spec.get("stopPolicy"):
        until(f"queue {name} is active", lambda: holds(api.get(space.cluster_queue), "Active"))
    account = f"{space.path('serviceaccounts')}/default"
    until("the namespace has its account", lambda: api.exists(account))
    return space


def _quota(resource: str, quota: Quota) -> Object:
    plenty = "100Ti" if resource == "memory" else "100000"
    return {"name": resource, "nominalQuota": str(quota.get(resource, plenty))}


def _flavor(name: str, labels: Mapping[str, str] | None) -> Object:
    spec: Object = {"nodeLabels": dict(labels or {POOL: name}), "topologyName": _TOPOLOGY}
    if not labels:
        spec["tolerations"] = [{"key": TAINT, "operator": "Exists"}]
    return {
        "apiVersion": _KUEUE,
        "kind": "ResourceFlavor",
        "metadata": {"name": name},
        "spec": spec,
    }


def _ensure_topology(api: Client) -> None:
    levels = [{"nodeLabel": label} for label in (BLOCK, RACK, HOSTNAME)]
    topology = {
        "apiVersion": _KUEUE,
        "kind": "Topology",
        "metadata": {"name": _TOPOLOGY},
        "spec": {"levels": levels},
    }
    try:
        api.create(topology)
    except RefusedError as refused:
        if refused.reason != "AlreadyExists":
            raise
