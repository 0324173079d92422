"""Kinds of GPUs: what somebody who says H100 gets, in resources and labels of nodes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.engines.kubernetes.facts import Facts
from ogai_lab.scheduler.engines.kubernetes.layout import GpuKind, Layout


def resource(kind: str, layout: Layout, facts: Facts) -> str:
    """Return the resource by which a kind of GPU is asked for (no kind: any).

    Raises
    ------
    InvalidInput
        When the cluster is not known to have this kind.
    """
    return _found(kind, layout, facts)[0].resource


def placing(kind: str, layout: Layout, facts: Facts) -> dict[str, Any]:
    """Return the part of a pod's spec that keeps it on nodes with this kind of GPU.

    Raises
    ------
    InvalidInput
        When the cluster is not known to have this kind.
    """
    found = [dict(one.labels) for one in _found(kind, layout, facts) if one.labels]
    if not found:
        return {}
    if len(found) == 1:
        return {"nodeSelector": found[0]}
    terms = [{"matchExpressions": [_is(*pair) for pair in labels.items()]} for labels in found]
    required = {"nodeSelectorTerms": terms}
    return {
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    }


def _found(kind: str, layout: Layout, facts: Facts) -> list[GpuKind]:
    if not kind:
        return [layout.gpu]
    by_name = {name.lower(): one for name, one in layout.gpus.items()}
    if kind.lower() in by_name:
        return [by_name[kind.lower()]]
    labels = [own for name, own in facts.flavors.items() if _speaks_of(kind, name, own)]
    if not labels:
        known = ", ".join([*layout.gpus, *facts.flavors]) or "none is configured"
        raise InvalidInput(
            f"The cluster is not known to have GPUs of the kind {kind[:100]!r}.",
            cause=f"Known kinds and flavors: {known}.",
            action="Use one of them, or name the labels of its nodes under gpus in clusters.yaml.",
            field="gpu",
        )
    return [GpuKind(resource=layout.gpu.resource, labels=dict(own)) for own in labels]


def _speaks_of(kind: str, flavor: str, labels: Mapping[str, str]) -> bool:
    """Whether a flavor's name, or a label of its nodes, has the kind as a word: h100-spot."""
    wanted = kind.lower()
    return any(
        wanted in re.split(r"[^a-z0-9]+", text.lower()) for text in (flavor, *labels.values())
    )


def _is(label: str, value: str) -> dict[str, Any]:
    return {"key": label, "operator": "In", "values": [value]}
