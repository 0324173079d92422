"""What is refused before a cluster is asked: what its configuration can never carry out."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.engines.kubernetes import gpus, topology
from ogai_lab.scheduler.engines.kubernetes.facts import Facts
from ogai_lab.scheduler.engines.kubernetes.layout import Layout
from ogai_lab.scheduler.spec import JobSpec

_NOTHING_KNOWN = Facts()
_NAME = re.compile(r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_VARIABLE = re.compile(r"[-._A-Za-z][-._A-Za-z0-9]*")
_TAKEN = ("/ogai", "/dev/shm")  # noqa: S108 - places in a pod


def check(spec: JobSpec, layout: Layout, facts: Facts = _NOTHING_KNOWN) -> None:
    """Refuse a job that can never run on a cluster that is laid out like this.

    Raises
    ------
    InvalidInput
        With the field at fault and what to do.
    """
    if not (spec.image or layout.image):
        raise InvalidInput(
            "The job names no image, and its cluster has none for such jobs.",
            action="Give image=…, any with Python 3.9 or newer, or an image in clusters.yaml.",
            field="image",
        )
    if spec.priority:
        raise InvalidInput(
            f"priority={spec.priority} means nothing on a cluster: priorities are classes there.",
            action="Give priority_class=… instead: kubectl get workloadpriorityclasses lists them.",
            field="priority",
        )
    _check_queue(spec, layout)
    if spec.fabric and layout.fabric(spec.fabric) is None:
        raise InvalidInput(
            f"The cluster has no fabric {spec.fabric[:100]!r}.",
            action=f"Use one of: {', '.join(layout.fabric_names())}.",
            field="fabric",
        )
    if spec.gpu and not spec.gpus:
        raise InvalidInput(
            f"gpu={spec.gpu[:100]!r} names a kind of GPU, and the job asks for none.",
            action="Say how many a node with gpus=…, or leave gpu out.",
            field="gpu",
        )
    gpus.resource(spec.gpu, layout, facts)
    topology.wishes(spec.topology, layout.levels, facts.levels)
    _check_mounts(spec)


def _check_queue(spec: JobSpec, layout: Layout) -> None:
    queue = layout.local_queue(spec.queue)
    if _LABEL.fullmatch(queue) is None:
        raise InvalidInput(
            f"{queue[:100]!r} cannot be the name of a LocalQueue.",
            cause="It has lower-case letters, digits and '-', 63 characters at most.",
            action="Name the LocalQueue that it stands for under queues in clusters.yaml.",
            field="queue",
        )
    if spec.priority_class and _NAME.fullmatch(spec.priority_class) is None:
        raise _no_name(spec.priority_class, "priority_class")


def _check_mounts(spec: JobSpec) -> None:
    for number, volume in enumerate(spec.volumes):
        if volume.kind == "host" and not PurePosixPath(volume.name).is_absolute():
            raise InvalidInput(
                f"{volume.name[:100]!r} is no folder of a node: a full path is needed.",
                action="Give the full path, such as /mnt/data.",
                field=f"volumes.{number}.name",
            )
        if volume.kind in ("claim", "config_map") and _NAME.fullmatch(volume.name) is None:
            raise _no_name(volume.name, f"volumes.{number}.name")
    for number, secret in enumerate(spec.secrets):
        if _NAME.fullmatch(secret.name) is None:
            raise _no_name(secret.name, f"secrets.{number}.name")
        if secret.variable is not None and _VARIABLE.fullmatch(secret.variable) is None:
            raise InvalidInput(
                f"{secret.variable[:100]!r} cannot be the name of an environment variable.",
                action="Use letters, digits and _, such as HF_TOKEN.",
                field=f"secrets.{number}.variable",
            )
    _check_places(spec)


def _check_places(spec: JobSpec) -> None:
    places = [("volumes", volume.path) for volume in spec.volumes]
    places += [("secrets", secret.path) for secret in spec.secrets if secret.path is not None]
    count = Counter(path for _, path in places)
    for field, path in places:
        taken = [one for one in _TAKEN if path == one or path.startswith(f"{one}/")]
        if taken or count[path] > 1:
            why = f"{taken[0]} is the job's own." if taken else "Something else is there already."
            raise InvalidInput(
                f"Nothing can be mounted at {path[:100]!r}: {why}",
                action="Choose another path.",
                field=field,
            )


def _no_name(name: str, field: str) -> InvalidInput:
    return InvalidInput(
        f"{name[:100]!r} cannot be the name of an object of Kubernetes.",
        cause="It has lower-case letters, digits, '-' and '.'.",
        field=field,
        action="Look it up with kubectl get.",
    )
