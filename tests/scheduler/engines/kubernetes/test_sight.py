"""What is seen of a job, from tables of a JobSet, its workload and its pods."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ogai_lab.scheduler.engines.kubernetes import objects, podends, sight, slim
from ogai_lab.scheduler.spec import ExitKind

LABELS = {"ogai-lab.org/job": "j1", "ogai-lab.org/attempt": "3"}


def jobset(*, suspend: bool = False, restarts: int = 0, **more: Any) -> objects.JobSetObject:
    conditions = [
        {"type": kind, "status": "True", "reason": reason}
        for kind, reason in more.pop("conditions", {}).items()
    ]
    metadata = {"name": "j1", "uid": "u", "labels": LABELS, **more}
    status = {"restarts": restarts, "restartsCountTowardsMax": restarts, "conditions": conditions}
    return slim.jobset({"metadata": metadata, "spec": {"suspend": suspend}, "status": status})


def workload(evicted: str = "", **evictions: int) -> objects.WorkloadObject:
    conditions = [{"type": "Evicted", "status": "True", "reason": evicted}] if evicted else []
    stats = [
        {"reason": reason, "underlyingCause": "", "count": count}
        for reason, count in evictions.items()
    ]
    return slim.workload(
        {
            "metadata": {"name": "w"},
            "spec": {"podSets": [{"name": "node", "count": 2}]},
            "status": {"conditions": conditions, "schedulingStats": {"evictions": stats}},
        }
    )


def pod(index: int, phase: str = "Running", restart: int = 0, **state: Any) -> objects.PodObject:
    labels = {
        **LABELS,
        "batch.kubernetes.io/job-completion-index": str(index),
        "jobset.sigs.k8s.io/restart-attempt": str(restart),
    }
    metadata: dict[str, Any] = {"name": f"p{index}", "uid": f"{restart}-{index}", "labels": labels}
    if state.pop("deleting", False):
        metadata["deletionTimestamp"] = "2026-11-24T15:00:00Z"
    disrupted = state.pop("disrupted", "")
    word = state.pop("word", "")
    shown = {"name": "ranks", "state": {"running": {"startedAt": "2026-11-24T15:00:00Z"}}}
    if state:
        at = state.pop("at", 0)
        ended = {"finishedAt": f"2026-11-24T15:01:{at:02}Z", "message": word, **state}
        shown = {"name": "ranks", "state": {"terminated": ended}}
    status: dict[str, Any] = {"phase": phase}
    if phase != "Pending":
        status["containerStatuses"] = [shown]
    if disrupted:
        status["conditions"] = [{"type": "DisruptionTarget", "status": "True", "reason": disrupted}]
    return slim.pod({"metadata": metadata, "spec": {"nodeName": f"n{index}"}, "status": status})


BOTH = [pod(0), pod(1)]


@pytest.mark.parametrize(
    ("jobset_", "workload_", "pods", "state", "attempt"),
    [
        (jobset(suspend=True), None, [], "waiting", 3),
        (jobset(suspend=True), workload(), [], "waiting", 3),
        (jobset(suspend=True), workload("Preempted", Preempted=1), BOTH, "waiting", 4),
        (jobset(), workload("Preempted", Preempted=1), BOTH, "waiting", 4),
        (jobset(), workload(), [], "starting", 3),
        (jobset(), workload(), [pod(0), pod(1, "Pending")], "starting", 3),
        (jobset(), workload(), BOTH, "running", 3),
        (jobset(), workload(), [pod(0), pod(1, "Succeeded", exitCode=0)], "running", 3),
        (jobset(restarts=1), workload(), BOTH, "starting", 4),
        (jobset(restarts=1), workload(Preempted=2), [pod(0, restart=1), *BOTH], "starting", 6),
        (jobset(deletionTimestamp="2026-11-24T15:00:00Z"), workload(), BOTH, "starting", 3),
        (jobset(conditions={"Completed": "AllJobsCompleted"}), workload(), BOTH, "ended", 3),
        (jobset(conditions={"Failed": "FailedJobs"}), None, BOTH, "ended", 3),
    ],
)
def test_it_runs_when_all_of_it_does_and_never_while_it_waits(
    jobset_, workload_, pods, state, attempt
) -> None:
    seen = sight.look(jobset_, workload_, pods, (), 2)
    assert (seen.state, seen.attempt) == (state, attempt)


@pytest.mark.parametrize(
    ("reason", "kind", "charged"),
    [
        ("Preempted", ExitKind.PREEMPTED, 0),
        ("NodeFailures", ExitKind.NODE_LOST, 1),
        ("ClusterQueueStopped", ExitKind.PREEMPTED, 0),
        ("SomethingNew", ExitKind.PREEMPTED, 0),
    ],
)
def test_what_was_taken_is_told_apart_from_what_failed(reason, kind, charged) -> None:
    seen = sight.look(jobset(suspend=True), workload(reason, **{reason: 1}), [])
    assert seen.exit is not None
    assert (seen.exit.kind, seen.restarts) == (kind, charged)


WORD = json.dumps({"kind": "hang", "message": "Rank 1 gave no sign of life for 60 s."})


@pytest.mark.parametrize(
    ("pods", "kind"),
    [
        ([pod(0, "Failed", exitCode=64), pod(1)], ExitKind.PROGRAM_ERROR),
        ([pod(0, "Failed", exitCode=67, word=WORD), pod(1)], ExitKind.HANG),
        ([pod(0, "Failed", exitCode=137, reason="OOMKilled")], ExitKind.OUT_OF_MEMORY),
        ([pod(0, "Failed", exitCode=137)], ExitKind.KILLED),
        (
            [pod(0, "Failed", exitCode=64, at=1), pod(1, "Failed", exitCode=65, at=2)],
            ExitKind.SIGNAL,
        ),
        (
            [pod(0, "Failed", exitCode=143, at=1, deleting=True), pod(1, "Failed", exitCode=64)],
            ExitKind.PROGRAM_ERROR,
        ),
        ([pod(0, disrupted="DeletionByTaintManager", deleting=True), pod(1)], ExitKind.NODE_LOST),
        ([pod(0, disrupted="PreemptionByScheduler")], ExitKind.PREEMPTED),
    ],
)
def test_the_cause_is_told_by_the_pod_that_failed_first_or_from_outside(pods, kind) -> None:
    said = podends.root_cause(pods)
    assert said is not None
    assert said.kind is kind


def test_pods_that_are_gone_still_say_why() -> None:
    gone = [pod(1, "Failed", exitCode=67, word=WORD)]
    seen = sight.look(jobset(conditions={"Failed": "FailJobSet"}), workload(), [], gone)
    assert seen.exit is not None
    assert seen.exit.kind is ExitKind.HANG


def test_a_job_that_was_stopped_ends_as_it_was_stopped() -> None:
    noted = {"ogai-lab.org/stop": "cancelled"}
    over = jobset(conditions={"Failed": "FailedJobs"}, annotations=noted)
    seen = sight.look(over, workload(), [pod(0, "Failed", exitCode=137)])
    assert seen.exit is not None
    assert seen.exit.kind is ExitKind.CANCELLED
