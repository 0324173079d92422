"""The same job as Python, as a magic and as a command line. Values in, text out.

What short forms cannot say exactly is said as a whole spec, so that every text means its spec and
no other: the tests run each and compare.
"""

from __future__ import annotations

import json
import pprint
import re
import shlex
import textwrap
from collections.abc import Iterable
from typing import Any

from ogai_lab.scheduler.launch.types import Equivalents
from ogai_lab.scheduler.spec import (
    CallRun,
    CellRun,
    CommandRun,
    JobSpec,
    ModuleRun,
    NotebookRun,
    RestartPolicy,
    ScriptRun,
    default_name,
)

CALL = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
"""A function by its name: ``package.module:function``."""

_IMPORT = "import ogai_lab as ogai\n"
_FLAGS = ("nodes", "processes", "cpus", "gpus", "memory", "queue", "priority", "timeout")
_OF_A_CLUSTER = ("cluster", "image", "gpu", "fabric", "topology", "priority_class")
_SAID_BY_RUN = {
    *_FLAGS,
    *_OF_A_CLUSTER,
    *("name", "restarts", "environment", "labels", "include", "preload", "workdir", "python"),
}
"""Fields that ``ogai.run`` and ``ogai run`` have words for; others take the whole spec."""
_WIDTH = 88
_QUOTED_QUOTE = "'\"'\"'"


def of(spec: JobSpec) -> Equivalents:
    """Return the three texts of a spec. A pickled function has none: see `FunctionRun`."""
    given = _given(spec)
    words, parameters = _words(spec)
    return Equivalents(
        python=_python(spec, given, words, parameters),
        magic=_magic(spec, given, words, parameters),
        command=_command(spec, given, words, parameters),
    )


def _given(spec: JobSpec) -> dict[str, Any]:
    """Return the fields that differ from their defaults, as JSON has them."""
    dumped = spec.model_dump(mode="json")
    fields = type(spec).model_fields
    given = {
        name: value
        for name, value in dumped.items()
        if name != "run" and getattr(spec, name) != fields[name].get_default()
    }
    if spec.name == default_name(spec.run):
        del given["name"]
    return given


def _words(spec: JobSpec) -> tuple[list[str] | None, dict[str, Any]]:
    """Return what stands behind ``ogai run --`` and the parameters; None where no words say it."""
    run = spec.run
    if spec.workdir is None:
        return None, {}  # words are read in a folder, which then travels
    match run:
        case ScriptRun() if run.path.endswith(".py") and _is_plain(run.path):
            return [run.path, *run.args], {}
        case NotebookRun() if run.path.endswith(".ipynb") and _is_plain(run.path):
            return [run.path], run.parameters
        case ModuleRun() if _is_plain(run.module):
            return ["python", "-m", run.module, *run.args], {}
        case CallRun():
            return [run.function], run.parameters
        case CommandRun() if _is_command(run.argv):
            return run.argv, {}
        case _:
            return None, {}


def _is_command(argv: list[str]) -> bool:
    """Whether `argv` is read back as this command: not as a script, a module, a function."""
    first = argv[0]
    return (
        _is_plain(first)
        and not first.endswith((".py", ".ipynb"))
        and first not in ("python", "python3")
        and CALL.fullmatch(first) is None
    )


def _is_plain(word: str) -> bool:
    return bool(word) and not word.startswith("-") and not any(map(str.isspace, word))


def _python(
    spec: JobSpec, given: dict[str, Any], words: list[str] | None, parameters: dict[str, Any]
) -> str:
    if words is None or not given.keys() <= _SAID_BY_RUN:
        whole = pprint.pformat({"run": _run(spec), **given}, width=_WIDTH, sort_dicts=False)
        return f"{_IMPORT}\nogai.submit(\n{textwrap.indent(whole, '    ')}\n)\n"
    named = isinstance(spec.run, ScriptRun | CallRun | NotebookRun)
    arguments = [repr(words[0] if named else words)]
    if isinstance(spec.run, ScriptRun) and spec.run.args:
        arguments.append(f"args={spec.run.args!r}")
    if parameters:
        arguments.append(f"parameters={parameters!r}")
    imports = ""
    for name, value in given.items():
        if name != "restarts":
            arguments.append(f"{name}={value!r}")
        elif spec.restarts == RestartPolicy(limit=spec.restarts.limit):
            arguments.append(f"restarts={spec.restarts.limit}")
        else:
            imports = "from ogai_lab.scheduler.spec import RestartPolicy\n"
            fields = spec.restarts.model_dump(mode="json", exclude_defaults=True)
            shown = ", ".join(f"{field}={part!r}" for field, part in fields.items())
            arguments.append(f"restarts=RestartPolicy({shown})")
    return f"{_IMPORT}{imports}\n{_call('ogai.run', arguments)}\n"


def _call(function: str, arguments: list[str]) -> str:
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= _WIDTH:
        return line
    return f"{function}(\n" + "".join(f"    {one},\n" for one in arguments) + ")"


def _command(
    spec: JobSpec, given: dict[str, Any], words: list[str] | None, parameters: dict[str, Any]
) -> str:
    options = _options(spec, given, parameters)
    if words is None or options is None:
        return shlex.join(["ogai", "run", "--spec", _json(spec)])
    return shlex.join(["ogai", "run", *options, "--", *words])


def _magic(
    spec: JobSpec, given: dict[str, Any], words: list[str] | None, parameters: dict[str, Any]
) -> str:
    options = _options(spec, given, parameters)
    if isinstance(spec.run, CellRun) and options is not None and spec.workdir is not None:
        line = _in_magic(options)
        if line is not None and spec.run.source.endswith("\n"):  # as the text of any cell does
            return f"%%ogai run {line}".rstrip() + f"\n{spec.run.source}"
    line = None if words is None or options is None else _in_magic([*options, "--", *words])
    whole = _json(spec).replace("$", "\\u0024")
    return f"%ogai run {line or _in_magic(['--spec', whole])}"


def _in_magic(words: Iterable[str]) -> str | None:
    """Return words as a magic reads them back; None where a line cannot hold them.

    IPython fills in what stands in braces, and names behind a dollar sign unless they stand
    between single quotes, which it only counts.
    """
    line = shlex.join(words)
    if "$" in line and _QUOTED_QUOTE in line:
        return None
    if any(character in line for character in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"):
        return None
    return line.replace("{", "{{").replace("}", "}}")


def _options(spec: JobSpec, given: dict[str, Any], parameters: dict[str, Any]) -> list[str] | None:
    """Return the options of ``ogai run``; None where there are none for some field."""
    usual = spec.restarts == RestartPolicy(limit=spec.restarts.limit)
    if not usual or not given.keys() <= _SAID_BY_RUN:
        return None
    options: list[str] = []
    if "name" in given:
        options.append(f"--name={spec.name}")
    options += [f"--{name}={_number(given[name])}" for name in _FLAGS if name in given]
    if spec.restarts.limit:
        options.append(f"--restarts={spec.restarts.limit}")
    options += [f"--env={name}={value}" for name, value in spec.environment.items()]
    options += [f"--label={name}={value}" for name, value in spec.labels.items()]
    options += [f"--param={name}={_parameter(value)}" for name, value in parameters.items()]
    options += [f"--include={path}" for path in spec.include]
    options += [f"--preload={module}" for module in spec.preload]
    options += [f"--{name}={given[name]}" for name in ("workdir", "python") if name in given]
    options += [
        f"--{name.replace('_', '-')}={given[name]}" for name in _OF_A_CLUSTER if name in given
    ]
    return options


def _parameter(value: Any) -> str:
    """Return a parameter so that it is read back: JSON, or text that is no JSON."""
    if isinstance(value, str):
        try:
            json.loads(value)
        except ValueError:
            return value
    return json.dumps(value, ensure_ascii=False)


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def _run(spec: JobSpec) -> dict[str, Any]:
    return {"kind": spec.run.kind, **spec.run.model_dump(mode="json", exclude_defaults=True)}


def _json(spec: JobSpec) -> str:
    return json.dumps({"run": _run(spec), **_given(spec)}, ensure_ascii=True, separators=(",", ":"))
