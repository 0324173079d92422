"""Why a queued job waits: asked of the same function that places jobs, never guessed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ogai_lab.scheduler.engines.base import Placement
from ogai_lab.scheduler.placement import Need, Outcome, fit, free_of, place
from ogai_lab.scheduler.scene import Other, Scene
from ogai_lab.scheduler.types import Explanation, JobAhead, Reason

_SHOWN = 100
_GIB = 1 << 30


def explain_waiting(scene: Scene) -> Explanation:
    """Return why a queued job waits, who is ahead, and what would let it start now."""
    held_back = _try(scene, scene.need).held_back.get(scene.need.id)
    reasons, ahead = _reasons(scene, held_back)
    starts_in = None
    if held_back == "resources" and scene.led:
        starts_in = _starts_in(scene)
    elif held_back is None and scene.led:
        starts_in = scene.delayed
    would = list(_would_start(scene, held_back)) if held_back else []
    summary = " ".join(reason.text for reason in reasons)
    if would:
        summary += f" It would start now with {would[0]}."
    return Explanation(
        job=scene.job.id,
        state=scene.job.state,
        summary=summary,
        reasons=reasons,
        ahead=ahead[:_SHOWN],
        would_start=would,
        starts_in=starts_in,
    )


def placements(scene: Scene) -> tuple[Placement, ...]:
    """Return where the job would start now; nothing while it must wait."""
    return _try(scene, scene.need).starts.get(scene.need.id, ())


def no_leader() -> Reason:
    """Return the reason that nobody carries out the queue."""
    return Reason(
        code="no_leader",
        text="No process carries out the queue of this home folder now.",
        action="Start JupyterLab with OGAI Lab, or open Workbench.local() in a notebook: the "
        "first one leads the queue.",
    )


def duration(seconds: float) -> str:
    """Return a duration for people: ``40 s``, ``12 min``, ``3.5 h``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 6000:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _try(scene: Scene, need: Need, first: bool = False) -> Outcome:
    """Ask who would start if the job wanted `need`, and stood `first` in the order."""
    before = [] if first else [one.held.need for one in scene.before]
    held = [one.held for one in scene.active]
    return place(scene.nodes, held, [*before, need], scene.queues, scene.now)


def _reasons(scene: Scene, held_back: str | None) -> tuple[list[Reason], list[JobAhead]]:
    reasons: list[Reason] = []
    ahead = [one.shown for one in scene.before]
    if not scene.led:
        reasons.append(no_leader())
    if scene.delayed > 0:
        text = f"It was restarted and waits {duration(scene.delayed)} more, as its policy asks."
        reasons.append(Reason(code="restart_delay", text=text, evidence={"seconds": scene.delayed}))
    match held_back:
        case "queue_limit":
            reasons.append(_queue_limit(scene))
            mine = scene.need.queue
            ahead = [one.shown for one in scene.active if one.held.need.queue == mine]
            ahead += [one.shown for one in scene.before if one.held.need.queue == mine]
        case "resources":
            found = list(_lacks(scene))
            reasons += found
            ahead = [one.shown for one in _holders(scene, found)] + ahead
        case "behind":
            found = list(_lacks(scene))
            reasons += [_behind(scene, fits=not found), *found]
            ahead = [one.shown for one in (_holders(scene, found) if found else [])] + ahead
        case _ if scene.led and not reasons:
            text = "It fits and is the next to start, within a second."
            reasons.append(Reason(code="starts_now", text=text))
    return reasons, ahead


def _lacks(scene: Scene) -> Iterator[Reason]:
    """Yield what is not free, kind by kind; where only the combination lacks, that."""
    need = scene.need
    free = free_of(scene.nodes, [one.held for one in scene.active])
    if fit(free, need) is not None:
        return
    only = replace(need, cpus=0.0, gpus=0, memory=0)
    each = "" if need.nodes == 1 else f" on each of {need.nodes} nodes"
    kinds: tuple[tuple[str, Need, float, dict[str, float], Callable[[float], str]], ...] = (
        (
            "gpus",
            replace(only, gpus=need.gpus),
            need.gpus,
            {one.node: len(one.gpus) for one in free},
            _gpus,
        ),
        (
            "cpus",
            replace(only, cpus=need.cpus),
            need.cpus,
            {one.node: max(0.0, one.cpus) for one in free},
            _cores,
        ),
        (
            "memory",
            replace(only, memory=need.memory),
            need.memory,
            {one.node: max(0, one.memory) for one in free},
            _memory,
        ),
    )
    found = False
    for kind, alone, wanted, there, shown in kinds:
        if fit(free, alone) is None:
            found = True
            most = shown(max(there.values(), default=0))
            yield Reason(
                code=f"waits_for_{kind}",
                text=f"It waits for {shown(wanted)}{each}; at most {most} free on one node now.",
                evidence={"wanted": wanted, "nodes": need.nodes, "free": there},
            )
    if not found:
        yield Reason(
            code="waits_for_room",
            text=f"No node has all that it wants free at the same time{each}.",
            evidence={kind: there for kind, _, _, there, _ in kinds},
        )


def _queue_limit(scene: Scene) -> Reason:
    need = scene.need
    queue = next((one for one in scene.queues if one.name == need.queue), None)
    if queue is None:
        return Reason(
            code="queue_gone",
            text=f"Its queue {need.queue!r} is no longer set up.",
            evidence={"queues": [one.name for one in scene.queues]},
            action="Submit it to another queue, or ask for this one to be set up again.",
        )
    holders = [one.held.need for one in scene.active if one.held.need.queue == queue.name]
    cpus = sum(one.cpus * one.nodes for one in holders)
    gpus = sum(one.gpus * one.nodes for one in holders)
    limits = []
    if queue.gpus is not None:
        limits.append(f"{gpus:g} of {_gpus(queue.gpus)}")
    if queue.cpus is not None:
        limits.append(f"{cpus:g} of {_cores(queue.cpus)}")
    return Reason(
        code="queue_limit",
        text=f"The queue {queue.name!r} is at its limit: its jobs hold {' and '.join(limits)}, or "
        "one before it waits for that.",
        evidence={"limit": queue.model_dump(), "cpus_used": cpus, "gpus_used": gpus},
        action="Wait, use another queue, or ask for a higher limit.",
    )


def _behind(scene: Scene, fits: bool) -> Reason:
    held = [one.held for one in scene.active]
    before = [one.held.need for one in scene.before]
    outcome = place(scene.nodes, held, before, scene.queues, scene.now)
    head = next((one for one in scene.before if outcome.held_back.get(one.shown.id)), None)
    count = _count(len(scene.before), "job")
    text = f"{count} {'is' if count.startswith('1 ') else 'are'} ahead of it"
    if head is not None:
        need = head.held.need
        text += (
            f"; {head.shown.name!r} ({head.shown.id}) of {head.shown.owner} waits first, for "
            f"{_size(need)}, and starting this one might delay it"
        )
    return Reason(
        code="behind_others",
        text=f"{text}.",
        evidence={"ahead": len(scene.before), "first": head.shown.id if head else None},
        action="A timeout that ends before the first one can start lets it start at once."
        if fits
        else "",
    )


def _holders(scene: Scene, lacks: Sequence[Reason]) -> list[Other]:
    """Return the active jobs that hold what is lacking, soonest to end first."""
    codes = {reason.code for reason in lacks}
    holders = [
        one
        for one in scene.active
        if codes != {"waits_for_gpus"} or one.held.need.gpus > 0
        if codes != {"waits_for_memory"} or one.held.need.memory > 0
    ]
    return sorted(holders, key=_seconds_left)


def _starts_in(scene: Scene) -> float | None:
    """Return when a job that is next in order fits, where the ends of those before it are known."""
    held = sorted(scene.active, key=_seconds_left)
    for ended, one in enumerate(held, start=1):
        if one.shown.seconds_left is None:
            return None
        left = [other.held for other in held[ended:]]
        before = [other.held.need for other in scene.before]
        outcome = place(scene.nodes, left, [*before, scene.need], scene.queues, scene.now)
        if scene.need.id in outcome.starts:
            return one.shown.seconds_left if not before else None
    return None


def _would_start(scene: Scene, held_back: str) -> Iterator[str]:
    """Yield changes that would let it start now, one of each kind; each was tried."""
    need = scene.need
    for changes in (_less(scene, need), _elsewhere(scene, need)):
        for kind in changes:
            works = (text for text, changed in kind if need.id in _try(scene, changed).starts)
            yield from itertools.islice(works, 1)
    if held_back == "behind" and need.id in _try(scene, need, first=True).starts:
        yield "a higher priority than those ahead of it"


def _less(scene: Scene, need: Need) -> Iterator[Iterable[tuple[str, Need]]]:
    free = free_of(scene.nodes, [one.held for one in scene.active])
    cores = sorted({float(int(one.cpus)) for one in free}, reverse=True)
    gibs = sorted({one.memory // _GIB for one in free}, reverse=True)
    yield ((f"gpus={n}", _fewer_gpus(need, n)) for n in range(need.gpus - 1, 0, -1))
    yield ((f"nodes={n}", replace(need, nodes=n)) for n in range(need.nodes - 1, 0, -1))
    yield ((f"cpus={n:g}", replace(need, cpus=n)) for n in cores if 0 < n < need.cpus)
    sizes = [n for n in gibs if 0 < n * _GIB < need.memory]
    yield ((f"memory={n}GiB", replace(need, memory=n * _GIB)) for n in sizes)


def _elsewhere(scene: Scene, need: Need) -> Iterator[Iterable[tuple[str, Need]]]:
    others = [one.name for one in scene.queues if one.name != need.queue]
    yield ((f"queue={name!r}", replace(need, queue=name)) for name in others)


def _fewer_gpus(need: Need, gpus: int) -> Need:
    return replace(need, gpus=gpus, cpus=need.cpus * gpus / need.gpus)


def _seconds_left(one: Other) -> float:
    return float("inf") if one.shown.seconds_left is None else one.shown.seconds_left


def _size(need: Need) -> str:
    parts = [_gpus(need.gpus)] if need.gpus else []
    parts.append(_cores(need.cpus))
    return " and ".join(parts) + (f" on each of {need.nodes} nodes" if need.nodes > 1 else "")


def _gpus(number: float) -> str:
    return _count(number, "GPU")


def _cores(number: float) -> str:
    return _count(number, "core")


def _memory(number: float) -> str:
    return f"{number / _GIB:.1f} GiB of memory"


def _count(number: float, noun: str) -> str:
    return f"{number:g} {noun}{'' if number == 1 else 's'}"
