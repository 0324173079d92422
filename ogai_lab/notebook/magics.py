"""``%ogai VERB …`` and ``%%ogai run …``: the verbs of the command, in a cell."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, line_cell_magic, magics_class

from ogai_lab.commands import verbs
from ogai_lab.commands.comparing import compare
from ogai_lab.commands.forms import view_of
from ogai_lab.commands.parser import parser
from ogai_lab.commands.views import Text, View
from ogai_lab.core.errors import InvalidInput
from ogai_lab.locale import _
from ogai_lab.notebook.completion import complete
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.display import Listing, Verbatim, register
from ogai_lab.notebook.kinds import handle, handles
from ogai_lab.scheduler.types import Job, JobPage

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


@magics_class
class OgaiMagics(Magics):
    """The one magic, `ogai`."""

    @line_cell_magic
    def ogai(self, line: str, cell: str | None = None) -> Any:
        """Do what the line says: ``%ogai --help`` lists the verbs."""
        arguments = parse(line)
        if arguments is None:
            return None
        if cell is not None and arguments.verb != "run":
            raise InvalidInput(
                _("Only run takes a cell, not {verb}.").format(verb=arguments.verb),
                action=_("Write: %ogai {line}").format(line=line),
                field="verb",
            )
        return answer(arguments, cell)


def parse(line: str) -> argparse.Namespace | None:
    """Return the parsed line; None where it asked for help, which is then shown.

    Raises
    ------
    InvalidInput
        When it cannot be understood.
    """
    try:
        words = shlex.split(line)
    except ValueError as exc:
        raise InvalidInput(
            _("The line cannot be split into words: {why}.").format(why=exc),
            action=_("Close the quotation."),
        ) from exc
    try:
        return parser("notebook").parse_args(words or ["--help"])
    except SystemExit:  # argparse has printed the help
        return None


def answer(arguments: argparse.Namespace, cell: str | None = None) -> Any:
    """Return what a verb answers, in forms that show themselves."""
    bench = workbench()
    if arguments.verb == "compare":
        return compare(
            bench, arguments.model, arguments.revision, arguments.other, arguments.data, _follow
        )
    found = verbs.do(arguments, bench, cell)
    if isinstance(found, Job):
        shown = handle(found, bench)
        return shown.wait() if getattr(arguments, "wait", False) else shown
    if isinstance(found, JobPage):
        return handles(found.items, bench, found.total)
    if isinstance(found, Text):
        return Verbatim(found)
    if isinstance(found, View):
        return Listing([], found)
    return Listing(found, view_of(found, arguments.verb)) if isinstance(found, list) else found


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add the magic, its completion and the forms of our nouns to a shell: ``%load_ext``."""
    register()
    shell.register_magics(OgaiMagics)
    matchers = _matchers(shell)
    if complete not in matchers:
        matchers.append(complete)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magic and its completion away again."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("ogai", None)
    matchers = _matchers(shell)
    if complete in matchers:
        matchers.remove(complete)


def _matchers(shell: InteractiveShell) -> list[Any]:
    completer: Any = shell.Completer
    found: list[Any] = completer.custom_matchers
    return found


def _follow(jobs: list[Job]) -> None:
    bench = workbench()
    for job in jobs:
        handle(job, bench).wait()
