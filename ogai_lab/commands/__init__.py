"""The verbs, defined once, spoken by the `ogai` command and by the magics."""

from __future__ import annotations


def main() -> int:
    """Run the `ogai` command and return its exit code: 0 well, 1 not, 2 wrong usage."""
    from ogai_lab.commands.terminal import main as run

    return run()
