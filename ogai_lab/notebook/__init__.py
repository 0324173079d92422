"""What a notebook sees: short verbs, jobs in the hand, nouns that show themselves, widgets."""

from __future__ import annotations

import importlib
import typing

from ogai_lab.models.hub_client import prefer_local
from ogai_lab.notebook import display
from ogai_lab.notebook.actions import (
    checks,
    job,
    jobs,
    machine,
    nodes,
    queues,
    run,
    submit,
    usage,
)
from ogai_lab.notebook.clusters import offers
from ogai_lab.notebook.connection import connect
from ogai_lab.notebook.handle import JobFailed, JobHandle
from ogai_lab.notebook.learning import compare, models, prepare, register, train, versions
from ogai_lab.notebook.session_handle import CellFailed, SessionHandle, session, sessions

if typing.TYPE_CHECKING:
    from ogai_lab.notebook.widgets import (
        ClusterView,
        JobLauncher,
        JobTable,
        JobView,
        ModelComparison,
    )

__all__ = [
    "CellFailed",
    "ClusterView",
    "JobFailed",
    "JobHandle",
    "JobLauncher",
    "JobTable",
    "JobView",
    "ModelComparison",
    "SessionHandle",
    "checks",
    "compare",
    "connect",
    "job",
    "jobs",
    "machine",
    "models",
    "nodes",
    "offers",
    "prepare",
    "queues",
    "register",
    "run",
    "session",
    "sessions",
    "submit",
    "train",
    "usage",
    "versions",
]

display.register()
prefer_local()  # from_pretrained finds the models registered here without asking the hub for them


def __getattr__(name: str) -> typing.Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("ogai_lab.notebook.widgets"), name)
