"""On a real kubelet a pod is a program: it prints, it finds its neighbour, it can be killed."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack

import pytest

from tests.controlplane.client import holds, until
from tests.controlplane.gangs import jobset, pods, until_over, until_running
from tests.controlplane.network import PodNetwork
from tests.controlplane.real_node import RealNode, programs
from tests.controlplane.spaces import Space

from .conftest import PlaneStarter

pytestmark = [pytest.mark.kubernetes, pytest.mark.kubelet]

_MEET = """
import os, socket, time, torch
if os.environ["JOB_COMPLETION_INDEX"] == "0":
    with socket.create_server(("", 29500)) as server:
        print("rank 0 heard", server.accept()[0].recv(100).decode(), flush=True)
else:
    for _ in range(100):
        try:
            neighbour = socket.create_connection(("gang-node-0-0.gang", 29500))
            break
        except OSError:
            time.sleep(0.1)
    neighbour.sendall(b"rank 1")
    print("torch", torch.__version__, flush=True)
"""


def test_two_pods_with_this_python_find_each_other_by_name(real_space: Space) -> None:
    command = ["python", "-c", _MEET]
    real_space.create(jobset(real_space, "gang", 2, command=command))
    until_over(real_space, "gang")
    found = pods(real_space, "gang")
    assert {pod["spec"]["nodeName"] for pod in found} == {"real-0", "real-1"}
    path = real_space.path("pods")
    logs = sorted(real_space.api.text(f"{path}/{pod['metadata']['name']}/log") for pod in found)
    assert logs[0] == "rank 0 heard rank 1\n"
    assert logs[1].startswith("torch ")


def test_the_program_of_a_pod_can_be_killed(real_space: Space) -> None:
    command = ["python", "-c", "import time; time.sleep(600)"]
    real_space.create(jobset(real_space, "victim", 1, command=command))
    (pod,) = until_running(real_space, "victim", 1)
    (program,) = programs(pod)
    os.kill(program, signal.SIGKILL)
    until_over(real_space, "victim", "Failed")
    (failed,) = pods(real_space, "victim")
    state = failed["status"]["containerStatuses"][0]["state"]["terminated"]
    assert state["exitCode"] == 128 + signal.SIGKILL


@pytest.mark.slow
@pytest.mark.usefixtures("kubelet")
def test_a_node_without_power_is_missed_within_seconds(start_plane: PlaneStarter) -> None:
    with ExitStack() as undo:
        plane = start_plane(fails_fast=True, kueue=False, jobset=False, kwok=False)
        undo.callback(plane.stop)
        network = PodNetwork(plane)
        undo.callback(network.stop)
        network.start()
        node = RealNode(plane, network)
        undo.callback(node.stop)
        node.start().crash()
        path = f"/api/v1/nodes/{node.name}"
        until("it is not ready", lambda: not holds(plane.api.get(path), "Ready"))
