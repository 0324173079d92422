import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ogai_lab.core.errors import InvalidInput, MissingExtra, NotFound
from ogai_lab.core.operations import Caller
from ogai_lab.data.service import RUNNER
from ogai_lab.data.types import Packing, Pipeline, Policy, Rule, TokenizerSpec
from ogai_lab.scheduler.spec import JobSpec, ModuleRun
from ogai_lab.scheduler.types import Job, JobState
from ogai_lab.workbench import Workbench

Make = Callable[..., Pipeline]
ME = Caller("me")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with Workbench.local(tmp_path / "home") as workbench:
        yield workbench


def ended(bench: Workbench, job: Job) -> Job:
    deadline = time.monotonic() + 180
    while not (job := bench.scheduler.job(job.id)).state.final:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return job


def test_a_run_is_a_job_with_a_manifest(bench: Workbench, make: Make) -> None:
    job = bench.data.prepare(make(), ME, workers=1, idempotency_key="k")
    assert bench.data.prepare(make(), ME, workers=1, idempotency_key="k").id == job.id
    job = ended(bench, job)
    assert job.state is JobState.SUCCEEDED, job.exit
    (run,) = bench.data.runs()
    assert (run.job, run.policy, run.manifest) == (job.id, "clean", job.outputs["manifest"])
    found = bench.data.manifest(run.manifest)
    assert found.digest == run.manifest
    assert found.pipeline == run.pipeline
    assert (run.read, run.tokens, run.phase) == (found.read, found.tokens, "pack")
    assert run.kept is not None
    assert run.kept.bytes == found.kept.bytes + found.heldout_kept.bytes
    assert run.progress == job.progress
    assert job.progress is not None
    assert job.progress.step == job.progress.steps
    page = bench.data.ledger(found.digest, reason="too_short", limit=5)
    assert [drop.path for drop in page.items] == ["short.txt"]


def test_a_run_that_drops_everything_fails_and_says_why(bench: Workbench, make: Make) -> None:
    rule = Rule(reason="short", column="characters", drop="below", value=1e9)
    job = ended(bench, bench.data.prepare(make(policy=Policy(name="p", rules=[rule])), ME, 1))
    assert job.state is JobState.FAILED
    assert job.exit is not None
    assert "No document is left to train on" in job.exit.tail[-1]
    assert "Traceback" not in "".join(job.exit.tail)
    (run,) = bench.data.runs()
    assert (run.state, run.manifest) == (JobState.FAILED, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tokenizer": TokenizerSpec(digest="sha256:" + "1" * 64)}, "pipeline.tokenizer.digest"),
        (
            {"policy": Policy(name="p", rules=[Rule(reason="r", column="no", drop="repeated")])},
            "policy.rules.0.column",
        ),
    ],
)
def test_what_cannot_run_is_refused_before_a_job_starts(
    bench: Workbench, make: Make, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        bench.data.prepare(make(**change), ME)
    assert caught.value.field == field
    assert bench.data.runs() == []
    assert list(bench.scheduler.jobs().items) == []


def test_a_blob_that_is_no_manifest(bench: Workbench) -> None:
    with pytest.raises(NotFound):
        bench.data.manifest("sha256:" + "1" * 64)
    with pytest.raises(InvalidInput):
        bench.data.manifest("../../etc/passwd")


def test_a_missing_extra_names_the_command(
    bench: Workbench, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra) as caught:
        bench.data.prepare(make(), ME)
    assert "ogai-lab[data]" in caught.value.action


def test_a_run_is_retuned_packed_exported_and_asked(
    bench: Workbench, make: Make, tmp_path: Path
) -> None:
    plain = make(tokenizer=None, packing=None)
    job = ended(bench, bench.data.prepare(plain, ME, workers=1, out=str(tmp_path / "out")))
    assert job.state is JobState.SUCCEEDED, job.exit
    digest = job.outputs["manifest"]
    assert (tmp_path / "out" / "manifest.json").exists()
    pace = bench.data.pace(job.id)
    assert {stage.name for stage in pace.stages} == {"read", *(s.stage for s in plain.stages)}
    assert pace.kept is not None
    funnel = bench.data.funnel(digest)
    assert funnel.steps[-1].documents == bench.data.manifest(digest).kept.documents
    again = ended(bench, bench.data.retune(digest, {"too_short": 5}, ME, workers=1))
    assert again.state is JobState.SUCCEEDED, again.exit
    assert bench.data.pace(again.id).stages == []  # nothing was computed but the policy
    tuned = bench.data.manifest(again.outputs["manifest"])
    assert "too_short" not in tuned.dropped
    packing = Packing(sequence_length=32)
    spec = TokenizerSpec(vocab_size=300)
    packed = ended(bench, bench.data.pack(digest, ME, spec, packing, workers=1))
    assert packed.state is JobState.SUCCEEDED, packed.exit
    shards = packed.outputs["manifest"]
    assert bench.data.manifest(shards).sequences > 0
    out = tmp_path / "megatron"
    written = ended(bench, bench.data.export(shards, "megatron", str(out), ME))
    assert written.state is JobState.SUCCEEDED, written.exit
    assert (out / "corpus.idx").exists()
    assert bench.data.dropped(digest, sample=2).items
    assert bench.data.documents(digest, path="short.txt").items[0].reason == "too_short"
    assert {each.name for each in bench.data.presets()} >= {"web", "zh-web", "en-web"}


def test_dask_is_a_part_of_the_job_over_its_ranks(bench: Workbench, make: Make) -> None:
    pytest.importorskip("distributed")
    pipeline = make(tokenizer=None, packing=None)
    alone = ended(bench, bench.data.prepare(pipeline, ME, workers=1))
    args = [alone.spec.labels["pipeline"], "--executor", "dask", "--workers", "1"]
    shutil.rmtree(Path(bench.data._blobs.url) / "tasks")  # so that it is all done again
    spec = JobSpec(run=ModuleRun(module=RUNNER, args=args), processes=2, cpus=2)
    job = ended(bench, bench.scheduler.submit(spec, ME))
    assert job.state is JobState.SUCCEEDED, job.exit
    assert job.outputs["manifest"] == alone.outputs["manifest"]
    several = bench.data.prepare(pipeline, ME, workers=1, nodes=2)
    assert isinstance(several.spec.run, ModuleRun)
    assert (several.spec.nodes, several.spec.run.args[-2:]) == (2, ["--executor", "dask"])
