"""Every noun in three forms: HTML for people, text for terminals, JSON for programs."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

from ogai_lab.commands.forms import ONE, view_of
from ogai_lab.commands.text import text
from ogai_lab.commands.views import Text, View
from ogai_lab.notebook.html import page
from ogai_lab.scheduler.types import Job

# Not application/json: JupyterLab would rather show that than the HTML.
JSON = "application/vnd.ogai.noun+json"
# By this the workbench finds the job again when the notebook is opened without its kernel.
JOB = "application/vnd.ogai.job+json"


def bundle(view: View, value: Any = None) -> dict[str, Any]:
    """Return the MIME bundle of a view, and of the value that it shows where that is given."""
    forms: dict[str, Any] = {"text/html": page(view), "text/plain": text(view)}
    if value is not None:
        from pydantic_core import to_jsonable_python

        forms[JSON] = to_jsonable_python(value)
    if isinstance(value, Job):
        forms[JOB] = {"id": value.id, "state": value.state.value, "time": time.time()}
    return forms


def register() -> None:
    """Teach the running IPython, if there is one, how the nouns look."""
    shell = running_shell()
    formatter = getattr(getattr(shell, "display_formatter", None), "mimebundle_formatter", None)
    if formatter is None:
        return
    for name in ONE:
        module, _dot, kind = name.rpartition(".")
        formatter.for_type_by_name(module, kind, lambda value: bundle(view_of(value)))


def running_shell() -> Any:
    """Return the IPython shell of this process, None where there is none."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def show(forms: dict[str, Any]) -> Any:
    """Display a MIME bundle and return the handle by which it can be changed in place."""
    from IPython.display import DisplayHandle

    handle: Any = DisplayHandle()  # type: ignore[no-untyped-call]
    handle.display(forms, raw=True)
    return handle


def in_notebook() -> bool:
    """Whether output goes to a notebook, which can show HTML and change it in place."""
    return hasattr(running_shell(), "kernel")


class Verbatim(Text):
    """A text that shows itself as it is, line by line."""

    def __repr__(self) -> str:
        return str(self)


class Listing(list[Any]):
    """A list of nouns that shows itself as a table.

    Parameters
    ----------
    items
        The nouns.
    view
        What is shown.
    """

    def __init__(self, items: Any, view: View) -> None:
        super().__init__(items)
        self._view = view

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return bundle(self._view)

    def __repr__(self) -> str:
        return text(self._view)


def listing(found: Sequence[Any], asked: str) -> Listing:
    """Return what an operation found as a list that shows itself."""
    return Listing(found, view_of(found, asked))
