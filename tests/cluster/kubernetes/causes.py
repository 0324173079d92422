"""Why jobs of a cluster wait and fail: each cause as something that is done to the cluster."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ogai_lab.scheduler.types import Job
from tests.cluster.kubernetes.stage import KUEUE, MIG, Stage
from tests.controlplane.fake_nodes import NODES, TAINT


@dataclass(frozen=True)
class Cause:
    """One row: the code of the first reason, and the change that is offered and then works."""

    code: str
    arrange: Callable[[Stage, str], Job]
    change: str = ""


def _of_queue(quotas: dict[str, Any], **job: Any) -> Callable[[Stage, str], Job]:
    """Submit a job to a queue of its own."""
    return lambda stage, name: stage.submit(queue=stage.queue(name, quotas), **job)


def _held(stage: Stage, name: str) -> Job:
    queue = stage.queue(name, {"free": 16})
    stage.running(queue=queue, timeout=600)
    return stage.submit(queue=queue, nodes=2)


def _flavor_held(stage: Stage, name: str) -> Job:
    queue = stage.queue(name, {"h100": 8, "a100": 8})
    stage.running(queue=queue, gpu="h100")
    return stage.submit(queue=queue, gpu="h100")


def _borrowing(stage: Stage, name: str) -> Job:
    cohort = f"{stage.space.name}-cohort"
    own = {"nominalQuota": "8", "borrowingLimit": "8"}
    queue = stage.queue(name, {"free": own}, cohortName=cohort)
    stage.queue(f"{name}-rich", {"free": 64}, cohortName=cohort)
    return stage.submit(queue=queue, nodes=3)


def _zero_memory(stage: Stage, name: str) -> Job:
    return stage.submit(queue=stage.queue(name, {"free": 64}), fabric="ib")


def _check(stage: Stage, name: str, active: bool) -> Job:
    check = f"{stage.space.name}-{name}"
    stage.create("AdmissionCheck", check, {"controllerName": "example.com/budget"})
    if active:
        met = {
            "type": "Active",
            "status": "True",
            "reason": "Active",
            "message": "It works.",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }
        path = f"/apis/{KUEUE}/admissionchecks/{check}/status"
        stage.api.patch(path, {"status": {"conditions": [met]}})
    rules = {"admissionChecks": [{"name": check}]}
    return stage.submit(queue=stage.queue(name, {"free": 8}, admissionChecksStrategy=rules))


def _stopped(stage: Stage, name: str) -> Job:
    return stage.submit(queue=stage.queue(name, {"free": 8}, stopPolicy="Hold"))


def _local_stopped(stage: Stage, name: str) -> Job:
    queue = stage.queue(name, {"free": 8})
    _patch_queue(stage, queue, {"stopPolicy": "Hold"})
    return stage.submit(queue=queue)


def _no_cluster_queue(stage: Stage, name: str) -> Job:
    stage.create("LocalQueue", name, {"clusterQueue": "nowhere"})
    return stage.submit(queue=name)


def _local_gone(stage: Stage, name: str) -> Job:
    job = stage.submit(queue=stage.queue(name, {"free": 0}))
    stage.hand_over(job)
    stage.api.delete(f"{stage.space.path('localqueues')}/{name}")
    return job


def _not_ours(stage: Stage, name: str) -> Job:
    other = {"matchLabels": {"kubernetes.io/metadata.name": "somebody-else"}}
    return stage.submit(queue=stage.queue(name, {"free": 8}, namespaceSelector=other))


def _behind(stage: Stage, name: str) -> Job:
    queue = stage.queue(name, {"free": 16}, queueingStrategy="StrictFIFO")
    stage.running(queue=queue)
    first = stage.submit(queue=queue, nodes=2, name="first")
    stage.explained(first, "quota")
    return stage.submit(queue=queue, name="second")


def _preempted(stage: Stage, name: str) -> Job:
    preemption = {"withinClusterQueue": "LowerPriority"}
    queue = stage.queue(name, {"free": 8}, preemption=preemption)
    high = f"{stage.space.name}-high"
    meta = {"name": high}
    kind = {"apiVersion": KUEUE, "kind": "WorkloadPriorityClass", "metadata": meta, "value": 1000}
    stage.space.create(kind)
    job = stage.running(queue=queue)
    stage.submit(queue=queue, priority_class=high, name="vip")
    return job


def _deactivated(stage: Stage, name: str) -> Job:
    job = stage.submit(queue=stage.queue(name, {"free": 0}))
    workload = stage.hand_over(job)["metadata"]["name"]
    stage.api.patch(f"{stage.space.path('workloads')}/{workload}", {"spec": {"active": False}})
    return job


def _stalled(reason: str, message: str) -> Callable[[Stage, str], Job]:
    return lambda stage, _: stage.stall(stage.running(gpus=1), reason, message)


def _claim(stage: Stage, name: str, there: bool) -> Job:
    if there:
        size = {"requests": {"storage": "1Gi"}}
        spec = {"accessModes": ["ReadWriteOnce"], "resources": size, "storageClassName": "none"}
        stage.create("PersistentVolumeClaim", name, spec, "v1")
    volume = {"kind": "claim", "name": name, "path": "/data"}
    return stage.submit(gpus=1, volumes=[volume])


def _sick(stage: Stage, name: str) -> Job:
    job = stage.running(queue=stage.queue(name, {"sick": 8}))
    ready = {"type": "Ready", "status": "False", "reason": "KubeletNotReady", "message": "No."}
    path = f"{NODES}/{job.node_names[0]}/status"
    # kwok lets go of it first, or its next heartbeat would mend it.
    node = path.removesuffix("/status")
    stage.api.patch(node, {"metadata": {"annotations": {TAINT: None}}})
    stage.api.patch(path, {"status": {"conditions": [ready]}})
    return job


def _quota_of_pods(stage: Stage, name: str) -> Job:
    stage.create("ResourceQuota", name, {"hard": {f"requests.{MIG}": "0"}}, "v1")
    queue = stage.queue(name, {"mig": 7}, covered=(MIG,))
    return stage.submit(queue=queue, gpus=1, gpu="MIG")


def _failed(code: int, kind: str, **fields: Any) -> Callable[[Stage, str], Job]:
    def arrange(stage: Stage, _: str) -> Job:
        job = stage.running(gpus=1, **fields)
        stage.lab.fail(stage.lab.pods(job)[0], code, {"kind": kind, "message": "Rank 0 ended."})
        return job

    return arrange


def _again_and_again(stage: Stage, name: str) -> Job:
    policy = {"limit": 1, "on": ["killed"]}
    job = _failed(71, "killed", restarts=policy)(stage, name)
    stage.until_attempt(job, 2)
    stage.lab.fail(stage.lab.pods(job)[0], 71, {"kind": "killed", "message": "Rank 0 ended."})
    return job


def _node_gone(stage: Stage, name: str) -> Job:
    job = stage.running(queue=stage.queue(name, {"gone": 8}))
    stage.api.delete(f"{NODES}/{job.node_names[0]}")
    return job


def _deleted(stage: Stage, _: str) -> Job:
    job = stage.running(gpus=1)
    stage.api.delete(f"{stage.space.path('jobsets')}/{job.id}")
    return job


def _too_large(stage: Stage, name: str) -> Job:
    folder = stage.lab.home / name
    folder.mkdir()
    (folder / "data.bin").write_bytes(os.urandom(2 << 20))
    return stage.submit(gpus=1, workdir=str(folder))


def _patch_queue(stage: Stage, name: str, spec: dict[str, Any]) -> None:
    stage.api.patch(f"{stage.space.path('localqueues')}/{name}", {"spec": spec})


CAUSES = {
    # Kueue holds it back
    "quota-held": Cause("quota", _held, "nodes=1"),
    "quota-until": Cause("quota", _held),
    "quota-small": Cause("quota_too_small", _of_queue({"free": 16}, nodes=4), "nodes=2"),
    "quota-small-node": Cause("quota_too_small", _of_queue({"free": 4}), "gpus=4"),
    "quota-zero": Cause("quota_zero", _of_queue({"free": 0}), "queue="),
    "borrowing": Cause("borrowing_limit", _borrowing, "nodes=2"),
    "flavor-held": Cause("quota", _flavor_held, "gpu="),
    "flavor-none": Cause("flavor", _of_queue({"free": 8}, gpu="B200"), "gpu="),
    "flavor-taint": Cause("taint", _of_queue({"shut": 8}), "queue="),
    "node-taint": Cause("taint", _of_queue({"kept": 8}), "queue="),
    "fabric": Cause("resource_not_covered", _zero_memory, "fabric="),
    "rack": Cause(
        "topology",
        _of_queue({"racks": 32}, nodes=3, topology="same-rack"),
        "topology='preferred:rack'",
    ),
    "nodes-full": Cause("nodes_full", _of_queue({"few": 64}, nodes=2), "nodes=1"),
    "check": Cause("admission_check", lambda stage, name: _check(stage, name, True)),
    "check-dead": Cause("queue_inactive", lambda stage, name: _check(stage, name, False), "queue="),
    "stopped": Cause("queue_inactive", _stopped, "queue="),
    "local-stopped": Cause("queue_inactive", _local_stopped, "queue="),
    "no-flavor": Cause("queue_inactive", _of_queue({"nowhere": 8}), "queue="),
    "no-cluster-queue": Cause("no_cluster_queue", _no_cluster_queue, "queue="),
    "local-gone": Cause("no_local_queue", _local_gone, "queue="),
    "not-ours": Cause("namespace_not_taken", _not_ours, "queue="),
    "behind": Cause("behind_others", _behind, "queue="),
    "preempted": Cause("preempted", _preempted, "queue="),
    "deactivated": Cause("deactivated", _deactivated),
    # its pods do not come up
    "image-pull": Cause("image_pull", _stalled("ImagePullBackOff", "Back-off pulling image")),
    "image-name": Cause("image_name", _stalled("InvalidImageName", "couldn't parse image name")),
    "secret": Cause("config_missing", _stalled("CreateContainerConfigError", 'secret "x"')),
    "no-python": Cause("container_start", _stalled("RunContainerError", "exec: not found")),
    "no-claim": Cause("volume", lambda stage, name: _claim(stage, name, False)),
    "claim-unbound": Cause("volume", lambda stage, name: _claim(stage, name, True)),
    "no-room": Cause("no_node_fits", _of_queue({"bare": 64}, nodes=2)),
    "node-sick": Cause("node_not_ready", _sick),
    "pods-refused": Cause("pods_refused", _quota_of_pods),
    # it failed
    "program": Cause("program_error", _failed(64, "program_error")),
    "memory": Cause("out_of_memory", _failed(66, "out_of_memory")),
    "hang": Cause("hang", _failed(67, "hang")),
    "disk": Cause("storage_full", _failed(69, "storage_full")),
    "killed": Cause("killed", _failed(71, "killed")),
    "exhausted": Cause("killed", _again_and_again),
    "node-gone": Cause("node_lost", _node_gone),
    "deleted": Cause("killed", _deleted),
    "too-large": Cause("too_large", _too_large),
}
