"""What would let a job start now: each change is put to the cluster as the cache has it.

Nothing is guessed: where nodes or quotas cannot be seen, no change is offered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.clusters.types import Need, Offer
from ogai_lab.scheduler.engines.kubernetes import gpus
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.facts import Facts
from ogai_lab.scheduler.engines.kubernetes.offers import Ground, offers
from ogai_lab.scheduler.spec import JobSpec


def need_of(spec: JobSpec) -> Need:
    """Return what a job would need of a cluster."""
    return Need(
        nodes=spec.nodes,
        gpus=spec.gpus,
        gpu=spec.gpu,
        cpus=spec.cpus_per_node,
        memory=spec.memory,
        fabric=spec.fabric,
        topology=spec.topology,
        queue=spec.queue,
    )


def alternatives(
    spec: JobSpec, config: ClusterConfig, ground: Ground, *, elsewhere: bool = False
) -> list[str]:
    """Return changes of a job that would let it start now, as ``field=value``; the mildest first.

    Of each kind of change there is at most one; each alone is enough.

    Parameters
    ----------
    elsewhere
        Whether only another queue can help, for nothing starts in its own.
    """
    trial = _Trial(spec, config, ground)
    if elsewhere:
        return [f"queue={one!r}" for one in trial.queues()]
    if trial.starts():
        return []  # it starts as it is: whatever holds it is none of these
    return [f"{name}={value!r}" for name, value in trial.changes()]


def outlook(spec: JobSpec, config: ClusterConfig, ground: Ground) -> tuple[float | None, str]:
    """Return in how many seconds a job starts at the latest, with what that is based on."""
    rows = [one for one in _Trial(spec, config, ground).rows() if one.starts_in]
    best = min(rows, key=lambda one: one.starts_in or 0.0, default=None)
    return (best.starts_in, best.basis) if best else (None, "")


class _Trial:
    """A job, put to a cluster with changes."""

    def __init__(self, spec: JobSpec, config: ClusterConfig, ground: Ground) -> None:
        self._spec, self._config, self._ground = spec, config, ground
        self._need = need_of(spec)
        quotas = ground.quotas
        self._facts = Facts(
            flavors={one.name: one.spec.get("nodeLabels") or {} for one in quotas.flavors or ()},
            levels=tuple(quotas.all_levels),
        )

    def rows(self, **changes: Any) -> list[Offer]:
        """Return what the cluster offers for the job with these changes."""
        try:
            need = self._need.model_copy(update=changes)
            if need.gpus:
                gpus.resource(need.gpu, self._config, self._facts)
            return offers(need, self._config, self._ground)
        except InvalidInput:
            return []

    def starts(self, **changes: Any) -> bool:
        """Return whether the job would start now with these changes."""
        return any(one.now for one in self.rows(**changes))

    def changes(self) -> Iterator[tuple[str, Any]]:
        """Yield one change of each kind that lets it start."""
        for name, values in (("topology", self._topologies()), ("gpu", self._kinds())):
            found = next((one for one in values if self.starts(**{name: one})), None)
            if found is not None:
                yield name, found
        for queue in self.queues():
            yield "queue", queue
        if nodes := _most(lambda count: self.starts(nodes=count), self._need.nodes):
            yield "nodes", nodes
        if fewer := _most(self._with_gpus, self._need.gpus):
            yield "gpus", fewer
        if self._spec.fabric and self.starts(fabric=""):
            yield "fabric", ""

    def _with_gpus(self, count: int) -> bool:
        if self._spec.cpus is not None:
            return self.starts(gpus=count)
        changed = self._spec.model_copy(update={"gpus": count})
        return self.starts(gpus=count, cpus=changed.cpus_per_node)

    def _topologies(self) -> Iterator[str]:
        wanted = self._spec.topology
        if wanted.startswith(("same-", "required:")):
            yield f"preferred:{wanted.removeprefix('same-').removeprefix('required:')}"
        if wanted:
            yield ""

    def _kinds(self) -> Iterator[str]:
        """Yield other kinds of GPU, by the words that tell them apart; at last any."""
        if not (self._spec.gpus and self._spec.gpu):
            return
        words = [*self._config.gpus, *(self._word(one) for one in self._facts.flavors)]
        yield from (one for one in dict.fromkeys(words) if one and one != self._spec.gpu)
        yield ""

    def _word(self, flavor: str) -> str:
        """Return a word of a flavor's name that no other has; empty where there is none."""
        others = " ".join(one for one in self._facts.flavors if one != flavor)
        taken = set(_words(others))
        own = [one for one in _words(flavor) if one not in taken and one.isalnum()]
        return next((one for one in reversed(own) if not one.isdigit()), "")

    def queues(self) -> list[str]:
        """Return the queue in which it starts now and most is left, by the name people use."""
        mine = self._config.local_queue(self._spec.queue)
        rows = [one for one in self.rows(queue="") if one.now and one.queue != mine]
        best = max(rows, key=lambda one: one.left or 0.0, default=None)
        shown = {local: name for name, local in self._config.queues.items()}
        return [shown.get(best.queue, best.queue)] if best else []


def _words(text: str) -> list[str]:
    return re.split(r"[^a-z0-9]+", text.lower())


def _most(works: Callable[[int], bool], below: int) -> int:
    """Return the largest number under `below` that works, 0 where 1 does not; less is easier."""
    low, high = 0, below - 1
    if high < 1 or not works(1):
        return 0
    low = 1
    while low < high:
        middle = (low + high + 1) // 2
        if works(middle):
            low = middle
        else:
            high = middle - 1
    return low
