"""The Kubernetes engine: a job is a JobSet that Kueue admits; what is seen of it comes by watches.

Nothing that matters is kept in memory. What the cluster has is read from the mirrors of the cache;
what it has no more is remembered in the job's folder.
"""

from __future__ import annotations

import functools
import logging
import threading
import time
from pathlib import Path
from typing import Any

from ogai_lab.core import records
from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import (
    Forbidden,
    InvalidInput,
    NotFound,
    OgaiError,
    Unauthenticated,
    Unavailable,
)
from ogai_lab.core.home import Home
from ogai_lab.scheduler.engines import recorded
from ogai_lab.scheduler.engines.base import Order, Sighting
from ogai_lab.scheduler.engines.kubernetes import (
    admission,
    cache,
    checks,
    delivery,
    names,
    podends,
    sight,
)
from ogai_lab.scheduler.engines.kubernetes.cache import Cache
from ogai_lab.scheduler.engines.kubernetes.calls import Calls
from ogai_lab.scheduler.engines.kubernetes.collector import Collector
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.explain import explain, refused
from ogai_lab.scheduler.engines.kubernetes.installation import installation
from ogai_lab.scheduler.engines.kubernetes.journal import RECORDS
from ogai_lab.scheduler.engines.kubernetes.mirror import Kind
from ogai_lab.scheduler.engines.kubernetes.objects import JobSetObject, PodObject, WorkloadObject
from ogai_lab.scheduler.engines.kubernetes.orders import Orders
from ogai_lab.scheduler.engines.kubernetes.problems import Problem
from ogai_lab.scheduler.engines.kubernetes.remembered import Remembered
from ogai_lab.scheduler.engines.kubernetes.survey import Surveyor
from ogai_lab.scheduler.spec import ExitKind, JobSpec
from ogai_lab.scheduler.types import Exit, Explanation, Job, Node

_log = logging.getLogger(__name__)
_PATIENCE, _SHORT_PATIENCE = 30.0, 3.0
"""Seconds for which a job's end waits for what its pods said; short where they said nothing."""
_UNKNOWN = Sighting(state="unknown")
_KINDS: tuple[Kind[Any], ...] = (cache.JOBSETS, cache.WORKLOADS, cache.PODS)
_FOR_PEOPLE = (Forbidden, NotFound, Unauthenticated, InvalidInput)
"""Problems that do not pass by themselves."""


class KubernetesEngine:
    """Runs jobs on one cluster; see `engines.base.Engine` for what each call promises.

    Parameters
    ----------
    config, cluster
        What is known of the cluster, and the cache of what it has.
    home
        The folder under which jobs have theirs.
    blobs
        Where snapshots are.
    """

    queues = True

    def __init__(self, config: ClusterConfig, cluster: Cache, home: Home, blobs: BlobStore) -> None:
        self.name = config.name
        self._config, self._cache, self._home = config, cluster, home
        self._installation = installation(home.path)
        self._namespace = cluster.api.namespace
        facts = functools.partial(admission.facts, cluster)
        self._orders = Orders(cluster.api, config, blobs, self._installation, facts)
        self._collector = Collector(cluster.api, home.jobs, self._pod, self._stir)
        self._surveyor = Surveyor(config, cluster)
        self._calls = Calls(self._stir)
        self._lock = threading.Lock()
        self._stirred: set[str] = set()
        self._mine: set[str] = set()
        self._open: set[str] = set()
        self._ends: dict[str, dict[str, PodObject]] = {}
        self._attempts: dict[str, int] = {}
        self._ending: dict[str, float] = {}
        cluster.listen(cache.JOBSETS, self._heard_jobset)
        cluster.listen(cache.WORKLOADS, self._heard_workload)
        cluster.listen(cache.PODS, self._heard_pod)

    def nodes(self) -> list[Node]:
        """Return no nodes: Kueue places jobs, not the service."""
        return []

    def check(self, spec: JobSpec) -> None:
        """Refuse a job that the cluster, as far as is known of it, can never run.

        Raises
        ------
        InvalidInput
            With the field at fault.
        OgaiError
            When the cluster was never reached and cannot be now.
        """
        checks.check(spec, self._config, admission.facts(self._cache))
        admission.check_queue(self._cache, self._config.local_queue(spec.queue))

    def start(self, order: Order) -> None:
        """Carry out an order, once.

        Raises
        ------
        OgaiError
            When it cannot be created; nothing of it is left, or the next call goes on with it.
        """
        job = self._job(order.job_id)
        job.note_order(order.attempt, order.spec.nodes, "")
        try:
            uid = self._orders.carry_out(order)
        except OgaiError as exc:
            job.note_problem(Problem.of(exc))
            raise
        job.note_order(order.attempt, order.spec.nodes, uid)
        job.note_problem(None)
        self._stir(order.job_id)

    def look(self, job_id: str) -> Sighting:
        """Return what is seen of a job now: from memory alone."""
        job = self._job(job_id)
        if job_id not in self._open:
            if (last := job.last) is not None:
                return last
            self._open.add(job_id)
        for kind in _KINDS:
            state = self._cache.mirror(kind).state
            if not state.filled and isinstance(state.problem, _FOR_PEOPLE):
                raise state.problem
            if not state.filled:
                return _UNKNOWN
        jobset = self._jobset(job_id)
        if jobset is None:
            return self._unseen(job_id, job)
        return self._seen(job_id, job, jobset)

    def explain(self, job: Job) -> Explanation | None:
        """Say why a job is where it is on the cluster; None where its own state says all."""
        for kind in () if job.state.final else _KINDS:
            self._surveyor.wait_for(kind)
        jobset = None if job.state.final else self._jobset(job.id)
        if jobset is None:
            return refused(job, self._job(job.id).problem or self._trouble(job))
        pods = self._pods(job.id)
        return explain(self._surveyor.picture(job, jobset, self._workload(jobset), pods))

    def _trouble(self, job: Job) -> Problem | None:
        """Return why nothing of a job that is not over can be seen."""
        states = [self._cache.mirror(kind).state for kind in _KINDS]
        seen = [one.problem for one in states if not one.filled and one.problem is not None]
        return Problem.of(seen[0]) if seen and not job.state.final else None

    def stirred(self) -> set[str]:
        """Return the jobs of which something changed since the last call."""
        with self._lock:
            stirred, self._stirred = self._stirred, set()
        return stirred

    def disown(self, strangers: set[str]) -> None:
        """Remove what is there of jobs that the service does not count as active."""
        for job_id in strangers & self._mine:
            jobset = self._jobset(job_id)
            if jobset is None or jobset.deleting:
                continue
            try:
                self._calls.make("remove", job_id, self._orders.remove, job_id, jobset.uid)
            except OgaiError as exc:
                _log.warning("What is left of job %s could not be removed: %s", job_id, exc)

    def stop(self, job_id: str, kind: str, grace: float = 10.0) -> None:
        """Ask a job to end as `kind`.

        Raises
        ------
        OgaiError
            Why the cluster refused it the last time.
        """
        self._job(job_id).note_stop(kind)
        self._calls.make("end", job_id, self._orders.end, job_id, kind)
        if grace <= 0:
            late = [one for one in self._pods(job_id) if not podends.is_over(one)]
            self._calls.make("hurry", job_id, self._orders.hurry, late)

    def read(
        self, job_id: str, offset: int, limit: int = 1 << 20, text: bool = True
    ) -> records.Chunk:
        """Return the job's records from byte `offset` on, about `limit` bytes at most."""
        return records.read(str(self._records(job_id)), offset, limit, text)

    def raw(self, job_id: str, offset: int, limit: int) -> bytes:
        """Return up to `limit` bytes of the job's records; none where there are none yet."""
        return recorded.raw(self._records(job_id), offset, limit)

    def size(self, job_id: str) -> int:
        """Return how many bytes of records the job has."""
        return recorded.size(self._records(job_id))

    def output(self, job_id: str) -> str | None:
        """Return the folder of the job's outputs, where this machine sees it."""
        return delivery.output_folder(self._config, job_id)

    def forget(self, job_id: str) -> None:
        """Remove everything kept of an ended job, here and on the cluster.

        Raises
        ------
        OgaiError
            When the cluster cannot be asked.
        """
        job = self._job(job_id)
        if job.uid:
            self._orders.remove(job_id, job.uid)
        self._collector.leave(job_id)
        job.forget()

    def sweep(self, known: set[str]) -> list[str]:
        """Begin to look at the cluster; jobs that are not known stir, and are then disowned."""
        self._open.clear()
        for kind in _KINDS:
            self._cache.mirror(kind)
        self._calls.beside(functools.partial(self._remove_orphans, known))
        return []

    def rest(self) -> None:
        """Follow no logs any more: whoever leads next goes on where they were left."""
        self._collector.close()
        self._open.clear()

    def _remove_orphans(self, known: set[str]) -> None:
        try:
            self._orders.remove_orphans(known)
        except OgaiError as exc:
            _log.info("What was left of orders on %s was not looked for: %s", self.name, exc)

    # What is seen

    def _seen(self, job_id: str, job: Remembered, jobset: JobSetObject) -> Sighting:
        pods = self._pods(job_id)
        workload = self._workload(jobset)
        size = job.nodes if workload is None else 0
        seen = sight.look(jobset, workload, pods, self._ends.get(job_id, {}).values(), size)
        evictions = seen.attempt - jobset.restarts - sight.first_attempt(jobset)
        if any(podends.started(one) is not None for one in pods):
            self._collector.follow(job_id, pods, evictions)
        self._tell_of_attempts(job_id, seen)
        if seen.state != "ended":
            return seen
        if not self._all_was_said(job_id):
            return _UNKNOWN
        return self._over(job_id, job, seen)

    def _unseen(self, job_id: str, job: Remembered) -> Sighting:
        """Return what became of a job that the cluster does not have (any more)."""
        uid = job.uid
        if not uid:
            return Sighting(state="absent")
        # The mirror may be behind what was just created: the cluster itself is asked.
        there = self._calls.make(f"exists {uid}", job_id, self._orders.exists, job_id, uid)
        if there is not False or not self._all_was_said(job_id):
            return _UNKNOWN
        kind = job.stopped_as
        exit_ = sight.stopped(kind) if kind else _deleted(self.name)
        attempt = self._attempts.get(job_id, job.attempt)
        return self._over(
            job_id, job, Sighting(state="ended", attempt=attempt, ended=time.time(), exit=exit_)
        )

    def _over(self, job_id: str, job: Remembered, seen: Sighting) -> Sighting:
        """Note how a job ended; the cluster need not keep it after that."""
        job.note_end(seen)
        self._open.discard(job_id)
        self._collector.leave(job_id)
        for kept in (self._ends, self._attempts, self._ending):
            kept.pop(job_id, None)
        self._stir(job_id)
        return seen

    def _tell_of_attempts(self, job_id: str, seen: Sighting) -> None:
        """Say how the attempt before ended, in case that none of its pods could."""
        before = self._attempts.get(job_id)
        self._attempts[job_id] = seen.attempt
        if before is None or before >= seen.attempt:
            return
        exit_ = podends.root_cause(self._ends.pop(job_id, {}).values())
        if exit_ is not None:
            said = exit_.model_dump(mode="json", exclude_none=True)
            self._collector.say(job_id, records.event("attempt_ended", attempt=before, exit=said))

    def _all_was_said(self, job_id: str) -> bool:
        """Whether the pods of a job that is over have nothing more to say, or never will."""
        since = self._ending.setdefault(job_id, time.monotonic())
        patience = _SHORT_PATIENCE if self._collector.is_silent(job_id) else _PATIENCE
        return self._collector.is_drained(job_id) or time.monotonic() - since > patience

    # What changes

    def _heard_jobset(self, before: JobSetObject | None, after: JobSetObject | None) -> None:
        one = after or before
        if one is None or not self._is_ours(one):
            return
        job_id = one.labels[names.JOB]
        (self._mine.discard if after is None else self._mine.add)(job_id)
        self._stir(job_id)

    def _heard_workload(self, before: WorkloadObject | None, after: WorkloadObject | None) -> None:
        one = after or before
        if one is not None and one.owner_kind == "JobSet" and one.owner in self._mine:
            self._stir(one.owner)

    def _heard_pod(self, before: PodObject | None, after: PodObject | None) -> None:
        one = after or before
        if one is None or not self._is_ours(one):
            return
        job_id = one.labels[names.JOB]
        if podends.exit_of(one) is not None:
            self._ends.setdefault(job_id, {})[one.uid] = one
        self._stir(job_id)

    def _stir(self, job_id: str) -> None:
        with self._lock:
            self._stirred.add(job_id)

    def _is_ours(self, one: JobSetObject | PodObject) -> bool:
        mine = one.labels.get(names.INSTALLATION) == self._installation
        return mine and one.namespace == self._namespace and names.JOB in one.labels

    def _jobset(self, job_id: str) -> JobSetObject | None:
        found = self._cache.mirror(cache.JOBSETS).get(job_id, self._namespace)
        return found if found is not None and self._is_ours(found) else None

    def _workload(self, jobset: JobSetObject) -> WorkloadObject | None:
        return next(iter(self._cache.mirror(cache.WORKLOADS).by("owner", jobset.uid)), None)

    def _pods(self, job_id: str) -> list[PodObject]:
        found = self._cache.mirror(cache.PODS).by("job", job_id)
        return [one for one in found if self._is_ours(one)]

    def _pod(self, name: str, uid: str) -> PodObject | None:
        mirror = self._cache.mirror(cache.PODS)
        found = mirror.get(name, self._namespace)
        if found is None and not mirror.state.filled:
            raise Unavailable("The pods of the cluster are still being read.")
        return found if found is not None and found.uid == uid else None

    def _job(self, job_id: str) -> Remembered:
        return Remembered(self._folder(job_id))

    def _folder(self, job_id: str) -> Path:
        if not job_id or "/" in job_id or "\0" in job_id or job_id.startswith("."):
            raise InvalidInput(f"{job_id!r} is not the id of a job.", field="job_id")
        return self._home.jobs / job_id

    def _records(self, job_id: str) -> Path:
        return self._folder(job_id) / RECORDS


def _deleted(cluster: str) -> Exit:
    return Exit(
        kind=ExitKind.KILLED,
        message=f"Somebody deleted it from the cluster {cluster!r}.",
        action="Submit it again, if it is still wanted.",
    )
