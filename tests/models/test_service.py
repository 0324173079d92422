"""The registry as a user has it: a job makes a model, jobs measure two, a comparison says which."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ogai_lab.core.errors import Conflict, InvalidInput, NotFound
from ogai_lab.core.operations import Caller
from ogai_lab.models.types import Comparison, Lineage
from ogai_lab.scheduler.spec import CommandRun, JobSpec
from ogai_lab.scheduler.types import Job, JobState
from ogai_lab.workbench import Workbench
from ogai_lab.workbench.local import LocalWorkbench
from tests.models.languages import language_model

ME = Caller("me")
REPORT = "from ogai_lab.core.records import output; output('model', '{place}')"


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkbench]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_CACHE", str(tmp_path_factory.mktemp("hf")))
        with Workbench.local(tmp_path_factory.mktemp("home")) as made:
            yield made


def over(workbench: LocalWorkbench, job: Job, seconds: float = 240) -> Job:
    deadline = time.monotonic() + seconds
    while not job.state.final:
        assert time.monotonic() < deadline, job
        time.sleep(0.1)
        job = workbench.scheduler.job(job.id)
    return job


def job_that_makes(workbench: LocalWorkbench, model: Path | None, place: str = "model") -> Job:
    """Run a job that leaves a copy of `model` as its output."""
    script = f"cp -r {model} $OGAI_OUTPUT/model;" if model else ""
    if place:
        script += f"""{sys.executable} -c "{REPORT.format(place=place)}" """
    spec = JobSpec(
        run=CommandRun(argv=["sh", "-c", script or "true"]),
        labels={"recipe": "sha256:r", "data": "sha256:d"},
    )
    return over(workbench, workbench.scheduler.submit(spec, ME))


def test_a_model_of_a_job_knows_where_it_comes_from(
    workbench: LocalWorkbench, tmp_path: Path
) -> None:
    job = job_that_makes(workbench, language_model(tmp_path / "m", seed=3))
    assert job.state is JobState.SUCCEEDED, job
    assert [found.job for found in workbench.models.unregistered()] == [job.id]
    made = workbench.models.register("lab/job", ME, job=job.id)
    assert workbench.models.unregistered() == []
    assert made.lineage.job == job.id
    assert (made.lineage.recipe, made.lineage.data) == ("sha256:r", "sha256:d")
    assert "torch" in made.lineage.libraries
    assert made.lineage.code is None
    with pytest.raises(InvalidInput, match="folder or from a job"):
        workbench.models.register("lab/job", ME)


@pytest.mark.parametrize(
    ("place", "says"), [("", "reported no model"), ("../..", "outside its output folder")]
)
def test_jobs_without_a_model_are_refused(workbench: LocalWorkbench, place: str, says: str) -> None:
    job = job_that_makes(workbench, None, place)
    with pytest.raises(InvalidInput, match=says):
        workbench.models.register("lab/none", ME, job=job.id)


@pytest.mark.parametrize("folder", ["/" + "x" * 5000, "~nobody-here/model", "/no\x1b[2J/such"])
def test_a_folder_that_cannot_be_is_not_there(workbench: LocalWorkbench, folder: str) -> None:
    with pytest.raises(NotFound, match="There is no folder") as refused:
        workbench.models.register("lab/none", ME, folder=folder)
    assert "\x1b" not in str(refused.value)
    assert "lab/none" not in [model.name for model in workbench.models.models()]


def test_a_failed_job_makes_no_model(workbench: LocalWorkbench) -> None:
    spec = JobSpec(run=CommandRun(argv=["false"]))
    job = over(workbench, workbench.scheduler.submit(spec, ME))
    with pytest.raises(Conflict, match="failed"):
        workbench.models.register("lab/none", ME, job=job.id)


def test_two_versions_are_measured_and_compared(workbench: LocalWorkbench, tmp_path: Path) -> None:
    models = workbench.models
    for seed in (1, 2):
        folder = language_model(tmp_path / f"m{seed}", seed=seed)
        models.register("lab/lm", ME, folder=str(folder), lineage=Lineage(parent="lab/x@v1"))
    rows = [{"doc_id": f"d{i}", "text": f"document {i} says {'x' * i}"} for i in range(20)]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    manifest = {"heldout": workbench.blobs.put(lines)}
    data = workbench.blobs.put(json.dumps(manifest).encode())

    with pytest.raises(Conflict, match=r"v1 was not evaluated.*evaluate\('lab/lm', 'v1'"):
        models.compare("lab/lm", "v1", "v2", data)
    jobs = [models.evaluate("lab/lm", revision, data, ME) for revision in ("v1", "v2")]
    assert models.evaluate("lab/lm", "v1", data, ME).id == jobs[0].id  # not twice
    for job in jobs:
        ended = over(workbench, job)
        assert ended.state is JobState.SUCCEEDED, ended.exit
    (info,) = models.evaluations("lab/lm", "v1")
    assert (info.state, info.documents, info.reason) == ("done", 20, "")
    assert info.bits_per_byte == pytest.approx(8, abs=1)
    assert models.evaluate("lab/lm", "v1", data, ME).id == jobs[0].id

    found = models.compare("lab/lm", "v1", "v2", data)
    assert isinstance(found, Comparison)
    assert (found.base, found.other, found.shared) == ("lab/lm@v1", "lab/lm@v2", 20)
    back = models.compare("lab/lm", "v2", "lab/lm@v1", data)
    assert back.difference == pytest.approx(-found.difference)
    assert found.verdict in found.summary or "No difference shown" in found.summary

    comparisons = workbench.comparisons
    page = comparisons.items("lab/lm", "v1", "v2", data, order="worse", limit=5, characters=10)
    assert (page.total, page.better + page.worse + page.same, len(page.items)) == (20, 20, 5)
    differences = [item.difference for item in page.items]
    assert differences == sorted(differences, reverse=True)
    assert [len(item.excerpt) for item in page.items] == [10] * 5
    assert not page.items[0].whole
    better = comparisons.items("lab/lm", "v1", "lab/lm@v2", data, side="better", limit=500)
    assert better.total == page.better == found.sign.better
    assert all(item.difference < 0 and item.whole for item in better.items)
    assert comparisons.document(data, "d3").text == "document 3 says xxx"
    with pytest.raises(NotFound, match="no document"):
        comparisons.document(data, "d99")

    moved = models.diff("lab/lm", "v1", "v2")
    assert moved.changed > 10
    assert models.verify("lab/lm", "v2").intact
    actions = [e.data["action"] for e in workbench.activity.events() if "models" in e.schema_id]
    assert actions.count("evaluated") == 2


def test_an_evaluation_that_fails_says_why(workbench: LocalWorkbench, tmp_path: Path) -> None:
    models = workbench.models
    folder = language_model(tmp_path / "m", seed=9)
    models.register("lab/fails", ME, folder=str(folder))
    data = workbench.blobs.put(json.dumps({"heldout": workbench.blobs.put(b"")}).encode())
    job = over(workbench, models.evaluate("lab/fails", "v1", data, ME))
    assert job.state is JobState.FAILED
    (info,) = models.evaluations("lab/fails")
    assert info.state == "failed"
    with pytest.raises(Conflict, match="was not evaluated"):
        models.scores("lab/fails", "v1", data)


def test_every_event_follows_its_schema(workbench: LocalWorkbench) -> None:
    from jupyter_events import EventLogger

    folder = Path(sys.modules["ogai_lab.models"].__path__[0])
    logger = EventLogger()
    logger.register_event_schema(folder / "event_schemas/version/v1.yaml")
    events = [e for e in workbench.activity.events() if "/models/" in e.schema_id]
    assert events
    for event in events:
        logger.schemas.validate_event(event.schema_id, event.data)
