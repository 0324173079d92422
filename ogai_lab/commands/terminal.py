"""The `ogai` command: a verb in, text or JSON out, never a traceback."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ogai_lab.commands.parser import parser
from ogai_lab.core.errors import InvalidInput, OgaiError, shown
from ogai_lab.locale import _
from ogai_lab.locale.sentences import said

if TYPE_CHECKING:
    from ogai_lab.commands.following import How
    from ogai_lab.scheduler.types import Job
    from ogai_lab.workbench import Workbench

WELL, NOT_WELL, WRONG_USAGE = 0, 1, 2
INTERRUPTED = 130


def main(words: Sequence[str] | None = None) -> int:
    """Carry out one command line and return the exit code."""
    try:
        code = _main(words)
        sys.stdout.flush()
    except InvalidInput as exc:
        _say(exc)
        return WRONG_USAGE
    except OgaiError as exc:
        _say(exc)
        return NOT_WELL
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WELL
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _main(words: Sequence[str] | None) -> int:
    root = parser("terminal")
    arguments = root.parse_args(_asked(words))
    if arguments.version:
        from ogai_lab import __version__

        print(__version__)
        return WELL
    if arguments.verb is None:
        root.print_help()
        return WRONG_USAGE
    from ogai_lab.commands.connection import open_workbench

    with open_workbench() as workbench:
        return _carry_out(arguments, workbench)


def _asked(words: Sequence[str] | None) -> list[str]:
    """Return the words of the command line; `ogai help run` is `ogai run --help`."""
    given = list(sys.argv[1:] if words is None else words)
    return [*given[1:2], "--help"] if given[:1] == ["help"] else given


def _carry_out(arguments: argparse.Namespace, workbench: Workbench) -> int:
    from ogai_lab.commands.following import follow, show
    from ogai_lab.commands.verbs import do, find_job

    if arguments.verb == "logs" and arguments.follow:
        job = find_job(workbench, arguments.job)
        how: How = "json" if arguments.json else "text"
        ended = follow(workbench, job, rank=arguments.rank, tail=arguments.tail, how=how)
        return _exit_code(ended)
    answer = do(arguments, workbench)
    if "wait" in arguments:
        return _after_run(arguments, workbench, answer)
    show(answer, arguments.verb, as_json=arguments.json)
    return NOT_WELL if _found_wanting(answer) else WELL


def _found_wanting(answer: object) -> bool:
    """Return whether what was looked at is not as it should be: a machine, a cluster, a plan."""
    if isinstance(answer, list):
        return any(getattr(one, "outcome", "") == "critical" for one in answer)
    return getattr(answer, "ready", True) is False


def _after_run(arguments: argparse.Namespace, workbench: Workbench, job: Job) -> int:
    from ogai_lab.commands.following import follow, show, will_start

    if not arguments.wait:
        job = will_start(workbench, job)
        show(job, arguments.verb, as_json=arguments.json)
        return WELL
    print(_("job {id}: {name}").format(id=job.id, name=job.name), file=sys.stderr)
    ended = follow(workbench, job, how="silent" if arguments.json else "text")
    if arguments.json and ended is not None:
        show(ended, arguments.verb, as_json=True)
    return _exit_code(ended, told=arguments.json)


def _exit_code(job: Job | None, *, told: bool = False) -> int:
    """Return the exit code for a job that was followed, and say why it failed, if it did."""
    if job is None:
        return INTERRUPTED
    from ogai_lab.commands.comparing import job_error

    error = job_error(job)
    if error is None:
        return WELL
    if not told:
        error.cause = error.cause.partition("\n")[0]  # its last lines were just printed
        _say(error)
    return NOT_WELL


def _say(error: OgaiError) -> None:
    lines = [said(shown(error.message))]
    lines += [_("  why:  {cause}").format(cause=said(shown(error.cause)))] if error.cause else []
    lines += (
        [_("  next: {action}").format(action=said(shown(error.action)))] if error.action else []
    )
    print("\n".join(lines), file=sys.stderr)
