"""What a cluster could give to a job before it is submitted. Values in, values out.

A row is a queue and a flavor. What cannot be seen is said to be unknown; a time is given only
with what it is based on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ogai_lab.scheduler.clusters.types import ClusterQueueView, Need, Offer, Share
from ogai_lab.scheduler.engines.kubernetes.accelerators import accelerators
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.nodes import keeps_off
from ogai_lab.scheduler.engines.kubernetes.objects import Taint, Whole, WorkloadObject
from ogai_lab.scheduler.engines.kubernetes.queues import (
    Quotas,
    ceiling,
    lets_in,
    order,
    views,
)
from ogai_lab.scheduler.engines.kubernetes.room import Fit, Room, fit, of_flavor


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What is known of a cluster now; None where the account may not see it."""

    namespace: str
    quotas: Quotas
    rooms: Sequence[Room] | None
    workloads: Sequence[WorkloadObject] | None
    now: float = field(default_factory=time.time)
    mine: str = ""
    """The cluster queue in which the job itself waits already: it is not ahead of itself."""
    _fitting: dict[str, list[Room]] = field(default_factory=dict)
    _queues: list[ClusterQueueView] = field(default_factory=list)
    """What was made of all this, so that many needs can be put to one ground."""

    @property
    def queues(self) -> list[ClusterQueueView]:
        """The queues of the namespace."""
        if not self._queues:
            self._queues.extend(views(self.quotas, self.namespace))
        return self._queues

    def of_flavor(self, flavor: str, tolerations: Sequence[Mapping[str, Any]]) -> list[Room] | None:
        """Return the rooms of a flavor on nodes that take such pods, None where none are seen."""
        if self.rooms is None or self.quotas.flavors is None:
            return None
        if flavor not in self._fitting:
            found = self.quotas.flavor(flavor)
            self._fitting[flavor] = of_flavor(self.rooms, found, tolerations)
        return self._fitting[flavor]


def offers(need: Need, config: ClusterConfig, ground: Ground) -> list[Offer]:
    """Return what each queue could give in each flavor, best first.

    Raises
    ------
    InvalidInput
        When the wanted topology is none that is known.
    """
    only = config.local_queue(need.queue) if need.queue else ""
    asking = _Asking(need, config, ground)
    found = [
        offer
        for queue in ground.queues
        if only in ("", queue.name)
        for offer in asking.of_queue(queue)
    ]
    return sorted(found, key=_rank)


def per_node(need: Need, config: ClusterConfig) -> dict[str, float]:
    """Return what each pod of a job would ask for."""
    asked = {"cpu": need.cpus if need.cpus is not None else float(max(1, need.gpus))}
    if need.memory:
        asked["memory"] = float(need.memory)
    if need.gpus:
        asked[_accelerator(need, config)] = float(need.gpus)
    fabric = config.fabric(need.fabric) if need.fabric else None
    devices = fabric.resources if fabric else {}
    return asked | {name: float(count) for name, count in devices.items()}


class _Asking:
    """One need, put to each queue and flavor."""

    def __init__(self, need: Need, config: ClusterConfig, ground: Ground) -> None:
        self._need = need
        self._config = config
        self._ground = ground
        self._asked = per_node(need, config)
        self._main = _accelerator(need, config) if need.gpus else "cpu"

    def of_queue(self, queue: ClusterQueueView) -> list[Offer]:
        """Return the rows of a queue."""
        behind = self._ground.quotas.cluster_queue(queue.cluster_queue)
        if behind is None:
            basis = "No basis: this account may not see quotas."
            return [Offer(queue=queue.name, flavor="", possible=True, basis=basis)]
        covered = {name for _, resources in order(behind) for name in resources}
        lacking = [name for name in ("cpu", self._main) if name not in covered]
        if lacking:
            return [
                Offer(
                    queue=queue.name,
                    flavor="",
                    possible=False,
                    now=False,
                    basis=f"The queue has no quota for {lacking[0]}.",
                    action="Take another queue, or ask for a quota.",
                )
            ]
        flavors = [flavor for flavor, resources in order(behind) if self._main in resources]
        return [self._row(queue, behind, one) for one in flavors if self._is_kind(one)]

    def _row(self, queue: ClusterQueueView, behind: Whole, flavor: str) -> Offer:
        shares = self._shares(queue, flavor)
        near = self._fit(flavor)
        price = self._config.prices.get(flavor)
        row = Offer(
            queue=queue.name,
            flavor=flavor,
            gpu=self._product(flavor),
            possible=True,
            basis="",
            topology=near.words,
            left=shares[self._main].left,
            room=near.room,
            waiting=self._waiting(queue, behind),
            cost=price * self._need.nodes * self._need.gpus
            if price is not None and self._need.gpus
            else None,
        )
        never = self._never(behind, shares, near)
        if never:
            row.possible, row.now, row.basis = False, False, never
            row.action = "Ask for less, take another queue, or ask for a larger quota."
        else:
            row.now, row.starts_in, row.basis = self._start(queue, behind, shares, near)
        return row

    def _never(self, behind: Whole, shares: Mapping[str, Share], near: Fit) -> str:
        """Say why it could not start even if nothing else ran."""
        if not lets_in(behind, self._ground.namespace):
            return "The queue takes no jobs from this namespace."
        for name, share in shares.items():
            most = ceiling(behind, share.flavor, name, self._ground.quotas)
            if self._total(name) > most:
                return f"The queue can never have more than {most:g} {name}."
        if taint := self._taint(shares[self._main].flavor):
            return f"Its nodes have the taint {taint}, which jobs do not tolerate."
        return "" if near.possible else near.words

    def _taint(self, flavor: str) -> str:
        """Return a taint of a flavor's nodes that keeps jobs off; empty where none does."""
        found = self._ground.quotas.flavor(flavor)
        spec = found.spec if found else {}
        tolerated = [*self._config.tolerations, *(spec.get("tolerations") or ())]
        for one in spec.get("nodeTaints") or ():
            taint = Taint(one["key"], one.get("value", ""), one["effect"])
            if keeps_off(taint, tolerated):
                return f"{taint.key}={taint.value}:{taint.effect}"
        return ""

    def _start(
        self, queue: ClusterQueueView, behind: Whole, shares: Mapping[str, Share], near: Fit
    ) -> tuple[bool | None, float | None, str]:
        """Return whether it would start now, else in how many seconds, and what says so."""
        left = {name: share.left or 0.0 for name, share in shares.items()}
        short = {name: self._total(name) - has for name, has in left.items()}
        short = {name: amount for name, amount in short.items() if amount > 0}
        if not queue.active:
            return False, None, f"No basis: the queue takes no jobs. {queue.problem}"
        waiting = self._waiting(queue, behind)
        if waiting and (short or behind.spec.get("queueingStrategy") == "StrictFIFO"):
            return False, None, f"No basis: {waiting} jobs wait in this queue already."
        if short:
            return False, *self._released(queue, shares[self._main].flavor, short)
        if near.now is False:
            return False, None, "No basis: the quota is free, but nodes are not."
        if near.now is None:
            return None, None, "The quota is free; whether nodes are cannot be seen."
        return True, 0.0, "The quota is free, and so are nodes."

    def _waiting(self, queue: ClusterQueueView, behind: Whole) -> int:
        """Return how many jobs wait for the quota of a queue, the job itself not counted."""
        waiting = max(queue.waiting, int(behind.status.get("pendingWorkloads") or 0))
        return max(0, waiting - (behind.name == self._ground.mine))

    def _released(
        self, queue: ClusterQueueView, flavor: str, short: Mapping[str, float]
    ) -> tuple[float | None, str]:
        """Return when what is missing is given back at the latest, and what says so."""
        if self._ground.workloads is None:
            return None, "No basis: jobs of others cannot be seen."
        missing = dict(short)
        holders = [
            one for one in self._ground.workloads if one.cluster_queue == queue.cluster_queue
        ]
        for count, workload in enumerate(sorted(holders, key=end_of), start=1):
            if math.isinf(end_of(workload)):
                break
            for name, amount in _held(workload, flavor).items():
                missing[name] = missing.get(name, 0.0) - amount
            if all(missing[name] <= 0 for name in short):
                seconds = max(0.0, end_of(workload) - self._ground.now)
                return seconds, f"At the latest: {count} jobs have reached their time limits then."
        return None, "No basis: the jobs that hold the quota have no time limits."

    def _shares(self, queue: ClusterQueueView, flavor: str) -> dict[str, Share]:
        """Return the share of each resource that is asked for: of the flavor, else of any."""
        found: dict[str, Share] = {}
        for share in queue.shares:
            if share.resource in self._asked and (
                share.flavor == flavor or share.resource not in found
            ):
                found[share.resource] = share
        return found

    def _fit(self, flavor: str) -> Fit:
        rooms = self._rooms(flavor)
        levels = self._ground.quotas.levels(flavor)
        return fit(self._need, self._config, levels, self._asked, rooms)

    def _rooms(self, flavor: str) -> list[Room] | None:
        return self._ground.of_flavor(flavor, self._config.tolerations)

    def _is_kind(self, flavor: str) -> bool:
        """Return whether a flavor's nodes have the wanted kind of GPU, as far as can be seen."""
        wanted = self._need.gpu
        if not wanted or not self._need.gpus or _alike(wanted, flavor):
            return True
        found = self._ground.quotas.flavor(flavor)
        labels = (found.spec.get("nodeLabels") or {}) if found else {}
        kind = self._config.gpus.get(wanted)
        if kind is not None and kind.labels:
            return all(labels.get(name, value) == value for name, value in kind.labels.items())
        named = [*labels.values(), self._product(flavor)]
        return any(_alike(wanted, name) for name in named)

    def _product(self, flavor: str) -> str:
        for room in (self._rooms(flavor) or ()) if self._need.gpus else ():
            for kind in accelerators(room.node.allocatable, room.node.labels):
                if kind.resource == self._main:
                    return kind.name
        return ""

    def _total(self, resource: str) -> float:
        return self._asked[resource] * self._need.nodes


def _accelerator(need: Need, config: ClusterConfig) -> str:
    return config.gpus.get(need.gpu, config.gpu).resource


def _held(workload: WorkloadObject, flavor: str) -> dict[str, float]:
    held: dict[str, float] = {}
    for part in workload.pod_sets:
        for name, amount in part.usage.items():
            if part.flavors.get(name) == flavor:
                held[name] = held.get(name, 0.0) + amount
    return held


def end_of(workload: WorkloadObject) -> float:
    """Return when a workload has to have ended, in Unix seconds; infinity where nothing says so."""
    admitted = workload.condition("Admitted")
    if workload.limit is None or admitted is None or admitted.time is None:
        return math.inf
    return admitted.time + workload.limit


def _alike(wanted: str, name: str) -> bool:
    return wanted.lower().replace(" ", "-") in name.lower().replace(" ", "-")


def _rank(offer: Offer) -> tuple[bool, bool, float, float, str, str]:
    later = math.inf if offer.starts_in is None else offer.starts_in
    cost = math.inf if offer.cost is None else offer.cost
    return (not offer.possible, not offer.now, later, cost, offer.queue, offer.flavor)
