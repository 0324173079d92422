"""Jobs of this machine and of clusters side by side."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.scheduler.engines.several import SeveralEngines
from ogai_lab.scheduler.spec import CommandRun, JobSpec


@dataclass
class Noting:
    """The part of an engine that is asked here; it notes what it is asked."""

    name: str
    queues: bool = False
    asked: list[str] = field(default_factory=list)

    def size(self, job_id: str) -> int:
        self.asked.append(job_id)
        return 0

    def check(self, spec: JobSpec) -> None:
        self.asked.append(spec.cluster)

    def stirred(self) -> set[str]:
        return {self.name}

    def sweep(self, known: set[str]) -> list[str]:
        self.asked.append("sweep")
        return []


@pytest.fixture
def made() -> dict[str, Noting]:
    return {}


@pytest.fixture
def several(made: dict[str, Noting]) -> SeveralEngines:
    def make(name: str) -> Noting:
        if name not in ("lab", "far"):
            raise NotFound(f"There is no cluster {name!r}.")
        assert name not in made, "it is made once"
        return made.setdefault(name, Noting(name, queues=True))

    made["here"] = Noting("here")
    clusters = {"j1": "", "j2": "lab"}
    return SeveralEngines(made["here"], make, clusters.__getitem__, lambda: ["lab", "gone"])


def test_a_job_goes_to_the_engine_of_its_cluster(several, made) -> None:
    several.size("j1")
    assert list(made) == ["here"], "nothing of a cluster is made before a job needs it"
    several.size("j2")
    several.size("j2")
    several.check(JobSpec(run=CommandRun(argv=["true"]), cluster="far"))
    assert {name: one.asked for name, one in made.items()} == {
        "here": ["j1"],
        "lab": ["j2", "j2"],
        "far": ["far"],
    }
    assert several.stirred() == {"here", "lab", "far"}


def test_a_cluster_that_is_not_known_is_refused_by_its_field(several) -> None:
    with pytest.raises(InvalidInput, match="nowhere") as caught:
        several.check(JobSpec(run=CommandRun(argv=["true"]), cluster="nowhere"))
    assert caught.value.field == "cluster"


def test_taking_over_looks_at_the_clusters_that_have_jobs(several, made) -> None:
    several.sweep(set())
    assert made["lab"].asked == ["sweep"], "the one that is configured no more is passed over"
