"""One engine of many: that of this machine, and one for each cluster that jobs name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.core.records import Chunk
from ogai_lab.scheduler.engines.base import Engine, Order, Sighting
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.types import Explanation, Job, Node


class SeveralEngines:
    """Passes each job to the engine of its cluster; see `engines.base.Engine`.

    Parameters
    ----------
    here
        The engine of jobs that name no cluster.
    make
        Returns the engine of a cluster, and raises `NotFound` where there is none of this name;
        called once a cluster, when something first asks for it.
    cluster_of
        Returns the cluster of a job, empty for this machine and for jobs that there are not.
    in_use
        Returns the clusters that have jobs of ours.
    """

    def __init__(
        self,
        here: Engine,
        make: Callable[[str], Engine],
        cluster_of: Callable[[str], str],
        in_use: Callable[[], Iterable[str]],
    ) -> None:
        self._make, self._cluster_of, self._in_use = make, cluster_of, in_use
        self._engines: dict[str, Engine] = {"": here}
        self._clusters: dict[str, str] = {}
        self._lock = threading.Lock()
        self.name = here.name

    @property
    def queues(self) -> bool:
        """Whether jobs that name no cluster wait in an engine's own queue."""
        return self._engines[""].queues

    def nodes(self) -> list[Node]:
        """Return the nodes on which the service places jobs: those of this machine."""
        return self._engines[""].nodes()

    def check(self, spec: JobSpec) -> None:
        """Refuse a job that its engine could never run.

        Raises
        ------
        InvalidInput
            When there is no such cluster, or its engine refuses the job.
        """
        try:
            engine = self._engine(spec.cluster)
        except NotFound as exc:
            raise InvalidInput(
                exc.message, cause=exc.cause, action=exc.action, field="cluster"
            ) from exc
        engine.check(spec)

    def start(self, order: Order) -> None:
        """Carry out an order."""
        self._engine(order.spec.cluster).start(order)

    def look(self, job_id: str) -> Sighting:
        """Return what is seen of a job now."""
        return self._of(job_id).look(job_id)

    def explain(self, job: Job) -> Explanation | None:
        """Say why a job is where it is, where its engine knows that."""
        try:
            return self._engine(job.spec.cluster).explain(job)
        except NotFound:
            return None  # the cluster was taken out of the configuration

    def stirred(self) -> set[str]:
        """Return the jobs of which something changed since the last call."""
        with self._lock:
            engines = list(self._engines.values())
        return set().union(*(engine.stirred() for engine in engines))

    def disown(self, strangers: set[str]) -> None:
        """End what runs of jobs that stirred and are not active."""
        with self._lock:
            engines = list(self._engines.values())
        for engine in engines:
            engine.disown(strangers)

    def stop(self, job_id: str, kind: str, grace: float = 10.0) -> None:
        """Ask a job to end as `kind`."""
        self._of(job_id).stop(job_id, kind, grace)

    def read(self, job_id: str, offset: int, limit: int = 1 << 20, text: bool = True) -> Chunk:
        """Return the job's records from byte `offset` on."""
        return self._of(job_id).read(job_id, offset, limit, text)

    def raw(self, job_id: str, offset: int, limit: int) -> bytes:
        """Return up to `limit` bytes of the job's records."""
        return self._of(job_id).raw(job_id, offset, limit)

    def size(self, job_id: str) -> int:
        """Return how many bytes of records the job has."""
        return self._of(job_id).size(job_id)

    def output(self, job_id: str) -> str | None:
        """Return the folder of the job's outputs, where there is one."""
        return self._of(job_id).output(job_id)

    def forget(self, job_id: str) -> None:
        """Remove everything kept of an ended job."""
        self._of(job_id).forget(job_id)
        self._clusters.pop(job_id, None)

    def sweep(self, known: set[str]) -> list[str]:
        """End what runs here for jobs that are not `known`, and begin to look at the clusters."""
        for cluster in self._in_use():
            try:
                self._engine(cluster).sweep(known)
            except NotFound:
                continue  # it was taken out of the configuration; its jobs say so themselves
        return self._engines[""].sweep(known)

    def rest(self) -> None:
        """Stop what only the leader's engines do."""
        with self._lock:
            engines = list(self._engines.values())
        for engine in engines:
            engine.rest()

    def _of(self, job_id: str) -> Engine:
        cluster = self._clusters.get(job_id)
        if cluster is None:
            cluster = self._clusters[job_id] = self._cluster_of(job_id)
        return self._engine(cluster)

    def _engine(self, cluster: str) -> Engine:
        with self._lock:
            if cluster not in self._engines:
                self._engines[cluster] = self._make(cluster)
            return self._engines[cluster]
