"""What pods have mounted: the parcel, a place to work, the job's own volumes and secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import delivery, names
from ogai_lab.scheduler.engines.kubernetes.layout import VolumeCode
from ogai_lab.scheduler.mounts import Secret, Volume

Object = dict[str, Any]


@dataclass
class Mounts:
    """Volumes of a pod, where its container has them, and variables out of secrets."""

    volumes: list[Object] = field(default_factory=list)
    places: list[Object] = field(default_factory=list)
    variables: list[Object] = field(default_factory=list)
    all_of: list[str] = field(default_factory=list)

    def add(self, name: str, source: Object, path: str, **more: Any) -> None:
        """Add a volume under a name, and mount it."""
        self.volumes.append({"name": name, **source})
        self.places.append({"name": name, "mountPath": path, **more})


def of(order: Order, parcel: delivery.Parcel) -> Mounts:
    """Return all that the pods of an order have mounted."""
    mounts = Mounts()
    mounts.add("parcel", _parcel(order, parcel), delivery.PARCEL, readOnly=True)
    mounts.add("job", {"emptyDir": {}}, delivery.HOME)
    # The usual 64 MiB are too little for NCCL and for loaders of data; memory limits count it.
    mounts.add("shm", {"emptyDir": {"medium": "Memory"}}, "/dev/shm")  # noqa: S108 - the pod's own
    if parcel.volume is not None:
        _shared(mounts, parcel.volume)
    for number, volume in enumerate(order.spec.volumes):
        _volume(mounts, f"volume-{number}", volume)
    for number, secret in enumerate(order.spec.secrets):
        _secret(mounts, f"secret-{number}", secret)
    return mounts


def _parcel(order: Order, parcel: delivery.Parcel) -> Object:
    name = names.object_name(order.job_id)
    if parcel.link is None:
        return {"configMap": {"name": name}}
    sources = [{"configMap": {"name": name}}, {"secret": {"name": name}}]
    return {"projected": {"sources": sources}}


def _shared(mounts: Mounts, volume: VolumeCode) -> None:
    claim = {"persistentVolumeClaim": {"claimName": volume.pvc}}
    more = {"subPath": volume.path.strip("/")} if volume.path.strip("/") else {}
    mounts.add("shared", claim, delivery.SHARED, **more)


def _volume(mounts: Mounts, name: str, volume: Volume) -> None:
    sources: dict[str, Object] = {
        "claim": {"persistentVolumeClaim": {"claimName": volume.name}},
        "host": {"hostPath": {"path": volume.name}},
        "config_map": {"configMap": {"name": volume.name}},
        "empty": {"emptyDir": {}},
    }
    more: Object = {"readOnly": True} if volume.read_only else {}
    if volume.sub_path:
        more["subPath"] = volume.sub_path
    mounts.add(name, sources[volume.kind], volume.path, **more)


def _secret(mounts: Mounts, name: str, secret: Secret) -> None:
    if secret.path is not None:
        source = {"secret": {"secretName": secret.name}}
        mounts.add(name, source, secret.path, readOnly=True)
    elif secret.variable is not None:
        reference = {"secretKeyRef": {"name": secret.name, "key": secret.key}}
        mounts.variables.append({"name": secret.variable, "valueFrom": reference})
    else:
        mounts.all_of.append(secret.name)
