"""OGAI Lab's Jupyter Server extension: mounts the operations of all layers under ``/ogai``."""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from ogai_lab_server.app import OgaiApp

    return [{"module": "ogai_lab_server.app", "app": OgaiApp}]
