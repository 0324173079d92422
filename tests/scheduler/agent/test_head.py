from __future__ import annotations

import json
import socket
from pathlib import Path

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.home import Home
from ogai_lab.scheduler.agent.head import free_port
from ogai_lab.scheduler.engines.base import Order, Placement
from ogai_lab.scheduler.engines.local import LocalEngine
from ogai_lab.scheduler.spec import CommandRun, JobSpec


def test_a_free_port_can_be_bound_and_is_not_the_kernels_to_give_away():
    ports = {free_port("127.0.0.1") for _ in range(20)}
    assert len(ports) > 10
    low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    for port in ports:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
        assert not low <= port <= high


def test_a_stranger_cannot_join(tmp_path):
    """A connection without the job's secret is closed, and the job goes on."""
    home = Home.open(tmp_path)
    engine = LocalEngine(home, BlobStore(home.blobs_url), list)
    spec = JobSpec(run=CommandRun(argv=["sleep", "600"]))
    placements = (Placement(node="n"),)
    engine.start(
        Order(job_id="j", owner="a", spec=spec, placements=placements, attempt=1, restarts_left=0)
    )
    try:
        while engine.look("j").state != "running":
            pass
        port = json.loads((home.jobs / "j" / "agents" / "head.json").read_text())["port"]
        for word in (
            b'{"t":"join","node":0,"secret":"guess"}\n',
            b"GET / HTTP/1.1\r\n\r\n",
            b"[]\n",
        ):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as stranger:
                stranger.sendall(word)
                assert stranger.recv(100) == b""
        assert engine.look("j").state == "running"
    finally:
        engine.sweep(set())
