"""Storage as people see it: the kinds a cluster has, and the volumes of a namespace."""

from __future__ import annotations

from collections.abc import Sequence

from ogai_lab.scheduler.clusters.types import Storage, StorageKind, Volume
from ogai_lab.scheduler.engines.kubernetes.objects import Whole
from ogai_lab.scheduler.engines.kubernetes.quantities import number

_DEFAULT = "storageclass.kubernetes.io/is-default-class"


def is_default(kind: Whole) -> bool:
    """Return whether volumes are of this kind where they name none."""
    return kind.annotations.get(_DEFAULT) == "true"


def storage(kinds: Sequence[Whole] | None, claims: Sequence[Whole] | None) -> Storage:
    """Return what there is of storage; None where it may not be seen."""
    return Storage(
        kinds=None if kinds is None else [_kind(one) for one in kinds],
        volumes=None if claims is None else [_volume(one) for one in claims],
    )


def _kind(kind: Whole) -> StorageKind:
    return StorageKind(
        name=kind.name,
        provisioner=str(kind.spec.get("provisioner") or ""),
        default=is_default(kind),
        waits=kind.spec.get("volumeBindingMode") == "WaitForFirstConsumer",
        grows=bool(kind.spec.get("allowVolumeExpansion")),
    )


def _volume(claim: Whole) -> Volume:
    asked = (claim.spec.get("resources") or {}).get("requests") or {}
    size = (claim.status.get("capacity") or {}).get("storage") or asked.get("storage") or "0"
    modes = list(claim.status.get("accessModes") or claim.spec.get("accessModes") or ())
    return Volume(
        name=claim.name,
        kind=str(claim.spec.get("storageClassName") or ""),
        size=int(number(str(size))),
        state=str(claim.status.get("phase") or "Pending"),
        modes=modes,
        shared=any(mode in ("ReadWriteMany", "ReadOnlyMany") for mode in modes),
    )
