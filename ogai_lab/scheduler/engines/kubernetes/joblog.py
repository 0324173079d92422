"""What all pods of a job say, gathered into its records."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from ogai_lab.scheduler.engines.kubernetes import podends
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.journal import Journal, Mark
from ogai_lab.scheduler.engines.kubernetes.objects import PodObject
from ogai_lab.scheduler.engines.kubernetes.podlog import PodLog

_MOST = 8 << 20
"""Bytes that wait to be written; those who read more wait until they are."""


class JobLog:
    """Gathers the logs of one job's pods.

    Parameters
    ----------
    look
        Returns a pod, by its name, as it is now; None when it, with this uid, is gone.
    news
        Called when there is something to `write`.

    Raises
    ------
    OSError
        When the job's folder cannot be written.
    """

    def __init__(
        self,
        api: Api,
        folder: Path,
        look: Callable[[str, str], PodObject | None],
        news: Callable[[], None],
    ) -> None:
        self._api, self._look, self._news = api, look, news
        self._journal = Journal(folder)
        self._pods: dict[str, PodLog] = {}
        self._room = threading.Condition()
        self._lines: list[bytes] = []
        self._size = 0
        self._marks: dict[str, Mark] = {}
        self._closed = False

    def follow(self, pod: PodObject, later: int) -> None:
        """Follow a pod whose container has started, unless that is done already."""
        ranks = podends.container(pod)
        if pod.uid in self._pods:
            if podends.is_over(pod):
                self._pods[pod.uid].conclude()
            return
        if ranks is None or ranks.state == "waiting" or self._closed:
            return
        mark = self._journal.marks.get(pod.uid, Mark())
        if not mark.over:
            self._pods[pod.uid] = PodLog(
                self._api, pod, lambda: self._look(pod.name, pod.uid), self, mark, later
            )

    @property
    def drained(self) -> bool:
        """Whether all that the followed pods said is in the records."""
        with self._room:
            return not self._marks and all(one.over for one in self._pods.values())

    @property
    def silent(self) -> bool:
        """Whether no pod of the job has been heard yet."""
        return not any(mark.stamp for mark in [*self._journal.marks.values()])

    def take(self, uid: str, lines: bytes, mark: Mark) -> None:
        """Take in the records of some lines of a pod; waits while too much is to be written."""
        with self._room:
            self._room.wait_for(lambda: self._size < _MOST or self._closed)
            if self._closed:
                return  # it is read again by whoever comes next
            self._lines.append(lines)
            self._size += len(lines)
            self._marks[uid] = mark
        self._news()

    def say(self, line: bytes) -> None:
        """Add a record of our own."""
        with self._room:
            self._lines.append(line)
            self._size += len(line)
            self._marks.setdefault("", Mark())
        self._news()

    def write(self) -> None:
        """Write what was taken in; what cannot be written now is kept.

        Raises
        ------
        OSError
            When the disk takes no more.
        """
        with self._room:
            if not self._marks:
                return
            lines, marks = b"".join(self._lines), dict(self._marks)
            count = len(self._lines)
        self._journal.append(lines, {uid: mark for uid, mark in marks.items() if uid})
        with self._room:
            del self._lines[:count]
            self._size -= len(lines)
            self._marks = {k: v for k, v in self._marks.items() if marks.get(k) is not v}
            self._room.notify_all()

    def close(self) -> None:
        """Stop reading; what was taken in and not written is read again later."""
        with self._room:
            self._closed = True
            self._room.notify_all()
        for one in self._pods.values():
            one.close()
        for one in self._pods.values():
            one.join()
        self._journal.close()
