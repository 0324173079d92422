"""Why pods of a job that was let in do not run, or are in danger. Values in, values out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from ogai_lab.scheduler.engines.kubernetes import clauses, podends, sight
from ogai_lab.scheduler.engines.kubernetes.objects import Container, PodObject
from ogai_lab.scheduler.engines.kubernetes.picture import Picture
from ogai_lab.scheduler.types import Reason

_IMAGE_PULL = ("ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "RegistryUnavailable")
_CONTAINERS = {
    **dict.fromkeys(_IMAGE_PULL, "image_pull"),
    "InvalidImageName": "image_name",
    "CreateContainerConfigError": "config_missing",
    "CreateContainerError": "container_start",
    "RunContainerError": "container_start",
    "CrashLoopBackOff": "container_start",
}
_VOLUMES = ("FailedMount", "FailedAttachVolume", "FailedBinding", "ProvisioningFailed")
_WORDS = {
    "image_pull": (
        "The image cannot be pulled.",
        "Check its name and tag, that the registry answers, and pull_secrets in clusters.yaml.",
    ),
    "image_name": (
        "The name of the image is none that a node understands.",
        "Correct image=…, such as python:3.12, and submit it again.",
    ),
    "config_missing": (
        "A secret or configuration that it names is not there.",
        "Make it in the namespace, or correct the name; the pods then start by themselves.",
    ),
    "container_start": (
        "Its container cannot be started.",
        "Check that the image has the Python that is asked for (python=…), and its command.",
    ),
    "volume": (
        "A volume that it mounts is not there, not bound, or cannot be mounted.",
        "Look at it with kubectl describe persistentvolumeclaim; correct its name or its class.",
    ),
    "node_not_ready": (
        "A node that it was given does not answer.",
        "Wait: if the node does not come back, the job goes on elsewhere as its restarts say.",
    ),
    "node_cordoned": (
        "The node that it was given takes no pods any more: it is being drained.",
        "Wait until it is uncordoned, or submit the job again.",
    ),
    "no_node_fits": (
        "It was let in, but no node has room for its pods now.",
        "Ask for fewer or smaller nodes, or see what runs there beside Kueue's jobs.",
    ),
    "no_node_matches": (
        "It was let in, but no node has the labels that its pods ask for.",
        "Ask an administrator to compare the flavor's node labels with those of the nodes.",
    ),
    "taint": (
        "It was let in, but the nodes have a taint that it does not tolerate.",
        "Ask for the taint to be removed, or tolerate it under tolerations in clusters.yaml.",
    ),
    "unschedulable": (
        "Kubernetes finds no node for its pods.",
        "Read what the scheduler says in the evidence.",
    ),
    "pods_refused": (
        "The cluster refuses to make its pods.",
        "A quota or a policy of the namespace says no: see what it names in the evidence.",
    ),
    "topology_gate": ("Kueue is choosing the nodes of its pods.", ""),
}


def reasons(picture: Picture) -> list[Reason]:
    """Return why pods of a job do not run, the worst first; nothing where all is well."""
    pods = sight.of_attempt(picture.jobset, picture.pods)
    found = [(code, pod, said) for pod in pods for code, said in _stalled(picture, pod)]
    count = Counter(code for code, _, _ in found)
    first = {code: (pod, said) for code, pod, said in reversed(found)}
    listed = [
        _reason(code, count[code], f"pod/{first[code][0].name}", first[code][1])
        for code in _WORDS
        if code in count
    ]
    wanted = sum(one.count for one in picture.workload.pod_sets) if picture.workload else 0
    if len(pods) < wanted:
        listed = [*_refused(picture, wanted - len(pods)), *listed]
    return listed


def _stalled(picture: Picture, pod: PodObject) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what keeps one pod, with what says so."""
    if podends.is_over(pod) or pod.deleting:
        return
    node = picture.nodes.get(pod.node)
    if node is not None and not node.ready:
        yield "node_not_ready", {"node": node.name, "reason": node.reason}
    if podends.is_up(pod):
        return
    if "kueue.x-k8s.io/topology" in pod.gates:
        yield "topology_gate", {}
    for one in pod.conditions:
        if one.type == "PodScheduled" and not one.status and one.reason == "Unschedulable":
            clause = clauses.of_scheduler(one.message)
            kind = clause.kind if clause else "unschedulable"
            yield kind, {"said": one.message, **(clause.values if clause else {})}
    for container in pod.containers:
        if (code := _CONTAINERS.get(container.reason)) and container.state == "waiting":
            yield code, _said(container)
    for warned in picture.warnings:
        if warned.about == pod.name and warned.reason in _VOLUMES:
            yield "volume", {"reason": warned.reason, "said": warned.message}


def _said(container: Container) -> dict[str, Any]:
    return {
        "container": container.name,
        "reason": container.reason,
        "said": container.message,
    }


def _refused(picture: Picture, missing: int) -> Iterable[Reason]:
    """Yield that pods are not made, where some part of the cluster says so."""
    for warned in picture.warnings:
        if warned.reason == "FailedCreate":
            said = {"reason": warned.reason, "said": warned.message}
            yield _reason("pods_refused", missing, f"job/{warned.about}", said)
            return


def _reason(code: str, count: int, about: str, said: dict[str, Any]) -> Reason:
    text, action = _WORDS[code]
    return Reason(
        code=code, text=text, evidence={"pods": count, "object": about, **said}, action=action
    )
