from __future__ import annotations

from dataclasses import replace

import pytest

from ogai_lab.scheduler.engines.base import Placement
from ogai_lab.scheduler.explain import explain
from ogai_lab.scheduler.placement import Held, Need
from ogai_lab.scheduler.queues import QueueConfig
from ogai_lab.scheduler.scene import Other, Scene
from ogai_lab.scheduler.spec import CommandRun, ExitKind, JobSpec
from ogai_lab.scheduler.types import Exit, Gpu, Job, JobAhead, JobState, Node, Progress, RankExit

GIB = 1 << 30
NOW = 1000.0
QUEUES = [QueueConfig(name="default"), QueueConfig(name="small", gpus=1)]


def node(name: str, gpus: int = 4, cpus: float = 8, memory: int = 16) -> Node:
    return Node(
        name=name,
        state="ready",
        cpus=cpus,
        cpus_free=cpus,
        memory=memory * GIB,
        memory_free=memory * GIB,
        gpus=[Gpu(index=index, name="gpu") for index in range(gpus)],
    )


def job(state: JobState = JobState.QUEUED, **fields) -> Job:
    spec = JobSpec(run=CommandRun(argv=["true"]))
    basic = {"id": "me", "name": "mine", "owner": "ann", "version": 1, "created": 900.0}
    return Job(spec=spec, state=state, **(basic | fields))


def need(name: str = "me", queue: str = "default", nodes: int = 1, **wants) -> Need:
    wanted = {"cpus": 1.0, "gpus": 0, "memory": 0} | wants
    return Need(id=name, queue=queue, nodes=nodes, **wanted)


def other(
    one: Need, *where: str, left: float | None = None, state: JobState = JobState.RUNNING
) -> Other:
    shown = JobAhead(
        id=one.id,
        name=f"job {one.id}",
        owner="bob",
        state=state,
        cpus=one.cpus * one.nodes,
        gpus=one.gpus * one.nodes,
        seconds_left=left,
    )
    gpus = tuple(range(one.gpus))
    placements = tuple(Placement(node=name, gpus=gpus) for name in where)
    return Other(shown=shown, held=Held(need=one, placements=placements))


def scene(me: Need, *active: Other, before: tuple[Other, ...] = (), **fields) -> Scene:
    basic = Scene(
        job=job(),
        need=me,
        nodes=[node("a")],
        active=active,
        before=before,
        queues=QUEUES,
        led=True,
        delayed=0.0,
        now=NOW,
    )
    return replace(basic, **fields)


def test_it_waits_for_gpus_and_says_what_would_help() -> None:
    told = explain(scene(need(gpus=4), other(need("1", gpus=2), "a", left=600.0)))
    (reason,) = told.reasons
    assert reason.code == "waits_for_gpus"
    assert reason.text == "It waits for 4 GPUs; at most 2 GPUs free on one node now."
    assert reason.evidence == {"wanted": 4, "nodes": 1, "free": {"a": 2}}
    assert told.would_start == ["gpus=2"]
    assert told.summary == f"{reason.text} It would start now with gpus=2."
    assert [one.id for one in told.ahead] == ["1"]
    assert told.starts_in == 600.0


def test_when_nothing_tells_the_end_no_time_is_told() -> None:
    told = explain(scene(need(gpus=4), other(need("1", gpus=2), "a")))
    assert told.starts_in is None


@pytest.mark.parametrize(
    ("wants", "holds", "code", "would"),
    [
        ({"cpus": 6.0}, {"cpus": 4.0}, "waits_for_cpus", "cpus=4"),
        ({"memory": 12 * GIB}, {"memory": 8 * GIB}, "waits_for_memory", "memory=8GiB"),
        ({"gpus": 2, "nodes": 2}, {"gpus": 1}, "waits_for_gpus", "gpus=1"),
    ],
)
def test_what_is_lacking_is_named(wants, holds, code, would) -> None:
    told = explain(scene(need(**wants), other(need("1", **holds), "a")))
    assert [reason.code for reason in told.reasons] == [code]
    assert would in told.would_start


def test_the_parts_are_free_but_not_together() -> None:
    nodes = [node("a", gpus=0, cpus=8), node("b", gpus=4, cpus=2)]
    busy = other(need("1", cpus=1.0), "b")
    told = explain(scene(need(cpus=2.0, gpus=1), busy, nodes=nodes))
    assert [reason.code for reason in told.reasons] == ["waits_for_room"]
    assert told.reasons[0].evidence["gpus"] == {"a": 0, "b": 4}


def test_it_is_behind_a_job_that_waits() -> None:
    big = other(need("big", gpus=4), state=JobState.QUEUED)
    told = explain(scene(need(gpus=1), other(need("1", gpus=1), "a"), before=(big,)))
    (reason,) = told.reasons
    assert reason.code == "behind_others"
    assert "'job big' (big) of bob waits first, for 4 GPUs and 1 core" in reason.text
    assert [one.id for one in told.ahead] == ["big"]
    assert told.would_start == ["a higher priority than those ahead of it"]
    assert "timeout" in reason.action


def test_behind_others_and_without_room_it_is_told_who_holds_the_room() -> None:
    big = other(need("big", gpus=4), state=JobState.QUEUED)
    told = explain(scene(need(gpus=4), other(need("1", gpus=1), "a"), before=(big,)))
    assert [reason.code for reason in told.reasons] == ["behind_others", "waits_for_gpus"]
    assert told.reasons[0].action == ""  # a timeout would not help it
    assert [one.id for one in told.ahead] == ["1", "big"]


def test_its_queue_is_full() -> None:
    told = explain(scene(need(queue="small", gpus=1), other(need("1", "small", gpus=1), "a")))
    (reason,) = told.reasons
    assert reason.code == "queue_limit"
    assert "its jobs hold 1 of 1 GPU" in reason.text
    assert told.would_start == ["queue='default'"]


def test_its_queue_is_gone() -> None:
    told = explain(scene(need(queue="old")))
    assert [reason.code for reason in told.reasons] == ["queue_gone"]
    assert told.would_start == ["queue='default'", "queue='small'"][:1]


def test_a_restart_delay_is_told() -> None:
    told = explain(scene(need(), delayed=30.0))
    assert [reason.code for reason in told.reasons] == ["restart_delay"]
    assert told.starts_in == 30.0


def test_the_next_one_says_so() -> None:
    assert explain(scene(need())).reasons[0].code == "starts_now"


def test_nobody_leads() -> None:
    told = explain(scene(need(), led=False))
    assert [reason.code for reason in told.reasons] == ["no_leader"]
    assert told.starts_in is None


def test_how_far_a_running_job_is() -> None:
    progress = Progress(step=120, steps=1000, seconds_left=1800.0)
    running = job(
        JobState.RUNNING, started=900.0, progress=progress, node_names=["a"], restarts=1, attempt=2
    )
    told = explain(scene(need(), job=running))
    assert told.summary == (
        "It runs on a, at step 120/1,000, for about 30 min more. Restarts so far: 1."
    )
    assert told.reasons[0].evidence["seconds"] == 100.0


@pytest.mark.parametrize("kind", ExitKind)
def test_every_end_has_its_reason(kind: ExitKind) -> None:
    first = RankExit(rank=3, node=1, code=1)
    over = Exit(kind=kind, message="It ended.", first=first, tail=["last words"])
    told = explain(scene(need(), job=job(JobState.FAILED, exit=over, attempt=1)))
    (reason,) = told.reasons
    assert (reason.code, reason.text) == (kind.value, "It ended.")
    assert reason.evidence["first"]["rank"] == 3
    assert reason.evidence["tail"] == ["last words"]
    assert reason.action or kind in (ExitKind.SUCCEEDED, ExitKind.CANCELLED)
