"""What a rank runs: the command line of each kind of run, and, inside a rank, the run itself."""

from __future__ import annotations

import ast
import base64
import builtins
import os
import pickle
import pkgutil
import runpy
import signal
import sys
import types
from importlib.machinery import SourceFileLoader
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from ogai_lab.scheduler.agent.executed_notebook import execute_notebook
from ogai_lab.scheduler.agent.files import read_json

CELL = "ogai_cell.py"
"""A cell's file in the working folder: tracebacks show its lines, and it can be imported again."""


def command(order: Mapping[str, Any], folder: str) -> List[str]:
    """Return the command line of a rank that is spawned."""
    run: Dict[str, Any] = order["spec"]["run"]
    python: str = order["python"]
    kind = run["kind"]
    if kind == "command":
        return list(run["argv"])
    if kind == "script":
        return [python, run["path"], *run["args"]]
    if kind == "module":
        return [python, "-m", run["module"], *run["args"]]
    if kind == "cell" and _is_python(run["source"]):
        return [python, CELL]
    return [python, order["agent"], "rank", os.path.join(folder, "order.json")]


def prepare(order: Mapping[str, Any], work: str) -> None:
    """Write the files that a run needs in the working folder."""
    run = order["spec"]["run"]
    if run["kind"] == "cell":
        path = os.path.join(work, CELL)
        with open(f"{path}.{os.getpid()}", "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(run["source"])
        os.replace(file.name, path)


def main(order_path: str) -> None:
    """Run what an order says, in this process, as ``__main__``; this is how a rank ends, too."""
    order = read_json(order_path) or {}
    forget_ourselves()
    execute(order["spec"]["run"])


def forget_ourselves() -> None:
    """Take the agent's modules out of the way of the user's own `ogai_lab`."""
    for name in [name for name in sys.modules if name.split(".")[0] == "ogai_lab"]:
        del sys.modules[name]
    archive = sys.path[0] if sys.path[0].endswith(".pyz") else None
    if archive is not None:
        sys.path[:] = [path for path in sys.path if path != archive] + [archive]
        sys.path.insert(0, os.getcwd())


def execute(run: Mapping[str, Any]) -> None:
    """Run a Python run in this process and end as Python would: code, traceback, and all."""
    runners: Dict[str, Callable[[Mapping[str, Any]], None]] = {
        "script": _script,
        "module": _module,
        "cell": _cell,
        "function": _function,
        "call": _call,
        "notebook": _notebook,
    }
    try:
        runners[run["kind"]](run)
    except SystemExit:
        raise
    except BaseException as exc:  # noqa: BLE001 - the interpreter's own last resort, done for it
        traceback = _without_ours(exc.__traceback__)
        sys.excepthook(type(exc), exc.with_traceback(traceback), traceback)
        if isinstance(exc, KeyboardInterrupt):
            sys.stdout.flush()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        raise SystemExit(1) from None


def _script(run: Mapping[str, Any]) -> None:
    path = run["path"]
    if not os.path.exists(path):
        raise SystemExit(f"{sys.executable}: can't open file {path!r}: No such file or directory")
    sys.argv = [path, *run["args"]]
    sys.path[0] = os.path.dirname(os.path.abspath(path))
    with open(path, "rb") as file:
        _as_main(file.read(), path)


def _module(run: Mapping[str, Any]) -> None:
    sys.argv = [run["module"], *run["args"]]
    sys.path[0] = os.getcwd()
    runpy.run_module(run["module"], run_name="__main__", alter_sys=True)


def _cell(run: Mapping[str, Any]) -> None:
    source = run["source"]
    sys.argv = [CELL]
    extra: Dict[str, Any] = {}
    if not _is_python(source):
        try:
            from IPython.core.interactiveshell import InteractiveShell
        except ImportError:
            pass
        else:
            shell: Any = InteractiveShell.instance()
            source = shell.transform_cell(source)
            extra["get_ipython"] = lambda: shell
    _as_main(source.encode("utf-8", "surrogatepass"), CELL, extra)


def _function(run: Mapping[str, Any]) -> None:
    import cloudpickle

    sys.argv = [run["name"]]
    sys.path[0] = os.getcwd()
    function, args, kwargs = cloudpickle.loads(base64.b64decode(run["payload"]))
    _keep(function(*args, **kwargs), cloudpickle.dump)


def _call(run: Mapping[str, Any]) -> None:
    sys.argv = [run["function"]]
    sys.path[0] = os.getcwd()
    function = pkgutil.resolve_name(run["function"])
    _keep(function(**run["parameters"]), pickle.dump)


def _keep(result: Any, dump: Callable[[Any, Any], None]) -> None:
    """Leave what a function returned among the job's outputs."""
    if result is not None and os.environ.get("RANK") == "0":
        path = os.path.join(os.environ["OGAI_OUTPUT"], "result.pickle")
        with open(f"{path}.part", "wb") as file:
            dump(result, file)
        os.replace(file.name, path)


def _notebook(run: Mapping[str, Any]) -> None:
    execute_notebook(run["path"], run["parameters"])


def _as_main(source: bytes, path: str, extra: Optional[Dict[str, Any]] = None) -> None:
    """Run source as the real ``__main__``, so that its names can be pickled and imported."""
    module = types.ModuleType("__main__")
    module.__dict__.update(extra or {})
    module.__dict__.update(
        __file__=path,
        __builtins__=builtins,
        __cached__=None,
        __loader__=SourceFileLoader("__main__", path),
    )
    sys.modules["__main__"] = module
    exec(compile(source, path, "exec"), module.__dict__)  # noqa: S102 - this is the job


def _without_ours(traceback: Optional[types.TracebackType]) -> Optional[types.TracebackType]:
    """Return a traceback from the user's first frame on."""
    here = execute.__code__.co_filename
    while traceback is not None and traceback.tb_frame.f_code.co_filename in (
        here,
        "<frozen runpy>",
    ):
        traceback = traceback.tb_next
    return traceback


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def is_python(run: Mapping[str, Any]) -> bool:
    """Whether a run is Python, which a warm parent can fork."""
    kinds: Sequence[str] = ("script", "module", "cell", "function", "call", "notebook")
    return run["kind"] in kinds
