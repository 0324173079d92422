"""Names: what the objects of a job are called, and the labels by which they are found again.

A job's id is a DNS label, so it is the name of its objects; what people call the job, in any
script and of any length, stands in an annotation as it was given.
"""

from __future__ import annotations

import hashlib
import re

from ogai_lab.core.errors import InvalidInput

INSTALLATION = "ogai-lab.org/installation"
JOB = "ogai-lab.org/job"
ATTEMPT = "ogai-lab.org/attempt"
"""Label on all objects of an order: the number of its first attempt."""
NAME = "ogai-lab.org/name"
OWNER = "ogai-lab.org/owner"
"""Annotations: what people wrote, as it was given."""
TIMEOUT = "ogai-lab.org/timeout"
"""Annotation: in how many seconds from its admission a job is over at the latest."""
STOP = "ogai-lab.org/stop"
"""Annotation of a JobSet that is being ended: as what (`cancelled`, `timeout` …)."""

QUEUE_NAME = "kueue.x-k8s.io/queue-name"
PRIORITY_CLASS = "kueue.x-k8s.io/priority-class"
RESTART_ATTEMPT = "jobset.sigs.k8s.io/restart-attempt"
COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index"
JOBSET_NAME = "jobset.sigs.k8s.io/jobset-name"

GROUP = "node"
"""The one replicated job of a JobSet."""
CONTAINER = "ranks"
MASTER_PORT = 29500

_DNS_LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_LONGEST = 63 - len(f"-{GROUP}-0-") - len("9999-abcde")
"""A pod's name is ``<job>-node-0-<index>-<five letters>``, 63 characters at most."""


def object_name(job_id: str) -> str:
    """Return the name of a job's objects.

    Raises
    ------
    InvalidInput
        When the id is none that Kubernetes takes as a name.
    """
    if _DNS_LABEL.fullmatch(job_id) is None or len(job_id) > _LONGEST:
        raise InvalidInput(
            f"The id {job_id[:100]!r} cannot be the name of an object of Kubernetes.",
            cause=f"It has lower-case letters, digits and '-', {_LONGEST} at most.",
            field="job_id",
        )
    return job_id


def labels(installation: str, job_id: str, attempt: int) -> dict[str, str]:
    """Return the labels of an order's objects; without an installation nothing here finds them."""
    ours = {"app.kubernetes.io/managed-by": "ogai-lab", INSTALLATION: installation}
    return {
        **(ours if installation else {}),
        JOB: object_name(job_id),
        ATTEMPT: str(attempt),
    }


def selector(installation: str, job_id: str | None = None) -> str:
    """Return the label selector of an installation's objects, or of one job's."""
    ours = f"{INSTALLATION}={installation}"
    return ours if job_id is None else f"{ours},{JOB}={object_name(job_id)}"


def head_address(job_id: str) -> str:
    """Return the name by which the pods of a job find node 0."""
    name = object_name(job_id)
    return f"{name}-{GROUP}-0-0.{name}"


def master_port(job_id: str, host_network: bool) -> int:
    """Return the port of rank 0; on the node's own network other jobs may stand beside it."""
    if not host_network:
        return MASTER_PORT
    return 20_000 + int.from_bytes(hashlib.sha256(job_id.encode()).digest()[:4], "big") % 10_000
