"""The clusters in use: one connection and one cache each, shared by all who look."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ogai_lab.core.errors import Forbidden, NotFound, OgaiError
from ogai_lab.scheduler.clusters.pages import ClusterGlance, NodePage
from ogai_lab.scheduler.clusters.types import KnownCluster, Part
from ogai_lab.scheduler.engines.kubernetes import cache as kinds
from ogai_lab.scheduler.engines.kubernetes import pages
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.cache import Cache
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.connection import FILE_NAME, Contexts
from ogai_lab.scheduler.engines.kubernetes.mirror import Kind, State
from ogai_lab.scheduler.engines.kubernetes.nodes import NodesView, view
from ogai_lab.scheduler.engines.kubernetes.objects import NodeObject, PodObject, Whole
from ogai_lab.scheduler.engines.kubernetes.queues import Quotas, views
from ogai_lab.scheduler.types import Node

_LOOKED_AT: tuple[Kind[Any], ...] = (
    kinds.NODES,
    kinds.PODS,
    kinds.WORKLOADS,
    kinds.LOCAL_QUEUES,
    kinds.CLUSTER_QUEUES,
    kinds.FLAVORS,
    kinds.TOPOLOGIES,
)


class Member:
    """One cluster in use.

    Parameters
    ----------
    keeps
        Whether the cluster is to be followed though nobody looks.
    """

    def __init__(self, config: ClusterConfig, api: Api, keeps: Callable[[], bool]) -> None:
        self.config = config
        self.api = api
        self.cache = Cache(api, keeps=keeps)
        self._lock = threading.Lock()
        self._nodes: NodesView | None = None
        self._mirrored: tuple[object, object] = (None, None)

    def nodes(self) -> list[Node]:
        """Return every node as people see it.

        Raises
        ------
        OgaiError
            Why nodes cannot be seen.
        """
        self.begin()
        nodes = self.cache.read(kinds.NODES)
        try:
            pods = self.cache.read(kinds.PODS)
        except Forbidden:
            pods = None
        quotas = self.quotas()
        with self._lock:
            if self._nodes is None or self._mirrored != (nodes, pods):
                self._nodes, self._mirrored = NodesView(nodes, pods), (nodes, pods)
            return self._nodes.all(quotas.all_levels, quotas.flavors or ())

    def glance(self) -> ClusterGlance:
        """Return the cluster's sums; where it does not answer, as it was last seen, and why."""
        name, namespace = self.config.name, self.api.namespace
        try:
            nodes = self.nodes()
            quotas = self.quotas()
            queues = None if quotas.local_queues is None else views(quotas, namespace)
        except OgaiError as exc:
            return ClusterGlance(
                name=name,
                namespace=namespace,
                stale_since=self._failing_since(),
                problem=exc.message,
                action=exc.action,
            )
        found = pages.glance(name, namespace, nodes, queues)
        found.stale_since = self.cache.stale_since
        if found.stale_since is not None:
            problem = next((one.problem for one in self.cache.states.values() if one.problem), None)
            found.problem = problem.message if problem else ""
            found.action = problem.action if problem else ""
        return found

    def _failing_since(self) -> float | None:
        since = [one.stale_since for one in self.cache.states.values() if one.problem]
        return min((one for one in since if one is not None), default=None)

    def page(self, name: str) -> NodePage:
        """Return all that is known of a node.

        Raises
        ------
        NotFound
            When there is no such node.
        OgaiError
            Why nodes cannot be seen.
        """
        node, pods = self.node(name)
        quotas = self.quotas()
        shown = view(node, pods or (), quotas.all_levels, quotas.flavors or ())
        return pages.page(self.config.name, node, shown, pods, self.cache.stale_since)

    def node(self, name: str) -> tuple[NodeObject, list[PodObject] | None]:
        """Return a node and the pods that hold a part of it; None: they may not be seen.

        Raises
        ------
        NotFound
            When there is no such node.
        OgaiError
            Why nodes cannot be seen.
        """
        self.begin()
        found = self.cache.read(kinds.NODES).get(name)
        if found is None:
            raise NotFound(
                f"{self.config.name} has no node {name[:80]!r}.",
                action="ogai.cluster.nodes lists the nodes there are.",
                field="node",
            )
        try:
            return found, self.cache.read(kinds.PODS).by("node", name)
        except Forbidden:
            return found, None

    def begin(self) -> None:
        """Begin to follow all that people look at, so that they wait for one list, not for all."""
        for kind in _LOOKED_AT:
            self.cache.mirror(kind)

    def quotas(self) -> Quotas:
        """Return what may be seen of the cluster's queues."""
        return Quotas(
            local_queues=self.seen(kinds.LOCAL_QUEUES),
            cluster_queues=self.seen(kinds.CLUSTER_QUEUES),
            flavors=self.seen(kinds.FLAVORS),
            topologies=self.seen(kinds.TOPOLOGIES),
        )

    def seen(self, kind: Kind[Whole]) -> list[Whole] | None:
        """Return the objects of a kind, None where there is none or it may not be seen."""
        try:
            return self.cache.read(kind).all()
        except (Forbidden, NotFound):
            return None

    def parts(self) -> list[Part]:
        """Return how each kind that is followed stands."""
        return [_part(name, state) for name, state in sorted(self.cache.states.items())]

    def close(self) -> None:
        """End the cache and the connections. Idempotent."""
        self.cache.close()
        self.api.close()


class Fleet:
    """All clusters that are known, and those in use.

    Parameters
    ----------
    home
        The home folder, where `clusters.yaml` may lie.
    keeps
        Whether a cluster, by name, is to be followed though nobody looks.
    """

    def __init__(self, home: Path, keeps: Callable[[str], bool] = lambda name: False) -> None:
        self.contexts = Contexts(home)
        self._keeps = keeps
        self._lock = threading.Lock()
        self._members: dict[str, Member] = {}

    def known(self) -> list[KnownCluster]:
        """Return every known cluster, those in use with how they stand."""
        contexts = self.contexts.contexts()
        written = self.contexts.written()
        return [
            self._known(
                config,
                None if config.in_cluster else contexts.get(_context(config)),
                config.name in written,
            )
            for config in self.contexts.configs()
        ]

    def member(self, name: str = "") -> Member:
        """Return a cluster, in use from now on; the one that is meant where no name is given.

        Raises
        ------
        NotFound
            When there is none of this name.
        """
        config = self.contexts.config(name or self._default())
        with self._lock:
            found = self._members.get(config.name)
            if found is not None and found.config == config:
                return found
            api = self.contexts.connect(config.name)
            made = Member(config, api, lambda: self._keeps(config.name))
            self._members[config.name] = made
        if found is not None:  # its entry in clusters.yaml was changed
            found.close()
        return made

    def close(self) -> None:
        """Give back all connections. Idempotent."""
        with self._lock:
            members, self._members = self._members, {}
        for one in members.values():
            one.close()

    def _default(self) -> str:
        current = [one.name for one in self.contexts.contexts().values() if one.current]
        configs = self.contexts.configs()
        meant = [one.name for one in configs if _context(one) in current] or [
            one.name for one in configs[:1]
        ]
        if not meant:
            raise NotFound(
                "No cluster is known.",
                action=f"Set KUBECONFIG, or describe one in {FILE_NAME} of the home folder.",
            )
        return meant[0]

    def _known(self, config: ClusterConfig, context: object, written: bool) -> KnownCluster:
        found = self._members.get(config.name)
        states = found.cache.states.values() if found else ()
        problem = next((one.problem for one in states if one.problem is not None), None)
        return KnownCluster(
            name=config.name,
            context="" if config.in_cluster else _context(config),
            server=getattr(context, "server", ""),
            namespace=config.namespace or getattr(context, "namespace", None) or "default",
            current=bool(getattr(context, "current", False)),
            configured=written,
            open=bool(states),
            stale_since=found.cache.stale_since if found else None,
            problem=problem.message if problem else "",
        )


def _context(config: ClusterConfig) -> str:
    return config.context or config.name


def _part(name: str, state: State) -> Part:
    problem: OgaiError | None = state.problem
    return Part(
        kind=name,
        scope=state.scope if state.filled else "none",
        objects=state.objects,
        stale_since=state.stale_since,
        problem=problem.message if problem else "",
        action=problem.action if problem else "",
    )
