"""A notebook as a run: executed from top to bottom, its outputs printed as they come."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from typing import Any, Dict, Mapping

from ogai_lab.core.records import ANSI


def execute_notebook(path: str, parameters: Mapping[str, Any]) -> None:
    """Execute the notebook at `path`; the executed copy is put into the job's outputs.

    Raises
    ------
    SystemExit
        With code 1 when a cell fails; its traceback has been printed.
    """
    try:
        nbformat: Any = importlib.import_module("nbformat")
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, DeadKernelError
    except ImportError as exc:
        raise SystemExit(
            f"Running a notebook needs the Python package {exc.name!r} in {sys.executable}; "
            "run: pip install nbclient ipykernel"
        ) from None

    class Printing(NotebookClient):
        """Prints what a cell puts out, at once."""

        def process_message(self, message: Dict[str, Any], cell: Any, cell_index: int) -> Any:
            _show(message["header"]["msg_type"], message["content"])
            return super().process_message(message, cell, cell_index)

    with open(path, encoding="utf-8") as file:
        notebook = nbformat.reads(file.read(), as_version=4)
    if parameters:
        _inject(notebook, parameters, nbformat.v4.new_code_cell)
    folder = os.path.dirname(os.path.abspath(path))
    client = Printing(
        notebook, timeout=None, kernel_name="python3", resources={"metadata": {"path": folder}}
    )
    descriptor = os.environ.get("OGAI_RECORDS_FD")
    kept = {"pass_fds": (int(descriptor),)} if descriptor else {}
    try:
        with tempfile.TemporaryDirectory(prefix="ogai") as sockets:
            manager: Any = client.create_kernel_manager()
            # Over TCP, whoever has an account on the node could read along.
            manager.transport, manager.ip = "ipc", os.path.join(sockets, "kernel")
            client.execute(**kept)
    except CellExecutionError:
        raise SystemExit(1) from None
    except DeadKernelError as exc:
        raise SystemExit(f"DeadKernelError: {exc}") from None
    finally:
        if os.environ.get("RANK", "0") == "0":
            target = os.path.join(os.environ.get("OGAI_OUTPUT", "."), os.path.basename(path))
            with open(f"{target}.part", "w", encoding="utf-8") as file:
                file.write(nbformat.writes(notebook))
            os.replace(file.name, target)


def _inject(notebook: Any, parameters: Mapping[str, Any], new_cell: Any) -> None:
    """Put a cell with the parameters behind the one tagged ``parameters``, or first."""
    lines = [f"{name} = {value!r}" for name, value in parameters.items()]
    cell = new_cell("\n".join(["# Parameters", *lines]), metadata={"tags": ["injected-parameters"]})
    tagged = [
        index
        for index, old in enumerate(notebook.cells)
        if "parameters" in old.metadata.get("tags", ())
    ]
    notebook.cells.insert(tagged[0] + 1 if tagged else 0, cell)


def _show(kind: str, content: Mapping[str, Any]) -> None:
    if kind == "stream":
        stream = sys.stderr if content["name"] == "stderr" else sys.stdout
        stream.write(content["text"])
        stream.flush()
    elif kind in ("execute_result", "display_data"):
        print(content["data"].get("text/plain", ""), flush=True)  # noqa: T201
    elif kind == "error":
        print(ANSI.sub("", "\n".join(content["traceback"])), file=sys.stderr, flush=True)  # noqa: T201
