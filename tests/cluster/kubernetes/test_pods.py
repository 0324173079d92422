"""Our agent in real pods: it finds its peers by name, says how it ended, and is started again."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.scheduler.agent import processes
from ogai_lab.scheduler.agent.codes import EXIT_CODES
from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import delivery, ends
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.jobset import Object, objects
from ogai_lab.scheduler.snapshot import Snapshots
from ogai_lab.scheduler.spec import JobSpec
from tests.controlplane import gangs
from tests.controlplane.client import until
from tests.controlplane.containers import IMAGE
from tests.controlplane.real_node import programs
from tests.controlplane.spaces import Space

pytestmark = [pytest.mark.kubernetes, pytest.mark.kubelet]
NAME = "jtest"
_MEET = """
import os, socket, time
import ogai_lab.core.records as ogai
rank, first = int(os.environ["RANK"]), os.environ["OGAI_ATTEMPT"] == "1"
where = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
if rank == 0:
    peer = socket.create_server(("", where[1])).accept()[0]
else:
    for _ in range(300):
        try:
            peer = socket.create_connection(where)
            break
        except OSError:
            time.sleep(0.1)
peer.sendall(b"%d" % rank)
ogai.log({"heard": int(peer.recv(1))}, step=1)
print("attempt", os.environ["OGAI_ATTEMPT"], flush=True)
if first and "WAIT" in os.environ:
    assert peer.recv(1), "my peer is gone"
"""


class Runner:
    """Runs a job of ours on real nodes, without the service."""

    def __init__(self, space: Space, folder: Path, **config: Any) -> None:
        self.space, self._folder = space, folder
        self._blobs = BlobStore(folder / "blobs")
        self._config = ClusterConfig.model_validate(
            {"name": "lab", "image": IMAGE, "queues": {"default": space.queue}, **config}
        )

    def start(self, source: str, restarts_left: int = 0, **spec: Any) -> None:
        for name in ("home", "work"):
            (self._folder / name).mkdir(exist_ok=True)
        (self._folder / "work" / "train.py").write_text(source)
        snapshots = Snapshots(self._blobs, self._folder / "home")
        snapshot, _ = snapshots.take(str(self._folder / "work"), [])
        run = {"kind": "script", "path": "train.py"}
        order = Order(
            job_id=NAME,
            owner="ada",
            spec=JobSpec.model_validate({"run": run, "cpus": 0.1, **spec}),
            placements=(),
            attempt=1,
            restarts_left=restarts_left,
            snapshot=snapshot.digest,
        )
        parcel = delivery.deliver(order, self._config, self._blobs)
        namespace = self.space.name
        for made in objects(order, self._config, parcel, installation="i", namespace=namespace):
            self.space.create(made)

    def records(self, pod: Object) -> list[dict[str, Any]]:
        path = f"{self.space.path('pods')}/{pod['metadata']['name']}/log"
        return [json.loads(line) for line in self.space.api.text(path).splitlines()]

    def texts(self, pod: Object) -> list[str]:
        return [one["text"] for one in self.records(pod) if one["kind"] == "text"]

    def rank(self, number: int, said: str) -> int:
        """Return the process of a node's rank, once it has said something."""

        def there() -> Object | None:
            found = gangs.pods(self.space, NAME, "Running")
            mine = [pod for pod in found if _index(pod) == number and said in self.texts(pod)]
            return mine[0] if mine else None

        ours = programs(until(f"rank {number} says {said!r}", there))
        return next(pid for pid in ours if (stat := processes.stat(pid)) and stat.parent in ours)


@pytest.fixture
def runner(real_space: Space, tmp_path: Path) -> Runner:
    return Runner(real_space, tmp_path)


def test_a_killed_rank_starts_the_gang_again_and_it_completes(runner):
    again = {"limit": 1, "on": ["killed"]}
    runner.start(_MEET, nodes=2, restarts=again, restarts_left=1, environment={"WAIT": "1"})
    runner.rank(0, "attempt 1")
    os.kill(runner.rank(1, "attempt 1"), signal.SIGKILL)
    over = gangs.until_over(runner.space, NAME)
    assert over["status"]["restarts"] == 1
    for pod in gangs.pods(runner.space, NAME):
        said = runner.records(pod)
        assert [one["n"] for one in said] == list(range(len(said)))
        assert runner.texts(pod) == ["attempt 2"]
        metrics = [one["metrics"] for one in said if one["kind"] == "metric"]
        assert metrics == [{"heard": 1 - _index(pod)}]


@pytest.mark.parametrize(
    ("source", "spec", "kind"),
    [
        ("raise ValueError('bad lr')", {}, "program_error"),
        ("import os\nos.abort()", {}, "signal"),
        ("x = bytearray(400 << 20)\nprint(len(x))", {"memory": "150MiB"}, "out_of_memory"),
    ],
)
def test_a_pod_leaves_a_last_word(runner, source, spec, kind):
    runner.start(source, **spec)
    gangs.until_over(runner.space, NAME, "Failed")
    (pod,) = gangs.pods(runner.space, NAME)
    ended = pod["status"]["containerStatuses"][0]["state"]["terminated"]
    if ended["reason"] == "OOMKilled":  # the kernel took the agent along, as cgroup v2 may
        assert kind == "out_of_memory"
        return
    assert ended["exitCode"] == EXIT_CODES[kind]
    word = ends.word(ended["message"])
    assert word is not None
    assert word.kind == kind


def test_a_volume_brings_code_and_takes_outputs(real_space, tmp_path, request):
    here = tmp_path / "shared" / "ogai"
    here.mkdir(parents=True)
    _claim(real_space, tmp_path / "shared")
    runner = Runner(real_space, tmp_path, code={"pvc": "shared", "path": "ogai", "here": str(here)})
    runner.start("import os\nopen(os.environ['OGAI_OUTPUT'] + '/kept', 'w').write('well')")
    gangs.until_over(real_space, NAME)
    assert (here / "jobs" / NAME / "output" / "kept").read_text() == "well"


def _index(pod: Object) -> int:
    return int(pod["metadata"]["labels"]["batch.kubernetes.io/job-completion-index"])


def _claim(space: Space, folder: Path) -> str:
    """Make a claim of a volume that is a folder of this machine; return the volume's path."""
    size = {"storage": "1Gi"}
    common = {"accessModes": ["ReadWriteMany"], "storageClassName": ""}
    volume = f"{space.name}-shared"
    space.api.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": volume},
            "spec": {**common, "capacity": size, "hostPath": {"path": str(folder)}},
        }
    )
    space.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "shared"},
            "spec": {**common, "resources": {"requests": size}, "volumeName": volume},
        }
    )
    return f"/api/v1/persistentvolumes/{volume}"
