"""One kind of a cluster's objects, mirrored: listed once, then followed by a watch.

What has been seen is kept by key, with indexes; a reader never asks the API server. The mirror
resumes where a watch ended, lists anew only when the server no longer knows the changes (410), and
says since when it may be stale.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from ogai_lab.core.errors import Forbidden, NotFound, OgaiError, Unauthenticated, Unavailable
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.paths import Resource
from ogai_lab.scheduler.engines.kubernetes.refusals import Gone
from ogai_lab.scheduler.engines.kubernetes.streams import Watch

T = TypeVar("T")
Key = tuple[str, str]  # namespace and name
Scope = Literal["cluster", "namespace"]

_WATCH_SECONDS = 300.0
_PAUSES = 0.1, 2.0  # seconds: the first, and the longest
_REFUSED_PAUSES = 1.0, 300.0  # no right, no such kind, an old credential: somebody has to act
_AT_ONCE = 1.0  # a watch shorter than this was no watch


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of objects to mirror.

    Parameters
    ----------
    slim
        Makes what is kept of an object from its JSON.
    indexes
        By what it is found: functions of what is kept; None is in no index.
    counted
        The indexes of few values whose changes are counted, for `touched`.
    """

    resource: Resource
    slim: Callable[[Mapping[str, Any]], T]
    indexes: Mapping[str, Callable[[T], Hashable | None]] = field(default_factory=dict)
    counted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class State:
    """How a mirror stands. Times are Unix seconds.

    `scope` is ``namespace`` where the account may not see the whole cluster.
    """

    filled: bool
    scope: Scope
    stale_since: float | None
    problem: OgaiError | None
    lists: int
    objects: int


class Mirror(Generic[T]):
    """The objects of one kind, as the cluster has them now.

    Parameters
    ----------
    changed
        Called after every change, from the mirror's thread; must not block.
    heard
        Called with each object that changed, as it was and as it is (None: is not there), from
        the mirror's thread; must not block.
    """

    def __init__(
        self,
        api: Api,
        kind: Kind[T],
        *,
        changed: Callable[[], None] = lambda: None,
        heard: Callable[[T | None, T | None], None] = lambda before, after: None,
    ) -> None:
        self.kind = kind
        self._api = api
        self._changed = changed
        self._heard = heard
        self._lock = threading.Lock()
        self._objects: dict[Key, T] = {}
        self._indexes: dict[str, dict[Hashable, dict[Key, T]]] = {}
        self._touched: dict[tuple[str, Hashable], int] = {}
        self._revision = self._floor = 0
        self._version = ""
        self._namespace: str | None = None  # None: of the whole cluster
        self._tried = threading.Event()
        self._filled = False
        self._stale_since: float | None = time.time()
        self._problem: OgaiError | None = None
        self._lists = 0
        self._stopping = threading.Event()
        self._watch: Watch | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"ogai-mirror-{kind.resource.plural}", daemon=True
        )

    def start(self) -> None:
        """Begin to list and watch."""
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it still follows the cluster."""
        return self._thread.is_alive() and not self._stopping.is_set()

    @property
    def state(self) -> State:
        """How it stands."""
        with self._lock:
            return State(
                filled=self._filled,
                scope="cluster" if self._namespace is None else "namespace",
                stale_since=self._stale_since,
                problem=self._problem,
                lists=self._lists,
                objects=len(self._objects),
            )

    def wait(self, timeout: float) -> None:
        """Wait until the first list has been read.

        Raises
        ------
        OgaiError
            Why it could not be read; `Unavailable` when it takes longer than `timeout` s.
        """
        self._tried.wait(timeout)
        state = self.state
        if state.filled:
            return
        if state.problem is not None:
            raise state.problem.with_traceback(None)  # each raising adds to it, for ever
        raise Unavailable(
            f"The {self.kind.resource.plural} of {self._api.host} are still being read.",
            action="Try again in a moment.",
        )

    def all(self) -> list[T]:
        """Return every object."""
        with self._lock:
            return list(self._objects.values())

    def get(self, name: str, namespace: str = "") -> T | None:
        """Return an object, None where there is none."""
        with self._lock:
            return self._objects.get((namespace, name))

    def by(self, index: str, value: Hashable) -> list[T]:
        """Return the objects of which an index has this value."""
        with self._lock:
            return list(self._indexes.get(index, {}).get(value, {}).values())

    @property
    def revision(self) -> int:
        """Grows with every change of what is here."""
        return self._revision

    def touched(self, index: str, value: Hashable) -> int:
        """Return a number that grows whenever what `by` returns for this changes."""
        return self._touched.get((index, value), self._floor)

    def stop(self) -> None:
        """End it and forget what it saw. Idempotent; does not wait for its thread."""
        self._stopping.set()
        with self._lock:
            watch = self._watch
        if watch is not None:
            watch.close()

    def join(self, timeout: float | None = None) -> None:
        """Wait until its thread has ended."""
        self._thread.join(timeout)

    def _run(self) -> None:
        pauses = _Pauses()
        while not self._stopping.is_set():
            try:
                if not self._version:
                    self._fill()
                if self._follow():
                    pauses = _Pauses()
                    continue
            except Gone as exc:
                self._version = ""
                self._fail(exc)
            except OgaiError as exc:
                self._fail(exc)
            self._stopping.wait(pauses.after(self._problem))
        with self._lock:
            self._objects, self._indexes, self._version = {}, {}, ""
            self._filled = False

    def _fail(self, exc: OgaiError) -> None:
        with self._lock:
            self._problem = exc
            self._stale_since = self._stale_since or time.time()
        self._tried.set()
        self._changed()

    def _path(self) -> str:
        return self.kind.resource(self._namespace)

    def _fill(self) -> None:
        """List everything; where only a namespace may be seen, what is in it."""
        try:
            version, objects = self._listed()
        except Forbidden:
            if self._filled or self._namespace is not None or not self.kind.resource.namespaced:
                raise
            self._namespace = self._api.namespace
            version, objects = self._listed()
        with self._lock:
            before = self._objects
            self._objects, self._indexes = {}, {name: {} for name in self.kind.indexes}
            self._touched = {}
            self._floor = self._revision = self._revision + 1
            for key, value in objects.items():
                self._put(key, value)
            self._version = version
            self._fresh()
            self._filled = True
        for key in before.keys() | objects.keys():
            if before.get(key) != objects.get(key):
                self._heard(before.get(key), objects.get(key))
        self._tried.set()
        self._changed()

    def _listed(self) -> tuple[str, dict[Key, T]]:
        version, objects = "", {}
        self._lists += 1
        for page in self._api.pages(self._path()):
            version = version or page["metadata"]["resourceVersion"]
            for body in page["items"]:
                objects[_key(body)] = self.kind.slim(body)
        return version, objects

    def _follow(self) -> bool:
        """Follow the changes until the watch ends; return whether it was one worth the name."""
        begun = time.monotonic()
        seconds = _WATCH_SECONDS * random.uniform(0.9, 1.1)  # noqa: S311
        watch = self._api.watch(self._path(), self._version, seconds)
        with watch:
            with self._lock:
                self._watch = watch
                self._fresh()
            self._changed()
            if self._stopping.is_set():
                return True
            for event in watch:
                self._take(event)
        with self._lock:
            self._watch = None
        return time.monotonic() - begun > _AT_ONCE

    def _fresh(self) -> None:
        self._stale_since = None
        self._problem = None

    def _take(self, event: dict[str, Any]) -> None:
        body, kind = event["object"], event["type"]
        version = body["metadata"]["resourceVersion"]
        if kind == "BOOKMARK":
            self._version = version
            return
        key = _key(body)
        value = None if kind == "DELETED" else self.kind.slim(body)
        with self._lock:
            self._revision += 1
            before = self._drop(key)
            if value is not None:
                self._put(key, value)
            self._version = version
        self._heard(before, value)
        self._changed()

    def _put(self, key: Key, value: T) -> None:
        self._objects[key] = value
        for name, of in self.kind.indexes.items():
            found = of(value)
            if found is not None:
                self._indexes[name].setdefault(found, {})[key] = value
                self._touch(name, found)

    def _touch(self, index: str, value: Hashable) -> None:
        if index in self.kind.counted:
            self._touched[index, value] = self._revision

    def _drop(self, key: Key) -> T | None:
        value = self._objects.pop(key, None)
        if value is None:
            return None
        for name, of in self.kind.indexes.items():
            found = of(value)
            if found is not None:
                self._touch(name, found)
                having = self._indexes[name][found]
                del having[key]
                if not having:
                    del self._indexes[name][found]
        return value


def _key(body: Mapping[str, Any]) -> Key:
    meta = body["metadata"]
    return meta.get("namespace", ""), meta["name"]


class _Pauses:
    """Growing pauses between tries, in seconds; much longer ones where only people can help."""

    def __init__(self) -> None:
        self._tries = 0

    def after(self, problem: OgaiError | None) -> float:
        """Return how long to wait after this problem."""
        refused = isinstance(problem, Forbidden | NotFound | Unauthenticated)
        first, longest = _REFUSED_PAUSES if refused else _PAUSES
        pause = min(first * 2.0**self._tries, longest)
        self._tries = min(self._tries + 1, 16)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311 - so that not all come at once
