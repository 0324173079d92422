"""The exit codes of an agent in a pod: they tell whoever sees nothing else why the pod ended."""

from __future__ import annotations

from typing import Dict

EXIT_CODES: Dict[str, int] = {
    "succeeded": 0,
    "program_error": 64,
    "signal": 65,
    "out_of_memory": 66,
    "hang": 67,
    "start_failed": 68,
    "storage_full": 69,
    "timeout": 70,
    "killed": 71,
    "node_lost": 72,
}
TERMINATED = 143
"""The pod was told to end: by whoever deleted, suspended or evicted it."""
