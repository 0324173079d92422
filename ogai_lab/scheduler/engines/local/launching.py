"""Starting the agents of a job: everything they need is written first, the order last."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.home import Home
from ogai_lab.scheduler.agent import processes, spare
from ogai_lab.scheduler.agent.files import Reserve, write_json
from ogai_lab.scheduler.agent.node import node_file
from ogai_lab.scheduler.agent.starter import warm_is_wanted
from ogai_lab.scheduler.engines.archive import agent_archive
from ogai_lab.scheduler.engines.base import Order, Placement
from ogai_lab.scheduler.engines.local.workfolder import materialise
from ogai_lab.scheduler.types import Node

_ADDRESS = "127.0.0.1"
_OURS = ("OGAI_", "JPY_", "JUPYTERHUB_", "JUPYTER_", "TORCHELASTIC_", "PYTHON")
"""Variables of the server (and its secrets) that a job must not inherit."""
_IMPORTS = re.compile(
    r"PATH|HOME|LANG|LC_|LD_|TMPDIR|XDG_|VIRTUAL_ENV|CONDA|CUDA|NVIDIA|NCCL|OMP_|MKL_|OPENBLAS|"
    r"TORCH|HF_|TRANSFORMERS|TOKENIZERS"
)
"""Variables that what is imported may have read."""


def prepare(
    folder: Path,
    order: Order,
    home: Home,
    blobs: BlobStore,
    nodes: list[Node],
    spare_seconds: float,
) -> dict[str, Any]:
    """Make a job's folder ready; return the order as agents read it.

    `order.json` appears when all else is there.

    Raises
    ------
    OSError, OgaiError
        When something cannot be written, or the snapshot cannot be had.
    """
    archive = agent_archive(home.path / "agents")
    for name in ("agents", "output"):
        (folder / name).mkdir(exist_ok=True)
    materialise(blobs, order.snapshot, folder / "work")
    Reserve(str(folder / "reserve")).fill()
    spec = order.spec
    with_gpus = {node.name for node in nodes if node.gpus}
    content = {
        "job_id": order.job_id,
        "owner": order.owner,
        "attempt": order.attempt,
        "restarts_left": order.restarts_left,
        "seconds_left": order.seconds_left,
        "spec": spec.model_dump(mode="json"),
        "nodes": len(order.placements),
        "ranks_per_node": spec.ranks_per_node,
        "placements": [_placed(p, with_gpus) for p in order.placements],
        "base": _base(),
        "environment": order.environment,
        "python": spec.python or sys.executable,
        "agent": str(archive),
        "blobs_url": home.blobs_url,
        "address": _ADDRESS,
        "secret": secrets.token_urlsafe(24),
        "boot_id": processes.boot_id(),
        "engine": processes.identity(os.getpid()),
    }
    content.update(_spare(content, home.path / "spares" if spare_seconds > 0 else None))
    content["spare_seconds"] = spare_seconds
    coming = folder / "order.next.json"
    write_json(str(coming), content)
    for old in ("stop", "exit.json", "status.json"):
        (folder / old).unlink(missing_ok=True)
    for old_agent in (folder / "agents").iterdir():
        old_agent.unlink()
    coming.replace(folder / "order.json")
    return content


def launch(folder: Path, order: dict[str, Any]) -> list[subprocess.Popen[bytes]]:
    """Start the agents, detached, or wake spares, and write down who they are.

    Raises
    ------
    OSError
        When one cannot be started; none is left running.
    """
    started: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(order["nodes"]):
            pid = None
            if order["spares"] and warm_is_wanted(order):
                pid = spare.claim(order["spares"], order["spare_key"], str(folder), number)
            if pid is None:
                started.append(_agent(folder, order, number))
                pid = started[-1].pid
            _note(Path(node_file(str(folder), number)), pid)
    except OSError:
        for agent in started:
            agent.kill()
            agent.wait()
        raise
    return started


def _agent(folder: Path, order: dict[str, Any], number: int) -> subprocess.Popen[bytes]:
    with (folder / "agents" / f"node-{number}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", order["agent"], "agent", str(folder), str(number)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
        )


def _note(path: Path, pid: int) -> None:
    """Write down who an agent is, unless it has done so itself by now, and better."""
    aside = path.with_suffix(".coming")
    write_json(str(aside), {**processes.identity(pid), "groups": []}, sync=False)
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(aside)
    aside.unlink()


def _base() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


def _spare(order: dict[str, Any], root: Path | None) -> dict[str, Any]:
    """Return what makes a spare one that fits: all that imports may depend on."""
    spec = order["spec"]
    parts = {
        "python": order["python"],
        "agent": order["agent"],
        "preload": spec["preload"],
        "environment": spec["environment"],
        "shared": order["ranks_per_node"] > 1,
        "base": {name: value for name, value in order["base"].items() if _IMPORTS.match(name)},
    }
    text = json.dumps(parts, sort_keys=True).encode()
    return {
        "spares": str(root) if root is not None else "",
        "spare_key": hashlib.sha256(text).hexdigest(),
    }


def _placed(placement: Placement, with_gpus: set[str]) -> dict[str, object]:
    visible = ",".join(str(index) for index in placement.gpus)
    return {
        "node": placement.node,
        "gpus": list(placement.gpus),
        "visible": visible if placement.gpus or placement.node in with_gpus else None,
    }
