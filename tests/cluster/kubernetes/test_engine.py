"""Jobs on a real control plane whose nodes kwok plays: what the lab says of them is so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.spec import CommandRun, ExitKind, JobSpec, RestartPolicy
from ogai_lab.scheduler.types import Job, JobState
from tests.cluster.kubernetes.labs import CLUSTER, ME, Lab, configure
from tests.controlplane.client import Object, until
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

pytestmark = pytest.mark.kubernetes

LabMaker = Callable[..., Lab]


@pytest.fixture
def open_lab(plane: Plane, tmp_path: Path) -> Iterator[LabMaker]:
    """Open labs, each on a home folder by its name."""
    opened: list[Lab] = []

    def open_(space: Space, name: str = "home", *, lead: bool = True) -> Lab:
        configure(tmp_path / name, plane.kubeconfig, space)
        opened.append(Lab(tmp_path / name, space, lead=lead))
        return opened[-1]

    yield open_
    for lab in opened:
        lab.close()


def test_a_gang_waits_for_its_quota_runs_and_succeeds(open_lab, space) -> None:
    space.fake_nodes(4)
    lab = open_lab(space)
    first = lab.until(lab.submit(nodes=4, gpus=8), "running")
    assert sorted(first.node_names) == sorted(space.nodes)
    second = lab.submit(nodes=8, gpus=8, name="大 job")
    until("Kueue has looked", lambda: lab.jobset(second)["spec"]["suspend"])
    assert lab.job(second).state is JobState.QUEUED
    lab.finish(first)
    assert lab.until(first, "succeeded").exit.kind is ExitKind.SUCCEEDED
    assert lab.jobset(second)["metadata"]["annotations"]["ogai-lab.org/name"] == "大 job"
    assert lab.job(second).state is JobState.QUEUED
    until("nothing is left of the first", lambda: lab.jobsets() == [second.id])


def test_a_higher_priority_displaces_a_job_which_then_goes_on(open_lab, make_space) -> None:
    space = make_space({"h100": {"nvidia.com/gpu": 16}}, preemption=_PREEMPTION)
    space.fake_nodes(2)
    _priority_class(space, "high", 1000)
    lab = open_lab(space)
    first = lab.until(lab.submit(nodes=2, gpus=8), "running")
    vip = lab.until(lab.submit(nodes=2, gpus=8, priority_class=f"{space.name}-high"), "running")
    displaced = lab.until(first, "queued")
    assert "made room" in displaced.reason
    assert (displaced.attempt, displaced.restarts, displaced.node_names) == (2, 0, [])
    lab.finish(vip)
    again = lab.until(first, "running")
    assert (again.attempt, again.restarts) == (2, 0)
    ended, running = lab.scheduler.attempts(first.id)
    assert ended.exit is not None
    assert ended.exit.kind is ExitKind.PREEMPTED
    assert running.ended is None
    lab.finish(first)
    lab.until(first, "succeeded")


def test_a_lost_node_is_replaced_where_the_policy_allows_it(open_lab, space) -> None:
    space.fake_nodes(3)
    lab = open_lab(space)
    patient = lab.until(lab.submit(nodes=1, gpus=8, restarts=RestartPolicy(limit=2)), "running")
    plain = lab.until(lab.submit(nodes=1, gpus=8), "running")
    for job in (patient, plain):
        lab.api.delete(f"/api/v1/nodes/{job.node_names[0]}")
    failed = lab.until(plain, "failed")
    assert failed.exit.kind is ExitKind.NODE_LOST
    again = until("it runs elsewhere", lambda: _running_in(lab, patient, 2))
    assert again.node_names != patient.node_names
    assert again.restarts == 1
    assert lab.scheduler.attempts(patient.id)[0].exit.kind is ExitKind.NODE_LOST


def test_a_gang_is_restarted_and_then_fails_for_its_first_cause(open_lab, space) -> None:
    space.fake_nodes(2)
    lab = open_lab(space)
    policy = RestartPolicy(limit=1, on=[ExitKind.KILLED])
    job = lab.until(lab.submit(nodes=2, gpus=8, restarts=policy), "running")
    lab.fail(lab.pods(job)[1], 71, {"kind": "killed", "message": "Rank 8 was ended by SIGKILL."})
    again = until("it runs again", lambda: _running_in(lab, job, 2))
    assert again.restarts == 1
    until("two new pods run", lambda: len(lab.pods(job)) == 2)
    lab.fail(lab.pods(job)[0], 64, {"kind": "program_error", "message": "Rank 0: ValueError"})
    failed = lab.until(job, "failed")
    assert (failed.exit.kind, failed.exit.message) == (
        ExitKind.PROGRAM_ERROR,
        "Rank 0: ValueError",
    )
    first, second = lab.scheduler.attempts(job.id)
    assert (first.exit.kind, second.exit.kind) == (ExitKind.KILLED, ExitKind.PROGRAM_ERROR)


@pytest.mark.parametrize("waiting", [True, False])
def test_cancelling_leaves_nothing_behind(open_lab, space, waiting) -> None:
    space.fake_nodes(1)
    lab = open_lab(space)
    job = lab.submit(nodes=9 if waiting else 1, gpus=8)
    if waiting:
        until("it is handed over", lambda: lab.jobsets() == [job.id])
    else:
        lab.until(job, "running")
    lab.scheduler.cancel(job.id, ME)
    cancelled = lab.until(job, "cancelled")
    assert cancelled.exit.kind is ExitKind.CANCELLED
    until("nothing is left", lambda: not lab.jobsets() and not lab.pods(job))
    until("its parcel is gone", lambda: not _parcels(lab))


def test_a_jobset_deleted_behind_our_back_ends_the_job(open_lab, space) -> None:
    space.fake_nodes(1)
    lab = open_lab(space)
    job = lab.until(lab.submit(nodes=1, gpus=8, restarts=RestartPolicy(limit=3)), "running")
    lab.api.delete(f"{space.path('jobsets')}/{job.id}")
    ended = lab.until(job, "failed")
    assert ended.exit.kind is ExitKind.KILLED
    assert "deleted it" in ended.exit.message
    assert lab.jobsets() == []


def test_deleting_a_job_forgets_it(open_lab, space) -> None:
    space.fake_nodes(1)
    lab = open_lab(space)
    job = lab.until(lab.submit(gpus=1), "running")
    lab.finish(job)
    lab.until(job, "succeeded")
    lab.scheduler.delete(job.id, ME)
    assert not (lab.home / "jobs" / job.id).exists()
    until("nothing is left", lambda: not lab.jobsets())


def test_two_homes_on_one_namespace_leave_each_other_alone(open_lab, space) -> None:
    space.fake_nodes(2)
    mine, other = open_lab(space, "one"), open_lab(space, "two")
    first, second = mine.submit(gpus=8), other.submit(gpus=8)
    mine.until(first, "running")
    other.until(second, "running")
    mine.close()
    again = open_lab(space, "one")
    again.until(first, "running")
    assert sorted(again.jobsets()) == sorted([first.id, second.id])
    again.finish(first)
    again.until(first, "succeeded")
    assert other.job(second).state is JobState.RUNNING


def test_of_two_servers_on_one_home_the_leader_acts_and_both_see(open_lab, space) -> None:
    space.fake_nodes(1)
    leads, follows = open_lab(space), open_lab(space)
    until("one leads", lambda: leads.scheduler.leads)
    job = follows.submit(gpus=8)
    follows.until(job, "running")
    assert not follows.scheduler.leads
    leads.close()
    until("the other leads", lambda: follows.scheduler.leads)
    follows.finish(job)
    follows.until(job, "succeeded")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"queue": "nowhere"}, "queue"),
        ({"cluster": "nowhere"}, "cluster"),
        ({"fabric": "string"}, "fabric"),
        ({"priority": 3}, "priority"),
    ],
)
def test_what_can_never_run_is_refused_at_once(open_lab, space, fields, field) -> None:
    lab = open_lab(space)
    spec = JobSpec(**{"run": CommandRun(argv=["true"]), "cluster": CLUSTER, **fields})
    with pytest.raises(InvalidInput) as caught:
        lab.scheduler.submit(spec, ME)
    assert caught.value.field == field
    assert caught.value.action


_PREEMPTION = {"withinClusterQueue": "LowerPriority"}


def _priority_class(space: Space, name: str, value: int) -> None:
    made = {"name": f"{space.name}-{name}"}
    kind = "WorkloadPriorityClass"
    version = "kueue.x-k8s.io/v1beta2"
    space.create({"apiVersion": version, "kind": kind, "metadata": made, "value": value})


def _running_in(lab: Lab, job: Job, attempt: int) -> Job | None:
    now = lab.job(job)
    return now if (now.state, now.attempt) == (JobState.RUNNING, attempt) else None


def _parcels(lab: Lab) -> list[Object]:
    found = lab.api.items(lab.space.path("configmaps"))
    return [one for one in found if "ogai-lab.org/job" in one["metadata"].get("labels", {})]
