"""What a cluster looks like now: one mirror a kind, shared by all who look, kept while they do.

A kind is listed and watched from the first look on. When nobody has looked at the cluster for five
minutes, and nothing `keeps` it, all mirrors end: an unwatched lab costs the cluster nothing.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from ogai_lab.scheduler.engines.kubernetes import names, paths, slim
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.mirror import Kind, Mirror, State

T = TypeVar("T")

NODES = Kind(paths.nodes, slim.node)
PODS = Kind(
    paths.pods,
    slim.pod,
    {
        "node": lambda pod: pod.node or None if pod.holds else None,
        "job": lambda pod: pod.labels.get(names.JOB),
        "jobset": lambda pod: pod.labels.get(names.JOBSET_NAME),
    },
    frozenset({"node"}),
)
JOBSETS = Kind(paths.jobsets, slim.jobset, {"job": lambda one: one.labels.get(names.JOB)})
WORKLOADS = Kind(
    paths.workloads,
    slim.workload,
    {
        "owner": lambda one: one.owner_uid or None,
        "queue": lambda one: (one.namespace, one.queue),
        "cluster_queue": lambda one: one.cluster_queue or None,
    },
)
LOCAL_QUEUES = Kind(paths.local_queues, slim.whole)
CLUSTER_QUEUES = Kind(paths.cluster_queues, slim.whole)
FLAVORS = Kind(paths.flavors, slim.whole)
TOPOLOGIES = Kind(paths.topologies, slim.whole)
ADMISSION_CHECKS = Kind(paths.admission_checks, slim.whole)
WORKLOAD_PRIORITIES = Kind(paths.workload_priorities, slim.whole)

_IDLE_SECONDS = 300.0
_ROUND = 30.0  # seconds between looks whether anybody looks
_PATIENCE = 15.0


class Cache:
    """The mirrors of one cluster.

    Parameters
    ----------
    keeps
        Whether something needs the cluster followed though nobody looks, such as a live job.
    idle_after
        Seconds without a look after which the mirrors end.
    """

    def __init__(
        self,
        api: Api,
        *,
        keeps: Callable[[], bool] = lambda: False,
        idle_after: float = _IDLE_SECONDS,
    ) -> None:
        self.api = api
        self._keeps = keeps
        self._idle_after = idle_after
        self._lock = threading.Lock()
        self._news = threading.Condition()
        self._revision = 0
        self._looked = time.monotonic()
        self._mirrors: dict[str, Mirror[Any]] = {}
        self._closing: threading.Event | None = None
        self._listeners: dict[str, list[Callable[[Any, Any], None]]] = {}

    def mirror(self, kind: Kind[T]) -> Mirror[T]:
        """Return the mirror of a kind, begun now where there was none. Never waits."""
        self._looked = time.monotonic()
        name = kind.resource.full_name
        with self._lock:
            found = self._mirrors.get(name)
            if found is None or not found.running:
                found = Mirror(
                    self.api,
                    kind,
                    changed=self._changed,
                    heard=functools.partial(self._tell, name),
                )
                self._mirrors[name] = found
                found.start()
            if self._closing is None:
                self._closing = threading.Event()
                threading.Thread(
                    target=self._keep, args=(self._closing,), name="ogai-cache", daemon=True
                ).start()
        return cast("Mirror[T]", found)

    def listen(self, kind: Kind[T], heard: Callable[[T | None, T | None], None]) -> None:
        """Call `heard` with each object of a kind that changes: as it was, and as it is.

        It is called from the mirror's thread and must not block. What is there when a mirror is
        filled counts as changed.
        """
        with self._lock:
            self._listeners.setdefault(kind.resource.full_name, []).append(heard)

    def read(self, kind: Kind[T], patience: float = _PATIENCE) -> Mirror[T]:
        """Return the mirror of a kind once it has been filled.

        Raises
        ------
        OgaiError
            Why it cannot be read, such as `Forbidden`, or `Unavailable` when it takes too long.
        """
        found = self.mirror(kind)
        found.wait(patience)
        return found

    @property
    def states(self) -> dict[str, State]:
        """How each mirror stands, by the full name of its kind."""
        with self._lock:
            return {name: one.state for name, one in self._mirrors.items() if one.running}

    @property
    def stale_since(self) -> float | None:
        """Since when (Unix seconds) a part of it may no longer be true, None where all is."""
        since = [one.stale_since for one in self.states.values() if one.filled]
        return min((one for one in since if one is not None), default=None)

    @property
    def revision(self) -> int:
        """Grows with every change."""
        return self._revision

    def wait(self, revision: int, timeout: float) -> int:
        """Wait until something has changed since `revision`; return the revision then."""
        with self._news:
            self._news.wait_for(lambda: self._revision != revision, timeout)
            return self._revision

    def close(self) -> None:
        """End all mirrors. The next look begins anew. Idempotent."""
        with self._lock:
            mirrors, self._mirrors = self._mirrors, {}
            closing, self._closing = self._closing, None
        if closing is not None:
            closing.set()
        for one in mirrors.values():
            one.stop()
        for one in mirrors.values():
            one.join(5)

    def _tell(self, name: str, before: Any, after: Any) -> None:
        for heard in self._listeners.get(name, ()):
            heard(before, after)

    def _changed(self) -> None:
        with self._news:
            self._revision += 1
            self._news.notify_all()

    def _keep(self, closing: threading.Event) -> None:
        """End the mirrors when nobody has looked for long and nothing keeps them."""
        while not closing.wait(min(_ROUND, self._idle_after)):
            if time.monotonic() - self._looked > self._idle_after and not self._keeps():
                self.close()
