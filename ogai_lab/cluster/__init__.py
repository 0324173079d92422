"""The machines: what they have, what they do, and whether they are well.

    ogai.cluster.doctor("my-context")

Clusters that are not this machine are asked for by the names below; each is imported when it is
first used.
"""

from __future__ import annotations

import importlib
import typing

__all__ = [
    "apply_queues",
    "cordon",
    "doctor",
    "drain",
    "export",
    "known",
    "node_plan",
    "nodes",
    "offers",
    "plan_queues",
    "queues",
    "storage",
]


def __getattr__(name: str) -> typing.Any:
    if name not in __all__:
        raise AttributeError(f"module 'ogai_lab.cluster' has no attribute {name!r}")
    # It stands on floors above: the whole house is asked, which may lean on all of them.
    return importlib.import_module("ogai_lab").of_cluster(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
