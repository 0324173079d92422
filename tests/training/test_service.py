"""Training as a user has it: recipe in, a job through the real agent, a model out."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ogai_lab.core.blobs import check_digest
from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.types import Job, JobState
from ogai_lab.training.types import Recipe
from ogai_lab.workbench.local import LocalWorkbench
from tests.training.ranks import TinyData

ME = Caller("me")


@pytest.fixture(scope="module")
def workbench(data: TinyData, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkbench]:
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(data.store.url, folder / "blobs")
    made = LocalWorkbench(folder)
    yield made
    made.close()


def wait(workbench: LocalWorkbench, job: Job) -> Job:
    deadline = time.monotonic() + 120
    while not job.state.final:
        assert time.monotonic() < deadline, job
        time.sleep(0.1)
        job = workbench.scheduler.job(job.id)
    return job


def test_a_recipe_becomes_a_model(workbench: LocalWorkbench, data: TinyData) -> None:
    recipe = data.recipe()
    job = workbench.training.train(recipe, ME, processes=2)
    assert job.name == "train llama 36.4k"
    job = wait(workbench, job)
    assert job.state is JobState.SUCCEEDED, job.exit
    assert job.outputs == {"model": "model"}
    assert job.output is not None
    assert (Path(job.output) / job.outputs["model"] / "model.safetensors").exists()
    assert job.progress is not None
    assert (job.progress.step, job.progress.steps) == (12, 12)

    labels = job.spec.labels
    stored = workbench.blobs.get(check_digest(labels["recipe"]))
    assert Recipe.model_validate_json(stored) == recipe
    assert (labels["data"], labels["kind"]) == (data.manifest, "training")
    assert job.snapshot is not None

    losses = workbench.scheduler.metrics(job.id, ["loss"])
    assert [point.step for point in losses] == list(range(1, 13))

    ledger = workbench.training.goodput(job.id)
    assert (ledger.steps, ledger.attempts) == (12, 1)
    assert ledger.productive > 0
    assert ledger.wall >= ledger.productive + ledger.start


def test_a_killed_rank_costs_a_restart_and_no_more(
    workbench: LocalWorkbench, data: TinyData
) -> None:
    steps = 60
    job = workbench.training.train(data.recipe(tokens=steps * 8 * 32), ME, processes=2)
    deadline = time.monotonic() + 120
    while job.progress is None or job.progress.step < 5:
        assert time.monotonic() < deadline, job
        time.sleep(0.02)
        job = workbench.scheduler.job(job.id)
    events = workbench.scheduler.logs(job.id, 0, 1000, kind=["event"]).records
    pids = [e.model_dump()["pid"] for e in events if e.name == "rank_started" and e.rank == 1]
    os.kill(pids[-1], signal.SIGKILL)
    job = wait(workbench, job)
    assert job.state is JobState.SUCCEEDED, job.exit
    assert (job.attempt, job.restarts) == (2, 1)
    ledger = workbench.training.goodput(job.id)
    assert (ledger.steps, ledger.attempts) == (steps, 2)
    assert ledger.restart > 0


def test_nothing_is_submitted_when_it_cannot_run(workbench: LocalWorkbench, data: TinyData) -> None:
    before = workbench.scheduler.jobs().total
    wrong = data.recipe(model=data.recipe().model | {"vocab_size": 10})
    with pytest.raises(InvalidInput) as caught:
        workbench.training.train(wrong, ME)
    assert caught.value.field == "model.vocab_size"
    with pytest.raises(InvalidInput) as caught:
        workbench.training.plan(data.recipe(data="sha256:" + "0" * 64))
    assert caught.value.field == "data"
    with pytest.raises(NotFound):
        workbench.training.goodput("nothing")
    assert workbench.scheduler.jobs().total == before


def test_the_same_key_submits_once(workbench: LocalWorkbench, data: TinyData) -> None:
    recipe = data.recipe(tokens=8 * 32)
    jobs = [
        workbench.training.train(recipe, ME, processes=1, idempotency_key="once") for _ in range(2)
    ]
    assert jobs[0].id == jobs[1].id
    wait(workbench, jobs[0])
