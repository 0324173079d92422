"""A function as a job: pickled with its arguments, and with the code that would not be found there.

Functions of the notebook itself travel by value, those of modules in the working folder with the
folder's snapshot. Other modules that only this process can import, because it changed `sys.path`,
travel by value too; installed ones are imported where the job runs.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pickle
import site
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from ogai_lab.core.errors import InvalidInput, TooLarge
from ogai_lab.locale import _
from ogai_lab.scheduler.spec import FunctionRun

LARGEST = 64 << 20
"""Bytes of a pickled function with its arguments."""

_FIND = (
    "import importlib.util,json,sys;"
    "print(json.dumps([n for n in json.load(sys.stdin) if importlib.util.find_spec(n) is None]))"
)
_FIND_SECONDS = 30


def function_run(
    function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], workdir: Path
) -> FunctionRun:
    """Return the run of ``function(*args, **kwargs)``.

    Raises
    ------
    InvalidInput
        When something in it cannot be pickled.
    TooLarge
        When it is larger than `LARGEST`.
    """
    import cloudpickle

    name = getattr(function, "__qualname__", type(function).__qualname__)
    try:
        with _by_value(_only_here(workdir)):
            data = cloudpickle.dumps((function, tuple(args), kwargs))
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as exc:
        raise InvalidInput(
            _("The function {name!r} cannot travel: {why}.").format(name=name, why=exc),
            action=_(
                "Open files, connections and locks inside the function, and give paths, numbers "
                "and text as arguments."
            ),
            field="run",
        ) from exc
    if len(data) > LARGEST:
        raise TooLarge(
            _(
                "The function {name!r} with its arguments has {size} MiB; {limit} may travel."
            ).format(name=name, size=len(data) >> 20, limit=LARGEST >> 20),
            action=_("Write large data to a file and give its path."),
        )
    return FunctionRun(name=name[:200], payload=base64.b64encode(data).decode("ascii"))


@contextlib.contextmanager
def _by_value(modules: Sequence[ModuleType]) -> Iterator[None]:
    import cloudpickle

    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def _only_here(workdir: Path) -> list[ModuleType]:
    """Return the loaded modules that a fresh Python in the working folder would not find."""
    # Not from sysconfig: two threads that ask it first at once break it before Python 3.12.
    folders = [str(Path(os.__file__).parent), *site.getsitepackages()]
    installed = tuple(f"{folder}{os.sep}" for folder in folders)
    candidates = [
        module
        for name, module in sys.modules.copy().items()
        if isinstance(module, ModuleType)
        and name not in ("__main__", "__mp_main__")
        and isinstance(file := getattr(module, "__file__", None), str)
        and not file.startswith(installed)
    ]
    missing = _not_found({module.__name__.split(".")[0] for module in candidates}, workdir)
    return [module for module in candidates if module.__name__.split(".")[0] in missing]


def _not_found(names: set[str], workdir: Path) -> set[str]:
    if not names:
        return set()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    answer = subprocess.run(
        [sys.executable, "-c", _FIND],
        input=json.dumps(sorted(names)),
        capture_output=True,
        text=True,
        cwd=workdir,
        env=environment,
        timeout=_FIND_SECONDS,
        check=True,
    )
    missing: list[str] = json.loads(answer.stdout.splitlines()[-1])
    return set(missing)
