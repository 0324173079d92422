"""What this server is: its health and its OpenAPI document."""

from __future__ import annotations

import functools
import importlib.util
import platform
from collections.abc import Callable
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from ogai_lab.core.operations import Caller, Service, operation
from ogai_lab.core.release import version

_EXTRAS = {
    "postgres": ("psycopg",),
    "data": ("numpy", "pyarrow", "tokenizers", "xxhash"),
    "training": ("numpy", "torch", "transformers", "safetensors"),
    "models": ("numpy", "huggingface_hub", "safetensors", "transformers", "torch"),
}


class HealthReport(BaseModel):
    """What answers here, and what it can do."""

    version: str
    user: str = Field(description="Who asks, by the name that owns their jobs.")
    python: str
    database: str = Field(description="The kind of database: sqlite or postgresql.")
    leader: bool = Field(description="Whether this server leads the local queue.")
    layers: list[str] = Field(description="The services that are mounted.")
    extras: dict[str, bool] = Field(description="Whether the libraries of a layer are installed.")
    streams: int = Field(description="Streams that are open now.")


class Health(Service):
    """Whether the server answers, and what it can do.

    Parameters
    ----------
    look
        Returns what only the running server knows: its leader flag, its database, its streams.
    layers
        The names of the services that are mounted.
    """

    route: ClassVar[str] = "health"
    resource: ClassVar[str] = "ogai:health"

    def __init__(self, look: Callable[[], dict[str, Any]], layers: list[str]) -> None:
        self._look = look
        self._layers = layers

    @operation("GET", "", action="read")
    def health(self, caller: Caller) -> HealthReport:
        """Return what answers here, and what it can do."""
        return HealthReport(
            version=version(),
            user=caller.name,
            python=platform.python_version(),
            layers=self._layers,
            extras={extra: _present(modules) for extra, modules in _EXTRAS.items()},
            **self._look(),
        )


class Document(Service):
    """The OpenAPI document of everything that is mounted.

    Parameters
    ----------
    services
        The classes that are mounted, this one among them.
    """

    route: ClassVar[str] = "openapi.json"
    resource: ClassVar[str] = "ogai:health"

    def __init__(self, services: list[type[Service]]) -> None:
        self._services = services

    @operation("GET", "", action="read")
    def document(self) -> dict[str, Any]:
        """Return the OpenAPI 3.1 document of this API."""
        return self._document

    @functools.cached_property
    def _document(self) -> dict[str, Any]:
        from ogai_lab.core.openapi import document

        return document(self._services)


def mounted_types() -> list[type[Service]]:
    """Return the class of every service that the server mounts."""
    from ogai_lab.workbench import service_types

    return [Health, Document, *service_types().values()]


def _present(modules: tuple[str, ...]) -> bool:
    return all(importlib.util.find_spec(module) is not None for module in modules)
