"""Work that ends its worker: which documents do it, so that the rest goes on.

Every look is a process of its own that says what it is about to do: first stage by stage, then, of
the stage that it does not survive, document by document. Each death gives one document away.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from ogai_lab.data.pool import ProcessPool, WorkerLost
from ogai_lab.data.quarantine import Lost, Unread

Arguments = tuple[Any, ...]
Result = dict[str, Any]
Tell = Callable[[tuple[Any, ...]], None]
Death = tuple[tuple[Any, ...], str]
"""What was told last, and how the process ended."""
_SAID = "a worker died on this document ({})"
_FILES = {"html", "text_folder", "pdf", "python_stdlib"}
"""Sources of which a file is a document, so that a file that cannot be read is one lost."""


def again(
    pool: ProcessPool, function: Callable[..., Result], url: str, arguments: Arguments
) -> tuple[Result, bool]:
    """Return the result of a task whose worker was lost, and whether all documents are in it.

    It is done once more in a process of its own. Where it loses that one, too, what is a task of
    documents and their stages (``read``, ``extend``) is done without those at fault.

    Parameters
    ----------
    pool
        Where processes come from.
    function, url, arguments
        The task.

    Raises
    ------
    WorkerLost
        When it ends its process, and no document alone is at fault.
    """
    task = function.__name__
    search = _Search(pool, url, task)
    lost: list[Lost] = []
    unread: list[Unread] = []
    while True:
        more = {"read": (lost, unread), "extend": (lost,)}.get(task, ())
        try:
            return pool.apart(function, url, *arguments, *more), not lost and not unread
        except WorkerLost:
            if task not in ("read", "extend"):
                raise
            arguments, bad = search.readable(arguments)
            dead = search.lost(arguments, lost)
            if not bad and not dead:
                raise
            unread, lost = unread + bad, lost + dead


class _Search:
    def __init__(self, pool: ProcessPool, url: str, task: str) -> None:
        self._pool = pool
        self._url = url
        self._task = task

    def lost(self, arguments: Arguments, known: list[Lost]) -> list[Lost]:
        """Return the documents that do not survive the first stage that somebody dies of."""
        death = self._death(by_stages, arguments, known)
        if death is None:
            return []
        (place,), _ = death
        deaths = self._deaths(by_documents, arguments, known, place)
        return [(doc_id, place, _SAID.format(how)) for (_, doc_id), how in deaths]

    def readable(self, arguments: Arguments) -> tuple[Arguments, list[Unread]]:
        """Return the task without the pieces that cannot be read, and those."""
        if self._task != "read" or json.loads(arguments[0])["kind"] not in _FILES:
            return arguments, []
        source, steps, pieces, digests, *more = arguments
        bad = {number: how for (number,), how in self._deaths(by_pieces, arguments)}
        good = [n for n in range(len(pieces)) if n not in bad]
        unread = [(pieces[n], digests[n], _SAID.format(how)) for n, how in bad.items()]
        left = ([pieces[n] for n in good], [digests[n] for n in good])
        return (source, steps, *left, *more), unread

    def _deaths(self, look: Callable[..., None], *given: Any) -> Iterator[Death]:
        """Yield what ends a look; the next look begins behind it."""
        start = 0
        while death := self._death(look, *given, start):
            yield death
            start = death[0][0] + 1

    def _death(self, look: Callable[..., None], *given: Any) -> Death | None:
        """Return what a look was about when it ended its process, and how; None if it did not."""
        told: list[tuple[Any, ...]] = []
        try:
            self._pool.apart(look, self._url, self._task, *given, told=told.append)
        except WorkerLost as exc:
            if not told:
                raise  # it ended before there was anything to do
            return told[-1], str(exc)
        return None


def by_stages(url: str, task: str, arguments: Arguments, lost: list[Lost], tell: Tell) -> None:
    """Run the stages of a task, telling each before it begins."""
    from ogai_lab.data import staging

    given = staging.of_task(url, task, arguments)
    staging.staged(given.specs, given.batch, given.keep_raw, lost, lambda place: tell((place,)))


def by_documents(
    url: str,
    task: str,
    arguments: Arguments,
    lost: list[Lost],
    place: int,
    start: int,
    tell: Tell,
) -> None:
    """Run one stage of a task over single documents, from the row `start` on, telling each."""
    from ogai_lab.data import staging

    given = staging.of_task(url, task, arguments)
    batch = staging.staged(given.specs[:place], given.batch, given.keep_raw, lost).batch
    for row in range(start, batch.num_rows):
        tell((row, batch["doc_id"][row].as_py()))
        staging.staged([given.specs[place]], batch.slice(row, 1), given.keep_raw)


def by_pieces(url: str, task: str, arguments: Arguments, start: int, tell: Tell) -> None:
    """Read the pieces of a task one by one, from number `start` on, telling each."""
    from ogai_lab.data import staging

    source, steps, pieces, digests, *more = arguments
    for number in range(start, len(pieces)):
        tell((number,))
        part = (source, steps, pieces[number : number + 1], digests[number : number + 1], *more)
        staging.of_task(url, task, part)
