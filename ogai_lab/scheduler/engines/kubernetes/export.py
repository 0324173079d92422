"""A job's objects as YAML, for those who keep what runs on a cluster in a repository."""

from __future__ import annotations

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import InvalidInput, require
from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import delivery, jobset
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.facts import Facts
from ogai_lab.scheduler.engines.kubernetes.layout import StoreCode

_NOTHING_KNOWN = Facts()


def export(
    order: Order,
    config: ClusterConfig,
    blobs: BlobStore,
    *,
    namespace: str | None = None,
    facts: Facts = _NOTHING_KNOWN,
) -> str:
    """Return YAML that `kubectl create` makes the job of, with its code.

    It bears no label of this installation: nothing here watches the job, or ends it.

    Raises
    ------
    InvalidInput
        When the cluster can never carry it out, or its code travels by links that grow old.
    TooLarge, NotFound, Unavailable
        As `delivery.deliver` raises them.
    """
    if isinstance(config.code, StoreCode):
        raise InvalidInput(
            f"A job of the cluster {config.name!r} cannot be exported.",
            cause="Its code travels by links that need no credential and grow old: they belong "
            "into no repository.",
            action="Have code travel by a volume or a ConfigMap (code: in clusters.yaml).",
            field="cluster",
        )
    parcel = delivery.deliver(order, config, blobs)
    made = jobset.objects(order, config, parcel, installation="", namespace=namespace, facts=facts)
    yaml = require("yaml", "kubernetes")
    text: str = yaml.safe_dump_all(made, sort_keys=False, allow_unicode=True, width=100)
    return text
