"""The pods of a job: one a node, in which the agent starts the ranks."""

from __future__ import annotations

from typing import Any

from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import delivery, gpus, mounting, names, topology
from ogai_lab.scheduler.engines.kubernetes.fabrics import Fabric
from ogai_lab.scheduler.engines.kubernetes.facts import Facts
from ogai_lab.scheduler.engines.kubernetes.layout import Layout
from ogai_lab.scheduler.spec import JobSpec

Object = dict[str, Any]
GRACE = 30
"""Seconds that a pod has to end; the agent in it gives its ranks 25."""
_NO_FABRIC = Fabric(lock_memory=False)


def template(
    order: Order, layout: Layout, parcel: delivery.Parcel, labels: dict[str, str], facts: Facts
) -> Object:
    """Return the template of a job's pods."""
    spec = order.spec
    fabric = layout.fabric(spec.fabric) or _NO_FABRIC
    annotations = topology.wishes(spec.topology, layout.levels, facts.levels)
    if fabric.networks:
        annotations["k8s.v1.cni.cncf.io/networks"] = ",".join(fabric.networks)
    mounts = mounting.of(order, parcel)
    pod: Object = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": GRACE,
        "enableServiceLinks": False,
        "automountServiceAccountToken": bool(layout.service_account),
        **(gpus.placing(spec.gpu, layout, facts) if spec.gpus else {}),
        "containers": [_container(spec, layout, fabric, mounts, facts)],
        "volumes": mounts.volumes,
    }
    if fabric.host_network:
        pod |= {"hostNetwork": True, "dnsPolicy": "ClusterFirstWithHostNet"}
    if layout.service_account:
        pod["serviceAccountName"] = layout.service_account
    if layout.pull_secrets:
        pod["imagePullSecrets"] = [{"name": name} for name in layout.pull_secrets]
    if layout.tolerations:
        pod["tolerations"] = layout.tolerations
    metadata: Object = {"labels": labels}
    if annotations:
        metadata["annotations"] = annotations
    return {"metadata": metadata, "spec": pod}


def _container(
    spec: JobSpec, layout: Layout, fabric: Fabric, mounts: mounting.Mounts, facts: Facts
) -> Object:
    start = f"{delivery.PARCEL}/{delivery.START}"
    python = spec.python or layout.python
    container: Object = {
        "name": names.CONTAINER,
        "image": spec.image or layout.image,
        "command": [python, "-I", "-S", start, delivery.PARCEL, delivery.HOME],
        "env": [
            _of_the_pod("OGAI_RESTARTS", f"metadata.labels['{names.RESTART_ATTEMPT}']"),
            _of_the_pod("OGAI_NODE_NAME", "spec.nodeName"),
            *({"name": name, "value": value} for name, value in fabric.environment.items()),
            *mounts.variables,
        ],
        "resources": _resources(spec, layout, fabric, facts),
        "volumeMounts": mounts.places,
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    if mounts.all_of:
        container["envFrom"] = [{"secretRef": {"name": name}} for name in mounts.all_of]
    if fabric.lock_memory:
        container["securityContext"] = {"capabilities": {"add": ["IPC_LOCK"]}}
    return container


def _resources(spec: JobSpec, layout: Layout, fabric: Fabric, facts: Facts) -> Object:
    limits = {name: str(count) for name, count in fabric.resources.items()}
    if spec.gpus:
        limits[gpus.resource(spec.gpu, layout, facts)] = str(spec.gpus)
    if fabric.huge_pages:
        limits["hugepages-2Mi"] = fabric.huge_pages
    if spec.memory:
        limits["memory"] = str(spec.memory)
    requests = {"cpu": f"{round(spec.cpus_per_node * 1000)}m", **limits}
    return {"requests": requests, **({"limits": limits} if limits else {})}


def _of_the_pod(name: str, path: str) -> Object:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
