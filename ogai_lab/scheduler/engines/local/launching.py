"""Starting the agents of a job: everything they need is written first, the order last."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.home import Home
from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.files import Reserve, write_json
from ogai_lab.scheduler.agent.node import node_file
from ogai_lab.scheduler.engines.base import Order, Placement
from ogai_lab.scheduler.engines.local.archive import agent_archive
from ogai_lab.scheduler.engines.local.workfolder import materialise
from ogai_lab.scheduler.types import Node

_ADDRESS = "127.0.0.1"
_OURS = ("OGAI_", "JPY_", "JUPYTERHUB_", "JUPYTER_", "TORCHELASTIC_", "PYTHON")
"""Variables of the server (and its secrets) that a job must not inherit."""


def prepare(folder: Path, order: Order, home: Home, blobs: BlobStore, nodes: list[Node]) -> Path:
    """Make a job's folder ready; return the agent's archive.

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
        "environment": order.environment,
        "python": spec.python or sys.executable,
        "agent": str(archive),
        "blobs_url": home.blobs_url,
        "address": _ADDRESS,
        "secret": secrets.token_urlsafe(24),
        "boot_id": processes.boot_id(),
    }
    coming = folder / "order.next.json"
    write_json(str(coming), content)
    for old in ("stop", "exit.json", "status.json"):
        (folder / old).unlink(missing_ok=True)
    for old_agent in (folder / "agents").iterdir():
        old_agent.unlink()
    coming.replace(folder / "order.json")
    return archive


def launch(folder: Path, archive: Path, nodes: int) -> list[subprocess.Popen[bytes]]:
    """Start the agents, detached, and write down who they are.

    Raises
    ------
    OSError
        When one cannot be started; none is left running.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
    started: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(nodes):
            with (folder / "agents" / f"node-{number}.log").open("ab") as log:
                agent = subprocess.Popen(
                    [sys.executable, "-I", "-S", archive, "agent", str(folder), str(number)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=folder,
                    env=environment,
                    start_new_session=True,
                )
            started.append(agent)
            write_json(
                node_file(str(folder), number),
                {**processes.identity(agent.pid), "groups": []},
                sync=False,
            )
    except OSError:
        for agent in started:
            agent.kill()
            agent.wait()
        raise
    return started


def _placed(placement: Placement, with_gpus: set[str]) -> dict[str, object]:
    visible = ",".join(str(index) for index in placement.gpus)
    return {
        "node": placement.node,
        "gpus": list(placement.gpus),
        "visible": visible if placement.gpus or placement.node in with_gpus else None,
    }
