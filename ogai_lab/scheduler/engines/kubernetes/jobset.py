"""The objects of a job: a ConfigMap with its parcel, and the JobSet that Kueue admits as a whole.

Values in, values out: the same order, configuration and parcel give the same objects.
"""

from __future__ import annotations

import base64
import math
from typing import Any

from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import delivery, ends, names, pods
from ogai_lab.scheduler.engines.kubernetes.checks import check
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.facts import Facts

Object = dict[str, Any]
_NOTHING_KNOWN = Facts()
_LATE = 120
"""Seconds after its time is up from which a job whose agents did not end it is ended."""

__all__ = ["Object", "check", "objects", "owned"]


def objects(
    order: Order,
    config: ClusterConfig,
    parcel: delivery.Parcel,
    *,
    installation: str,
    namespace: str | None = None,
    facts: Facts = _NOTHING_KNOWN,
) -> list[Object]:
    """Return what is to be created for an order, in this sequence; the JobSet is the last.

    Parameters
    ----------
    order, config, parcel
        What to run, on which cluster, and what `delivery.deliver` made of its code.
    installation
        What names this installation of ours in labels; no label is set when it is empty.
    namespace
        Where the objects stand; the configuration's, or ``default``, when left out.
    facts
        What is known of the cluster's flavors and topologies.

    Raises
    ------
    InvalidInput
        When the cluster, as far as is known, can never carry it out.
    """
    check(order.spec, config, facts)
    name = names.object_name(order.job_id)
    metadata: Object = {
        "name": name,
        "namespace": namespace or config.namespace or "default",
        "labels": names.labels(installation, order.job_id, order.attempt),
    }
    made: list[Object] = [_config_map(metadata, parcel)]
    if parcel.link is not None:
        made.append(_secret(metadata, parcel.link))
    made.append(_jobset(metadata, order, config, parcel, facts))
    return made


def owned(made: Object, jobset: Object) -> Object:
    """Return an object that goes when the JobSet goes, which the API server has by now."""
    reference = {
        "apiVersion": jobset["apiVersion"],
        "kind": jobset["kind"],
        "name": jobset["metadata"]["name"],
        "uid": jobset["metadata"]["uid"],
    }
    return {**made, "metadata": {**made["metadata"], "ownerReferences": [reference]}}


def _config_map(metadata: Object, parcel: delivery.Parcel) -> Object:
    text = {name: data for name, data in parcel.files.items() if name != delivery.ARCHIVE}
    binary = parcel.files.keys() - text.keys()
    made: Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    made["immutable"] = True
    made["data"] = {name: data.decode() for name, data in text.items()}
    if binary:
        made["binaryData"] = {
            name: base64.b64encode(parcel.files[name]).decode() for name in sorted(binary)
        }
    return made


def _secret(metadata: Object, link: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "immutable": True,
        "stringData": {delivery.LINK: link},
    }


def _jobset(
    metadata: Object, order: Order, config: ClusterConfig, parcel: delivery.Parcel, facts: Facts
) -> Object:
    spec = order.spec
    labels = {**metadata["labels"], names.QUEUE_NAME: config.local_queue(spec.queue)}
    if spec.priority_class:
        labels[names.PRIORITY_CLASS] = spec.priority_class
    on = spec.restarts.on
    job: Object = {
        "parallelism": spec.nodes,
        "completions": spec.nodes,
        "completionMode": "Indexed",
        "backoffLimit": 0,
        "podFailurePolicy": ends.pod_failure_policy(on),
        "template": pods.template(order, config, parcel, metadata["labels"], facts),
    }
    annotations = {names.NAME: spec.name, names.OWNER: order.owner}
    if order.seconds_left is not None:
        job["activeDeadlineSeconds"] = math.ceil(order.seconds_left) + _LATE
        annotations[names.TIMEOUT] = str(math.ceil(order.seconds_left))
    return {
        "apiVersion": "jobset.x-k8s.io/v1alpha2",
        "kind": "JobSet",
        "metadata": {
            **metadata,
            "labels": labels,
            "annotations": annotations,
        },
        "spec": {
            "suspend": True,
            "network": {"enableDNSHostnames": True, "publishNotReadyAddresses": True},
            "failurePolicy": ends.failure_policy(on, order.restarts_left),
            "replicatedJobs": [{"name": names.GROUP, "replicas": 1, "template": {"spec": job}}],
        },
    }
