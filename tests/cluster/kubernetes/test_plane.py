"""The cluster under test is real: Kueue admits, JobSet makes pods, rights are kept."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.controlplane.client import Client, RefusedError, condition, holds, until
from tests.controlplane.gangs import jobset, pods, until_over, until_running, workload
from tests.controlplane.plane import Plane
from tests.controlplane.processes import alive
from tests.controlplane.spaces import Space

pytestmark = pytest.mark.kubernetes
_ROOT = Path(__file__).parents[3]


def test_a_gang_of_four_goes_through_the_queue_and_runs_in_one_rack(space: Space) -> None:
    space.fake_nodes(8, rack=4)
    near = {"kueue.x-k8s.io/podset-required-topology": "sim/rack"}
    space.create(jobset(space, "gang", 4, annotations=near))
    nodes = [pod["spec"]["nodeName"] for pod in until_running(space, "gang", 4)]
    assert holds(workload(space), "Admitted")
    assert len({space.nodes.index(node) // 4 for node in nodes}) == 1


def test_a_pod_with_a_duration_succeeds(space: Space) -> None:
    space.fake_nodes(1)
    space.create(jobset(space, "short", 1, annotations={"sim/duration": "100ms"}))
    until_over(space, "short")
    assert len(pods(space, "short", "Succeeded")) == 1


def test_what_is_over_the_quota_waits_and_is_on_the_list_of_the_waiting(space: Space) -> None:
    space.create(jobset(space, "huge", 9))
    name = workload(space)["metadata"]["name"]
    path = f"{space.path('workloads')}/{name}"
    until("Kueue has looked", lambda: condition(space.api.get(path), "QuotaReserved"))
    assert not pods(space, "huge")
    listed = f"/apis/visibility.kueue.x-k8s.io/v1beta2/clusterqueues/{space.name}/pendingworkloads"
    (waiting,) = until("it is on the list", lambda: space.api.items(listed))
    assert waiting["metadata"]["name"] == name
    assert waiting["positionInClusterQueue"] == 0


def test_a_user_has_no_right_that_was_not_given(plane: Plane, space: Space) -> None:
    client = Client.of(plane.user("somebody", namespace=space.name))
    with pytest.raises(RefusedError, match="somebody") as refused:
        client.items(space.path("pods"))
    assert refused.value.status == httpx.codes.FORBIDDEN


def test_credentials_can_have_expired(plane: Plane) -> None:
    client = Client.of(plane.user("late", lifetime=-dt.timedelta(hours=1)))
    with pytest.raises(RefusedError) as refused:
        client.get("/version")
    assert refused.value.status == httpx.codes.UNAUTHORIZED


def test_make_cluster_says_how_to_reach_it_and_dies_with_its_shell() -> None:
    command = [sys.executable, "-m", "tests.controlplane", "--nodes", "2"]
    process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    kubeconfig = re.search(r"export KUBECONFIG=(\S+)", said)
    assert kubeconfig, said
    client = Client.of(Path(kubeconfig[1]))
    assert len(client.items("/api/v1/nodes")) == 2
    assert len(alive(Path(kubeconfig[1]).parent)) >= 7
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    until("nothing is left", lambda: not alive(Path(kubeconfig[1]).parent))
