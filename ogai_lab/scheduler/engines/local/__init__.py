"""The local engine: jobs as detached agents on this machine."""

from __future__ import annotations

from ogai_lab.scheduler.engines.local.engine import LocalEngine

__all__ = ["LocalEngine"]
