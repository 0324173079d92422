"""OGAI Lab: the JupyterLab workbench for people who build large models.

    import ogai_lab as ogai

    job = ogai.run("train.py", nodes=2, gpus=8)
    job.wait()

Every name is imported when it is first used, so that importing the package costs nothing. Inside
a job `log` and `output` work in any image: the agent brings them along.
"""

from __future__ import annotations

import importlib
import sys
import types
import typing

if typing.TYPE_CHECKING:
    from ogai_lab.core.errors import OgaiError
    from ogai_lab.core.records import log, output
    from ogai_lab.notebook import (
        CellFailed,
        ClusterView,
        JobFailed,
        JobHandle,
        JobLauncher,
        JobTable,
        JobView,
        ModelComparison,
        SessionHandle,
        checks,
        compare,
        connect,
        job,
        jobs,
        machine,
        models,
        nodes,
        offers,
        prepare,
        queues,
        register,
        run,
        session,
        sessions,
        submit,
        train,
        usage,
        versions,
    )
    from ogai_lab.notebook.magics import load_ipython_extension, unload_ipython_extension
    from ogai_lab.workbench import Workbench

__all__ = [
    "CellFailed",
    "ClusterView",
    "JobFailed",
    "JobHandle",
    "JobLauncher",
    "JobTable",
    "JobView",
    "ModelComparison",
    "OgaiError",
    "SessionHandle",
    "Workbench",
    "checks",
    "compare",
    "connect",
    "job",
    "jobs",
    "load_ipython_extension",
    "log",
    "machine",
    "models",
    "nodes",
    "offers",
    "output",
    "prepare",
    "queues",
    "register",
    "run",
    "session",
    "sessions",
    "submit",
    "train",
    "unload_ipython_extension",
    "usage",
    "versions",
]

_HOMES = {
    "OgaiError": "ogai_lab.core.errors",
    "Workbench": "ogai_lab.workbench",
    "load_ipython_extension": "ogai_lab.notebook.magics",
    "log": "ogai_lab.core.records",
    "output": "ogai_lab.core.records",
    "unload_ipython_extension": "ogai_lab.notebook.magics",
}


class _Package(types.ModuleType):
    """The package itself, whose subpackage `models` can also be called: ``ogai.models()``."""

    def __setattr__(self, name: str, value: typing.Any) -> None:
        if name == "models" and isinstance(value, types.ModuleType):
            value.__class__ = _Models
        super().__setattr__(name, value)


class _Models(types.ModuleType):
    def __call__(self, *args: typing.Any, **kwargs: typing.Any) -> typing.Any:
        from ogai_lab import notebook

        return notebook.models(*args, **kwargs)


sys.modules[__name__].__class__ = _Package


def of_data(name: str) -> typing.Any:
    """Return what ``ogai.data`` has of the floors above it."""
    return getattr(importlib.import_module("ogai_lab.notebook.corpora"), name)


def of_cluster(name: str) -> typing.Any:
    """Return what ``ogai.cluster`` has of the floors above it."""
    return getattr(importlib.import_module("ogai_lab.notebook.clusters"), name)


def __getattr__(name: str) -> typing.Any:
    if name == "__version__":
        from ogai_lab.core.release import version

        return version()
    if name in ("cluster", "data"):
        return importlib.import_module(f"ogai_lab.{name}")
    if name not in __all__:
        raise AttributeError(f"module 'ogai_lab' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES.get(name, "ogai_lab.notebook")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
