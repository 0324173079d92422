"""What to run, from what a person wrote: a path, a command line, the words after ``--``."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from ogai_lab.core.errors import InvalidInput
from ogai_lab.locale import _
from ogai_lab.scheduler.launch.equivalents import CALL
from ogai_lab.scheduler.spec import CallRun, CommandRun, ModuleRun, NotebookRun, Run, ScriptRun


def from_words(words: Sequence[str], workdir: Path) -> Run:
    """Return the run that a command line means.

    ``python train.py --lr 1`` and ``train.py --lr 1`` run the script with the job's own Python,
    ``python -m package --lr 1`` the module, and ``package.module:function`` the function;
    everything else is a command. A lone string with spaces is split as a shell splits words.

    Raises
    ------
    InvalidInput
        When there is nothing to run, or the script or notebook does not exist.
    """
    words = list(words)
    if len(words) == 1 and " " in words[0] and not (workdir / words[0]).exists():
        words = _split(words[0])
    if not words or not words[0].strip():
        raise InvalidInput(
            _("There is nothing to run."),
            action=_("Name a script, a notebook or a command: ogai run -- python train.py"),
            field="run",
        )
    if words[0] in ("python", "python3") and len(words) > 1 and words[1].endswith(".py"):
        words = words[1:]
    if words[0] in ("python", "python3") and words[1:2] == ["-m"] and len(words) > 2:
        return ModuleRun(module=words[2], args=words[3:])
    if words[0].endswith((".py", ".ipynb")):
        return from_path(words[0], words[1:], workdir)
    if len(words) == 1 and CALL.fullmatch(words[0]):
        return CallRun(function=words[0])
    return CommandRun(argv=words)


def from_path(path: str, args: Sequence[str], workdir: Path) -> Run:
    """Return the run of a script or a notebook in the working folder.

    Raises
    ------
    InvalidInput
        When the file does not exist, lies outside the working folder, or a notebook is given
        arguments.
    """
    file = (workdir / Path(path).expanduser()).resolve()
    if not file.is_file():
        raise InvalidInput(
            _("There is no file {path!r} in {folder!r}.").format(path=path, folder=str(workdir)),
            action=_("Check the name, or give the folder that holds it as workdir."),
            field="path",
        )
    try:
        inside = file.relative_to(workdir.resolve()).as_posix()
    except ValueError as exc:
        raise InvalidInput(
            _(
                "{path!r} is outside of the working folder {folder!r}, which travels with the job."
            ).format(path=path, folder=str(workdir)),
            action=_("Give the folder that holds it as workdir."),
            field="path",
        ) from exc
    if file.suffix == ".ipynb":
        if args:
            raise InvalidInput(
                _("A notebook takes parameters, not arguments."),
                action=_(
                    'Give parameters={"name": value}, or: ogai run --param name=value nb.ipynb'
                ),
                field="args",
            )
        return NotebookRun(path=inside)
    return ScriptRun(path=inside, args=list(args))


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as exc:
        raise InvalidInput(
            _("The command {line!r} cannot be split into words: {why}.").format(line=line, why=exc),
            action=_("Close the quotation, or give a list of words."),
            field="run",
        ) from exc
