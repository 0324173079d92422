"""The one definition of the verbs and their options, for the command, the magics and completion."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, Literal, NoReturn

from ogai_lab.commands import clusters, corpora, sessions
from ogai_lab.core.errors import InvalidInput
from ogai_lab.locale import _

Where = Literal["terminal", "notebook"]


class _Help(argparse.HelpFormatter):
    """Says the words of argparse itself in the user's language."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Add the line that shows how to call it."""
        super().add_usage(usage, actions, groups, _("usage: ") if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """Raises instead of ending the process: a magic lives in somebody's kernel."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _Help, **options, "add_help": False})
        self._positionals.title, self._optionals.title = _("positional arguments"), _("options")
        self.add_argument("-h", "--help", action="help", help=_("show this help message and exit"))

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse all of it; what is left over is refused by the verb, whose help says what fits."""
        found, extra = self.parse_known_args(args, namespace)
        if extra:
            asked = verbs(self).get(getattr(found, "verb", None) or "", self)
            asked.error(f"unrecognized arguments: {' '.join(extra)}")
        return found

    def error(self, message: str) -> NoReturn:
        raise InvalidInput(
            f"{message[:1].upper()}{message[1:]}.",
            action=_("See: {usage}").format(usage=f"{self.prog} --help"),
        )


def parser(where: Where) -> argparse.ArgumentParser:
    """Return the parser of all verbs.

    Parameters
    ----------
    where
        In a notebook the verbs are magics: no ``--json``, and nothing waits unless told to.
    """
    prog = "ogai" if where == "terminal" else "%ogai"
    root = _Parser(
        prog=prog, description=_("Machines, jobs, data, training and models in one place.")
    )
    if where == "terminal":
        root.add_argument("--version", action="store_true", help=_("show the version"))
    verbs = root.add_subparsers(
        dest="verb", metavar=_("VERB"), parser_class=_Parser, required=where == "notebook"
    )
    for add in _VERBS:
        added = add(verbs, where)
        if where == "terminal":
            added.add_argument("--json", action="store_true", help=_("print JSON"))
    return root


def verbs(root: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each verb, by its name."""
    for action in root._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def options(verb: argparse.ArgumentParser) -> list[tuple[str, str]]:
    """Return the long options of a verb, each with its help."""
    return [
        (option, action.help or "")
        for action in verb._actions
        for option in action.option_strings
        if option.startswith("--")
    ]


def _run(verbs: Any, where: Where) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(
        "run",
        help=_("run a command, a script or a notebook as a job"),
        epilog=_("Options come before what to run: ogai run --gpus 1 -- python train.py --lr 1"),
    )
    _of_a_job(verb)
    verb.add_argument(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=where == "terminal",
        help=_("follow it until it ends"),
    )
    _what_to_run(verb)
    return verb


def _export(verbs: Any, _where: Where) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(
        "export",
        help=_("print a cluster's job as YAML, code and all, without running it"),
        epilog=_("Takes the options of run: ogai export --cluster lab --gpus 8 -- train.py"),
    )
    _of_a_job(verb)
    _what_to_run(verb)
    return verb


def _of_a_job(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("--name", default="", help=_("the job's name"))
    add("-n", "--nodes", type=int, default=1, help=_("how many nodes"))
    add("-p", "--processes", type=int, help=_("ranks a node; one a GPU, else one"))
    add("--cpus", type=float, help=_("cores a node"))
    add("-g", "--gpus", type=int, default=0, help=_("GPUs a node"))
    add("--memory", help=_("memory a node: 16GiB"))
    add("-q", "--queue", default="default", help=_("the queue it waits in"))
    add("--priority", type=int, default=0, help=_("higher goes first"))
    add("--timeout", type=float, metavar=_("SECONDS"), help=_("seconds of all attempts"))
    add("--restarts", type=int, default=0, help=_("how often it is tried again"))
    add("-e", "--env", action="append", default=[], metavar="NAME=VALUE", help=_("environment"))
    add("-l", "--label", action="append", default=[], metavar="KEY=VALUE", help=_("labels"))
    add("--param", action="append", default=[], metavar="NAME=VALUE", help=_("of a notebook"))
    add("--workdir", help=_("the folder that travels with the job; the current one"))
    add(
        "--include",
        action="append",
        default=[],
        metavar=_("PATH"),
        help=_("only this path of the folder travels"),
    )
    add(
        "--preload",
        action="append",
        default=[],
        metavar=_("MODULE"),
        help=_("imported once, before the ranks are forked"),
    )
    add("--python", help=_("the Python that runs it"))
    add("--spec", metavar="JSON", help=_("the whole job as JSON, or a file that holds it"))
    clusters.of_a_job(verb)


def _what_to_run(verb: argparse.ArgumentParser) -> None:
    # REMAINDER: what follows the first word belongs to the program, options and all.
    verb.add_argument(
        "words",
        nargs=argparse.REMAINDER,
        metavar=_("WHAT"),
        help=_("a script, a notebook or a command"),
    )


def _jobs(verbs: Any, _where: Where) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser("jobs", help=_("list jobs, newest first"))
    verb.add_argument("--state", action="append", help=_("only jobs in this state"))
    verb.add_argument("--name", help=_("only jobs with this in their name"))
    verb.add_argument("--queue", help=_("only jobs of this queue"))
    verb.add_argument("--owner", help=_("only jobs of this user"))
    verb.add_argument("--limit", type=int, default=20, help=_("how many"))
    return verb


def _logs(verbs: Any, where: Where) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser("logs", help=_("show what a job printed"))
    if where == "terminal":
        verb.add_argument("-f", "--follow", action="store_true", help=_("until it ends"))
    verb.add_argument("--rank", type=int, help=_("only this rank"))
    verb.add_argument("--tail", type=int, default=200, help=_("the last so many records"))
    _add_job(verb)
    return verb


def _add_job(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("job", metavar=_("JOB"), help=_("the job's id, or the start of it"))


def _of_job(name: str, help_text: Callable[[], str]) -> Callable[[Any, Where], Any]:
    def add(verbs: Any, _where: Where) -> argparse.ArgumentParser:
        verb: argparse.ArgumentParser = verbs.add_parser(name, help=help_text())
        _add_job(verb)
        return verb

    return add


def _plain(name: str, help_text: Callable[[], str]) -> Callable[[Any, Where], Any]:
    def add(verbs: Any, _where: Where) -> argparse.ArgumentParser:
        verb: argparse.ArgumentParser = verbs.add_parser(name, help=help_text())
        return verb

    return add


def _usage(verbs: Any, _where: Where) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(
        "usage", help=_("core and GPU hours that were used")
    )
    verb.add_argument("--by", choices=("owner", "job", "day"), default="owner", help=_("group by"))
    return verb


def _models(verbs: Any, _where: Where) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(
        "models", help=_("list models, or the versions of one")
    )
    verb.add_argument("model", nargs="?", metavar=_("MODEL"), help=_("org/name"))
    return verb


def _data(verbs: Any, where: Where) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = corpora.add(verbs, kind=_Parser, terminal=where == "terminal")
    return verb


def _compare(verbs: Any, _where: Where) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(
        "compare", help=_("compare two versions of a model on the same data")
    )
    verb.add_argument("model", metavar=_("MODEL"), help=_("org/name"))
    verb.add_argument("revision", metavar=_("VERSION"), help=_("v1 or an alias"))
    verb.add_argument("other", metavar=_("OTHER"), help=_("v2 or an alias"))
    verb.add_argument("--data", metavar=_("DIGEST"), help=_("the manifest; the newest data run's"))
    return verb


_VERBS: tuple[Callable[[Any, Where], Any], ...] = (
    _run,
    _export,
    _jobs,
    _of_job("job", lambda: _("show one job")),
    _logs,
    _of_job("metrics", lambda: _("show a job's curves")),
    _of_job("explain", lambda: _("say why a job is where it is, and what would change that")),
    _of_job("cancel", lambda: _("end a job")),
    *(clusters.adds(name) for name in clusters.VERBS),
    sessions.add_session,
    sessions.add_sessions,
    _usage,
    _plain("machine", lambda: _("show this machine")),
    _plain("checks", lambda: _("check this machine's health")),
    _data,
    _models,
    _compare,
)
