"""What a cell and a terminal say to a cluster: one home, one space, the words of the issue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import ogai_lab as ogai
from ogai_lab.commands import terminal
from tests.cluster.kubernetes.labs import CLUSTER, configure
from tests.controlplane.client import until
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

pytestmark = pytest.mark.kubernetes


@pytest.fixture
def here(
    plane: Plane, space: Space, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A home whose cluster is the space, and the folder of somebody who works there."""
    work = tmp_path / "work"
    work.mkdir()
    (work / "train.py").write_text("print('hello')\n")
    flavor = space.flavor("h100")
    configure(tmp_path / "home", plane.kubeconfig, space, prices={flavor: 2.5}, currency="EUR")
    monkeypatch.setenv("OGAI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OGAI_LANG", "en")
    monkeypatch.delenv("OGAI_URL", raising=False)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.chdir(work)
    ogai.connect()
    yield work
    ogai.connect()


def test_a_cell_asks_sees_runs_and_reads(here: Path, space: Space) -> None:
    space.fake_nodes(8, rack=4)
    assert [one.name for one in ogai.cluster.known()] == [CLUSTER]
    found = ogai.cluster.doctor(CLUSTER)
    assert found.ready, found
    offers = ogai.offers(gpus=32, gpu="H100", topology="same-rack", cluster=CLUSTER)
    (offer,) = offers.offers
    assert (offers.need.nodes, offers.need.gpus, offer.now) == (4, 8, True)
    assert offer.cost == 32 * 2.5
    job = ogai.run(
        "train.py",
        nodes=4,
        gpus=8,
        cluster=CLUSTER,
        gpu="H100",
        topology="same-rack",
    )
    spec = job.refresh().spec
    assert (spec.cluster, spec.gpu, spec.topology) == (CLUSTER, "H100", "same-rack")
    until("it is admitted", lambda: len(job.refresh().node_names) == 4)
    seen = {node.name: node for node in ogai.nodes(cluster=CLUSTER)}
    assert set(job.refresh().node_names) <= set(seen)
    job.cancel()


def test_a_terminal_asks_the_same(
    here: Path, space: Space, capsys: pytest.CaptureFixture[str]
) -> None:
    space.fake_nodes(1)
    assert terminal.main(["doctor", CLUSTER]) == 0
    assert "jobs can run" in capsys.readouterr().out
    assert terminal.main(["offers", "--cluster", CLUSTER, "-g", "8", "--gpu", "h100"]) == 0
    assert "20.00 EUR" in capsys.readouterr().out
    assert terminal.main(["nodes", "--cluster", CLUSTER]) == 0
    assert space.nodes[0] in capsys.readouterr().out
    assert terminal.main(["queues", "--cluster", CLUSTER]) == 0
    assert space.flavor("h100") in capsys.readouterr().out
    words = ["--cluster", CLUSTER, "--gpus", "8", "--volume", "corpus:/data:ro", "train.py"]
    assert terminal.main(["export", *words]) == 0
    code, jobset = yaml.safe_load_all(capsys.readouterr().out)
    assert (code["kind"], jobset["kind"]) == ("ConfigMap", "JobSet")
    assert "claimName': 'corpus'" in str(jobset)
    assert terminal.main(["run", "--cluster", "elsewhere", "train.py"]) == 2
    assert "elsewhere" in capsys.readouterr().err
