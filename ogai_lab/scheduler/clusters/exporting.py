"""A job as YAML: prepared as for submission, and then handed to whoever asked."""

from __future__ import annotations

import time

from ogai_lab.core.blobs import BlobStore
from ogai_lab.scheduler import submission
from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import admission, checks
from ogai_lab.scheduler.engines.kubernetes import export as exports
from ogai_lab.scheduler.engines.kubernetes.fleet import Member
from ogai_lab.scheduler.entries import new_id
from ogai_lab.scheduler.snapshot import Snapshots
from ogai_lab.scheduler.spec import JobSpec


def export(
    spec: JobSpec, owner: str, member: Member, snapshots: Snapshots, blobs: BlobStore
) -> str:
    """Return the YAML of a job on a cluster.

    Raises
    ------
    InvalidInput, TooLarge
        When the cluster could never run it, or its code cannot travel in this way.
    """
    facts = admission.facts(member.cache)

    def fits(wanted: JobSpec) -> None:
        checks.check(wanted, member.config, facts)

    spec, snapshot = submission.prepare(spec, fits, snapshots)
    order = Order(
        job_id=new_id(time.time()),
        owner=owner,
        spec=spec,
        placements=(),
        attempt=1,
        restarts_left=spec.restarts.limit,
        seconds_left=spec.timeout,
        snapshot=snapshot.digest if snapshot else None,
    )
    namespace = member.api.namespace
    return exports.export(order, member.config, blobs, namespace=namespace, facts=facts)
