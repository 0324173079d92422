"""``data``: the verbs about corpora, as options and as actions."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.commands import crawling
from ogai_lab.core.errors import Conflict, InvalidInput, NotFound
from ogai_lab.core.operations import Caller
from ogai_lab.locale import _

if TYPE_CHECKING:
    from ogai_lab.data.types import Pipeline
    from ogai_lab.workbench import Workbench


def add(verbs: Any, *, kind: type[argparse.ArgumentParser], terminal: bool) -> Any:
    """Add the verb with its own verbs to those of a parser, and return it."""
    data: argparse.ArgumentParser = verbs.add_parser(
        "data", help=_("corpora: run pipelines, see what was kept and dropped")
    )
    own = data.add_subparsers(dest="asked", metavar=_("WHAT"), parser_class=kind, required=True)
    for name, (help_text, options, _do) in _VERBS.items():
        verb = own.add_parser(name, help=help_text())
        options(verb)
        if name in _JOBS:
            verb.add_argument(
                "--wait",
                action=argparse.BooleanOptionalAction,
                default=terminal,
                help=_("follow it until it ends"),
            )
        if terminal:
            verb.add_argument(
                "--json", action="store_true", default=argparse.SUPPRESS, help=_("print JSON")
            )
    return data


def do(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    """Do what one of the verbs asks for, and return the noun that answers it."""
    return _VERBS[arguments.asked][2](workbench, arguments)


def _pipeline(name: str, inputs: Sequence[str]) -> Pipeline:
    from ogai_lab.data.extra import check_installed
    from ogai_lab.data.presets import preset
    from ogai_lab.data.types import Pipeline

    check_installed()
    is_file = name.endswith((".yaml", ".yml"))
    found = Pipeline.from_yaml(Path(name)) if is_file else preset(name)
    return found.over(list(inputs)) if inputs else found


def _show(_workbench: Workbench, arguments: argparse.Namespace) -> Any:
    from ogai_lab.commands.views import Lines, View
    from ogai_lab.data.presets import texts

    for each in texts():
        if each.name == arguments.pipeline:
            return View(each.name, (Lines("", tuple(each.text.splitlines())),))
    return _pipeline(arguments.pipeline, ())


def _run(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    from ogai_lab.data.inputs import absolute

    return workbench.data.prepare(
        _pipeline(arguments.pipeline, arguments.inputs),
        Caller.local(),
        arguments.workers,
        out=absolute(arguments.out) if arguments.out else None,
        executor=arguments.executor,
        nodes=arguments.nodes,
    )


def _preview(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    return workbench.data.preview(_pipeline(arguments.pipeline, arguments.inputs), arguments.n)


def _retune(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    from ogai_lab.data.inputs import absolute

    settings: dict[str, float | bool | None] = {}
    for word in arguments.settings:
        name, sign, value = word.partition("=")
        try:
            settings[name] = json.loads(value) if sign and name else float("")
        except ValueError as exc:
            raise InvalidInput(
                _("{word!r} is no threshold.").format(word=word),
                action=_("Write for example: min_quality=0.4, or null to take a rule away."),
                field="settings",
            ) from exc
    out = absolute(arguments.out) if arguments.out else None
    return workbench.data.retune(_digest(workbench, arguments), settings, Caller.local(), out=out)


def _pack(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    from ogai_lab.data.types import Packing, TokenizerSpec

    digest = _digest(workbench, arguments)
    given = arguments.tokenizer
    if given is not None and not given.startswith("sha256:"):
        try:
            content = Path(given).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise InvalidInput(
                _("The tokenizer {file!r} cannot be read: {why}.").format(file=given, why=exc),
                action=_("Give a tokenizer.json, or the digest of a stored one."),
                field="tokenizer",
            ) from exc
        given = workbench.data.keep_tokenizer(content, arguments.eos)
    spec = TokenizerSpec(digest=given, eos=arguments.eos, vocab_size=arguments.vocab_size)
    packing = Packing(sequence_length=arguments.length)
    return workbench.data.pack(digest, Caller.local(), spec, packing)


def _export(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    from ogai_lab.data.inputs import absolute

    digest = _digest(workbench, arguments)
    return workbench.data.export(digest, arguments.form, absolute(arguments.out), Caller.local())


def _digest(workbench: Workbench, arguments: argparse.Namespace) -> str:
    """Return the manifest of the run that the words name; of the newest when they name none."""
    from ogai_lab.commands.verbs import find_job

    name = arguments.run
    if name and name.startswith("sha256:"):
        return str(name)
    if name is None:
        for run in workbench.data.runs():
            if run.manifest:
                return run.manifest
        raise NotFound(
            _("No data run has ended well yet."),
            action=_("Start one: ogai data run PIPELINE INPUT…"),
        )
    job = find_job(workbench, name)
    if "manifest" not in job.outputs:
        raise Conflict(
            _("The job {id} has made no manifest.").format(id=job.id),
            cause=_("It is {state}.").format(state=job.state.value),
            action=_("See why: ogai explain {job}").format(job=job.id),
        )
    return job.outputs["manifest"]


def _asks(operation: str, *names: str) -> Callable[[Any, argparse.Namespace], Any]:
    def ask(workbench: Workbench, arguments: argparse.Namespace) -> Any:
        options = {name: getattr(arguments, name) for name in names}
        return getattr(workbench.data, operation)(_digest(workbench, arguments), **options)

    return ask


def _compare(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    other = _digest(workbench, argparse.Namespace(run=arguments.other))
    return workbench.data.compare(_digest(workbench, arguments), other)


def _pace(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    from ogai_lab.commands.verbs import find_job

    if arguments.run is not None:
        return workbench.data.pace(find_job(workbench, arguments.run).id)
    for run in workbench.data.runs(1):
        return workbench.data.pace(run.job)
    return []


def _of_pipeline(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("pipeline", metavar=_("PIPELINE"), help=_("a ready-made one, or a .yaml"))


def _with_inputs(verb: argparse.ArgumentParser) -> None:
    _of_pipeline(verb)
    verb.add_argument(
        "inputs", nargs="*", metavar=_("INPUT"), help=_("files, patterns, folders or URLs")
    )


def _of_preview(verb: argparse.ArgumentParser) -> None:
    _with_inputs(verb)
    verb.add_argument("-n", type=int, default=20, help=_("how many documents"))


def _of_start(verb: argparse.ArgumentParser) -> None:
    _with_inputs(verb)
    verb.add_argument("-o", "--out", metavar=_("FOLDER"), help=_("for the kept documents"))
    verb.add_argument("--workers", type=int, help=_("how many processes"))
    verb.add_argument("--executor", default="processes", help=_("or a Dask scheduler's address"))
    verb.add_argument("--nodes", type=int, default=1, help=_("on several, Dask runs in the job"))


def _of_run(verb: argparse.ArgumentParser) -> None:
    help_text = _("the run's job or manifest; the newest run's")
    verb.add_argument("run", nargs="?", metavar=_("RUN"), help=help_text)


def _of_dropped(verb: argparse.ArgumentParser) -> None:
    _of_run(verb)
    verb.add_argument("--reason", help=_("only for this reason"))
    verb.add_argument("--sample", type=int, default=20, help=_("how many documents"))


def _of_duplicates(verb: argparse.ArgumentParser) -> None:
    _of_run(verb)
    verb.add_argument("--limit", type=int, default=20, help=_("how many"))


def _of_documents(verb: argparse.ArgumentParser) -> None:
    _of_duplicates(verb)
    verb.add_argument("--doc-id", dest="doc_id", help=_("only this document"))
    verb.add_argument("--path", help=_("only documents of this file"))
    states = ("kept", "heldout", "dropped", "quarantine")
    verb.add_argument("--state", choices=states, help=_("only documents that became this"))


def _of_report(verb: argparse.ArgumentParser) -> None:
    _of_run(verb)
    help_text = _("documents on each side of a threshold")
    verb.add_argument("--sample", type=int, default=3, help=help_text)


def _of_document(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("doc_id", metavar=_("DOCUMENT"), help=_("its id, as ledgers have it"))
    verb.add_argument("--run", metavar=_("RUN"), help=_("the run's job or manifest; the newest"))


def _of_compare(verb: argparse.ArgumentParser) -> None:
    for name in ("run", "other"):
        verb.add_argument(name, metavar=_("RUN"), help=_("a run's job or manifest"))


def _of_retune(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--run", metavar=_("RUN"), help=_("the run's job or manifest; the newest"))
    verb.add_argument("settings", nargs="+", metavar="NAME=VALUE", help=_("min_quality=0.4"))
    verb.add_argument("-o", "--out", metavar=_("FOLDER"), help=_("for the kept documents"))


def _of_pack(verb: argparse.ArgumentParser) -> None:
    _of_run(verb)
    verb.add_argument("--tokenizer", help=_("a tokenizer.json or a digest; one is trained if not"))
    verb.add_argument("--length", type=int, default=4096, help=_("tokens of a sequence"))
    verb.add_argument("--eos", default="<|endoftext|>", help=_("the end-of-text token"))
    verb.add_argument("--vocab-size", type=int, default=32_768, help=_("of a trained one"))


def _of_export(verb: argparse.ArgumentParser) -> None:
    forms = ("jsonl", "jsonl.zst", "parquet", "huggingface", "megatron")
    verb.add_argument("form", choices=forms, help=_("of which program"))
    verb.add_argument("out", metavar=_("FOLDER"), help=_("a new folder, or a URL"))
    verb.add_argument("--run", metavar=_("RUN"), help=_("the run's job or manifest; the newest"))


def _nothing(verb: argparse.ArgumentParser) -> None:
    pass


_JOBS = frozenset({"run", "retune", "pack", "export", "crawl"})
_Verb = tuple[
    Callable[[], str],
    Callable[[argparse.ArgumentParser], None],
    Callable[[Any, argparse.Namespace], Any],
]
_VERBS: dict[str, _Verb] = {
    "pipelines": (
        lambda: _("list the ready-made pipelines"),
        _nothing,
        lambda workbench, _arguments: workbench.data.presets(),
    ),
    "show": (lambda: _("show a pipeline as YAML"), _of_pipeline, _show),
    "preview": (lambda: _("show what it would do to a sample"), _of_preview, _preview),
    "run": (lambda: _("run a pipeline as a job"), _of_start, _run),
    "crawl": (
        lambda: _("fetch pages politely into a web archive"),
        crawling.of_crawl,
        crawling.crawl,
    ),
    "crawled": (
        lambda: _("say what became of a crawl's pages"),
        crawling.of_crawled,
        crawling.crawled,
    ),
    "runs": (
        lambda: _("list runs, newest first"),
        _nothing,
        lambda workbench, _arguments: workbench.data.runs(20),
    ),
    "pace": (lambda: _("say how far a run is and how fast it goes"), _of_run, _pace),
    "manifest": (lambda: _("show what a run made"), _of_run, _asks("manifest")),
    "funnel": (lambda: _("show where every document went"), _of_run, _asks("funnel")),
    "dropped": (
        lambda: _("show dropped documents, taken by chance"),
        _of_dropped,
        _asks("dropped", "reason", "sample"),
    ),
    "duplicates": (
        lambda: _("show what was dropped for another document"),
        _of_duplicates,
        _asks("duplicates", "limit"),
    ),
    "documents": (
        lambda: _("say what became of documents"),
        _of_documents,
        _asks("documents", "doc_id", "path", "state", "limit"),
    ),
    "report": (
        lambda: _("show how signals are spread, with samples at each threshold"),
        _of_report,
        _asks("report", "sample"),
    ),
    "document": (
        lambda: _("show one document: what was removed, every signal, each rule"),
        _of_document,
        _asks("document", "doc_id"),
    ),
    "compare": (lambda: _("show what moved from one run to another"), _of_compare, _compare),
    "retune": (lambda: _("run it with other thresholds"), _of_retune, _retune),
    "pack": (lambda: _("make token sequences for training"), _of_pack, _pack),
    "export": (lambda: _("write it in the form of another program"), _of_export, _export),
}
