"""The collector: the leader's part that carries what pods say into the records of their jobs."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import Empty, SimpleQueue

from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.joblog import JobLog
from ogai_lab.scheduler.engines.kubernetes.objects import PodObject

_log = logging.getLogger(__name__)
_GATHER_SECONDS = 0.03
"""How long lines gather before they are written: many small ones cost as much as one large one."""
_FULL_SECONDS = 1.0


class Collector:
    """Follows the pods of the jobs it is told of, and writes what they say, in one thread.

    Parameters
    ----------
    jobs
        The folder that holds one folder a job.
    look
        Returns a pod, by its name and uid, as it is now; None when it is gone.
    drained
        Called with a job when all that its pods said so far has been written.
    """

    def __init__(
        self,
        api: Api,
        jobs: Path,
        look: Callable[[str, str], PodObject | None],
        drained: Callable[[str], None],
    ) -> None:
        self._api, self._folder, self._look, self._drained = api, jobs, look, drained
        self._lock = threading.Lock()
        self._jobs: dict[str, JobLog] = {}
        self._fresh: SimpleQueue[str | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def follow(self, job_id: str, pods: Iterable[PodObject], later: int) -> None:
        """Follow the pods of a job that have started.

        Raises
        ------
        OSError
            When the job's folder cannot be written.
        """
        log = self._job(job_id)
        for pod in pods:
            log.follow(pod, later)

    def say(self, job_id: str, line: bytes) -> None:
        """Add a record of our own to a job's."""
        self._job(job_id).say(line)

    def is_drained(self, job_id: str) -> bool:
        """Whether all that the followed pods of a job said is in its records."""
        with self._lock:
            log = self._jobs.get(job_id)
        return log is None or log.drained

    def is_silent(self, job_id: str) -> bool:
        """Whether nothing of what the pods of a job say could be read so far."""
        with self._lock:
            log = self._jobs.get(job_id)
        return log is None or log.silent

    def leave(self, job_id: str) -> None:
        """Follow a job no more."""
        with self._lock:
            log = self._jobs.pop(job_id, None)
        if log is not None:
            log.close()

    def close(self) -> None:
        """Follow nothing; what was not written is read again when its job is followed again."""
        with self._lock:
            thread, self._thread = self._thread, None
            logs, self._jobs = list(self._jobs.values()), {}
        if thread is not None:
            self._fresh.put(None)
            thread.join()
        for log in logs:
            log.close()

    def _job(self, job_id: str) -> JobLog:
        with self._lock:
            log = self._jobs.get(job_id)
            if log is None:
                log = self._jobs[job_id] = JobLog(
                    self._api, self._folder / job_id, self._look, lambda: self._fresh.put(job_id)
                )
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._write, name="ogai-collector", daemon=True
                )
                self._thread.start()
            return log

    def _write(self) -> None:
        while True:
            fresh = {self._fresh.get()}
            with contextlib.suppress(Empty):
                while True:
                    fresh.add(self._fresh.get_nowait())
            for job_id in fresh:
                if job_id is None:
                    return
                with self._lock:
                    log = self._jobs.get(job_id)
                if log is not None:
                    self._write_one(job_id, log)
            time.sleep(_GATHER_SECONDS)

    def _write_one(self, job_id: str, log: JobLog) -> None:
        try:
            log.write()
        except OSError as exc:
            _log.warning("The records of job %s cannot be written: %s", job_id, exc)
            threading.Timer(_FULL_SECONDS, self._fresh.put, [job_id]).start()
            return
        if log.drained:
            self._drained(job_id)
