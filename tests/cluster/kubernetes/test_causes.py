"""The table of causes: each is produced on a real control plane, explained, and got round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.kubernetes.causes import CAUSES
from tests.cluster.kubernetes.stage import Stage
from tests.controlplane.given import GivenCluster
from tests.controlplane.plane import Plane

pytestmark = pytest.mark.kubernetes


@pytest.fixture(scope="module")
def stage(plane: Plane | GivenCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage on which all situations are being made."""
    made = Stage(plane.api, plane.kubeconfig, tmp_path_factory.mktemp("stage") / "home")
    made.arrange(CAUSES)
    yield made
    made.close(whole=not isinstance(plane, Plane))


@pytest.mark.parametrize("name", CAUSES)
def test_a_cause_is_explained_and_what_is_offered_works(stage: Stage, name: str) -> None:
    cause = CAUSES[name]
    job = stage.job(name)
    answer = stage.explained(job, cause.code, cause.change)
    first = answer.reasons[0]
    assert first.text in answer.summary
    assert first.evidence
    assert first.action or cause.change
    if cause.change:
        offered = next(one for one in answer.would_start if one.startswith(cause.change))
        stage.starts(job, offered)


def test_when_it_starts_is_told_with_what_that_is_based_on(stage: Stage) -> None:
    answer = stage.explained(stage.job("quota-until"), "quota")
    assert answer.starts_in is not None
    assert 0 < answer.starts_in <= 600
    assert "time limits" in answer.basis
    (holder,) = answer.ahead
    assert (holder.owner, holder.gpus) == ("ann", 8)


def test_no_time_is_told_without_a_basis(stage: Stage) -> None:
    answer = stage.explained(stage.job("flavor-held"), "quota")
    assert (answer.starts_in, answer.basis) == (None, "")


def test_who_is_first_and_who_displaced_it_are_named(stage: Stage) -> None:
    behind = stage.explained(stage.job("behind"), "behind_others").reasons[0]
    assert (behind.evidence["position"], behind.evidence["first"]["name"]) == (2, "first")
    preempted = stage.explained(stage.job("preempted"), "preempted").reasons[0]
    assert preempted.evidence["by"]["name"] == "vip"


def test_restarts_that_are_used_up_are_told(stage: Stage) -> None:
    answer = stage.explained(stage.job("exhausted"), "killed")
    assert [one.code for one in answer.reasons] == ["killed", "restarts_exhausted"]
