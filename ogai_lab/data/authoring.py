"""Your own stage: a function of a notebook becomes a part of a pipeline, source and all."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import textwrap
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from pydantic import PrivateAttr

from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.operations import invalid
from ogai_lab.data.types import StageSpec

Over = Literal["text", "batch"]


class OwnStage(StageSpec):
    """A stage made of a function: put it into ``pipeline.stages``, or call it to try it."""

    _function: Callable[[Any], Any] = PrivateAttr()

    def __call__(self, document: Any) -> Any:
        """Return what the function says of one text, or of one batch."""
        return self._function(document)


def stage(
    columns: Mapping[str, str],
    *,
    over: Over | None = None,
    wants: Sequence[str] = ("text",),
    seconds: float = 10.0,
    name: str | None = None,
) -> Callable[[Callable[[Any], Any]], OwnStage]:
    """Make a function a stage of your own.

    The function takes one text and returns the column's value, or a dict of several; or it takes a
    `pyarrow.RecordBatch` and returns columns. What it uses of the notebook (imports, constants,
    other functions) travels with it as source, so that the manifest knows exactly what ran.

    Parameters
    ----------
    columns
        The columns that it adds, with their Arrow types: ``{"shouting": "double"}``. Known types:
        bool, int32, int64, double, string.
    over
        ``text`` or ``batch``; by the function's parameter when left out (``batch`` when it is named
        so, or annotated as a RecordBatch).
    wants
        The columns that it reads. With others than ``text`` alone a function over a text is given
        a dict of them.
    seconds
        Of computing that one document may take (of a batch of 64, all of them), and ten times that
        of waiting; else it is set aside.
    name
        The stage's name; the function's when left out.

    Raises
    ------
    InvalidInput
        When the function cannot travel; the message says what of it.
    """

    def declare(function: Callable[[Any], Any]) -> OwnStage:
        from pydantic import ValidationError

        from ogai_lab.data.stages.custom import CustomOptions

        options = {
            "name": name or getattr(function, "__name__", "stage"),
            "source": sourced(function),
            "function": function.__name__,
            "over": over or _over(function),
            "columns": dict(columns),
            "wants": list(wants),
            "seconds": seconds,
        }
        try:
            checked = CustomOptions.model_validate(options)
        except ValidationError as exc:
            raise invalid(exc, "stage") from exc
        made = OwnStage(stage="custom", options=checked.model_dump())
        made._function = function
        return made

    return declare


def sourced(function: Callable[..., Any]) -> str:
    """Return Python source that defines `function` and everything of its module that it uses.

    Raises
    ------
    InvalidInput
        When it has no source, or uses a value that source cannot give.
    """
    parts: dict[str, str] = {}
    _gather(function, parts)
    imports = sorted(part for part in parts.values() if part.startswith(("import ", "from ")))
    rest = [part for part in parts.values() if not part.startswith(("import ", "from "))]
    return "\n\n".join(["\n".join(imports), *rest] if imports else rest) + "\n"


def _gather(function: Callable[..., Any], parts: dict[str, str]) -> None:
    source, tree = _definition(function)
    given = getattr(function, "__globals__", {})
    closed = inspect.getclosurevars(function).nonlocals
    parts[function.__name__] = ""  # keeps recursion from coming back here
    names = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    for name in dict.fromkeys(names):
        if name in parts or (name not in closed and name not in given):
            continue
        value = closed.get(name, given.get(name))
        found = _said(name, value)
        if found is not None:
            parts[name] = found
        elif inspect.isfunction(value):
            _gather(value, parts)
        else:
            raise InvalidInput(
                f"The stage {function.__name__!r} uses {name!r}, a {type(value).__name__} of the "
                "notebook, which cannot be written as source.",
                action="Make it inside the function, or use numbers, text and lists of them.",
                field="stage",
            )
    del parts[function.__name__]
    parts[function.__name__] = source  # behind what it uses


def _definition(function: Callable[..., Any]) -> tuple[str, ast.AST]:
    try:
        text = textwrap.dedent(inspect.getsource(function))
        node = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError, IndexError) as exc:
        raise InvalidInput(
            f"The source of {getattr(function, '__name__', function)!r} cannot be found.",
            action="Define it by def in a cell or a module of its own.",
            field="stage",
        ) from exc
    if not isinstance(node, ast.FunctionDef):
        raise InvalidInput(
            "A stage is a function defined by def, not a lambda, a class or a coroutine.",
            action="Write: def my_stage(text): …",
            field="stage",
        )
    lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
    node.decorator_list = []
    return "\n".join(lines), node


def _said(name: str, value: Any) -> str | None:
    """Return the statement that gives `name` its value, None where there is none."""
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__} as {name}"
    if isinstance(value, re.Pattern):
        return f"import re\n{name} = re.compile({value.pattern!r}, {int(value.flags)})"
    module, qualified = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
    if module and _installed(module) and qualified.isidentifier():
        return f"from {module} import {qualified} as {name}"
    try:
        if ast.literal_eval(repr(value)) == value:
            return f"{name} = {value!r}"
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        pass
    return None


def _installed(module: str) -> bool:
    """Whether a worker can import a module: not the notebook's, nor a file of this folder."""
    if module in ("__main__", "builtins"):
        return False
    try:
        found = importlib.util.find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        return False
    origin = (found and found.origin) or ""
    return origin in ("built-in", "frozen") or "site-packages" in origin or _is_library(origin)


def _is_library(origin: str) -> bool:
    import sysconfig

    return bool(origin) and origin.startswith(sysconfig.get_path("stdlib"))


def _over(function: Callable[..., Any]) -> Over:
    parameters = list(inspect.signature(function).parameters.values())
    first = parameters[0] if parameters else None
    if first is None:
        raise InvalidInput(
            f"The stage {function.__name__!r} takes nothing.",
            action="Let it take one text, or one batch.",
            field="stage",
        )
    return "batch" if first.name == "batch" or "RecordBatch" in str(first.annotation) else "text"
