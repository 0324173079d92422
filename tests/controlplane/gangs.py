"""A plain JobSet through a queue, as one would write it by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.controlplane.client import Object, holds, until
from tests.controlplane.containers import IMAGE
from tests.controlplane.fake_nodes import GPU
from tests.controlplane.spaces import Space


def jobset(
    space: Space,
    name: str,
    pods: int,
    *,
    gpus: int = 8,
    command: Sequence[str] = (),
    annotations: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    **spec: Any,
) -> Object:
    """Return a gang of `pods` like pods in the queue of `space`.

    Parameters
    ----------
    annotations
        The pods', such as Kueue's for topology, or ``sim/duration`` for fake nodes.
    labels
        More labels of the JobSet, a priority class for example.
    spec
        More fields of the JobSet's spec.
    """
    container: Object = {
        "name": "main",
        "image": IMAGE,
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {GPU: str(gpus)}},
    }
    if command:
        container["command"] = list(command)
    pod = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        "containers": [container],
    }
    job = {
        "parallelism": pods,
        "completions": pods,
        "completionMode": "Indexed",
        "backoffLimit": 0,
        "template": {"metadata": {"annotations": dict(annotations or {})}, "spec": pod},
    }
    queue = {"kueue.x-k8s.io/queue-name": space.queue}
    return {
        "apiVersion": "jobset.x-k8s.io/v1alpha2",
        "kind": "JobSet",
        "metadata": {"name": name, "labels": queue | dict(labels or {})},
        "spec": {
            "suspend": True,
            "replicatedJobs": [{"name": "node", "replicas": 1, "template": {"spec": job}}],
            **spec,
        },
    }


def pods(space: Space, name: str, phase: str | None = None) -> list[Object]:
    """Return the pods of a JobSet, all or those in `phase`."""
    selector = f"jobset.sigs.k8s.io/jobset-name={name}"
    found = space.api.items(space.path("pods"), labelSelector=selector)
    return [pod for pod in found if phase in (None, pod["status"].get("phase"))]


def until_running(space: Space, name: str, count: int) -> list[Object]:
    """Wait until `count` pods of a JobSet run and return them."""

    def running() -> list[Object]:
        found = pods(space, name, "Running")
        return found if len(found) == count else []

    return until(f"{count} pods of {name} run", running)


def until_over(space: Space, name: str, how: str = "Completed") -> Object:
    """Wait until a JobSet is over, ``Completed`` or ``Failed``, and return it."""
    path = f"{space.path('jobsets')}/{name}"

    def over() -> Object:
        found = space.api.get(path)
        return found if holds(found, how) else {}

    return until(f"{name} is {how}", over)


def workload(space: Space) -> Object:
    """Wait for the only workload of a space and return it."""
    (found,) = until("there is a workload", lambda: space.api.items(space.path("workloads")))
    return found
