"""What can be seen of one job: its curves, its course, its code, its cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.scheduler.snapshot_files import MOST_TEXT
from ogai_lab.scheduler.spec import CommandRun, ExitKind, JobSpec, RestartPolicy, ScriptRun
from ogai_lab.scheduler.types import Job, JobState

from .conftest import Bench

TWICE = """
import os, ogai_lab
attempt = int(os.environ["OGAI_ATTEMPT"])
for step in range(10):
    ogai_lab.log({"loss": attempt + 1 / (step + 1), "rate": float("nan")}, step=step)
raise SystemExit(0 if attempt == 2 else 5)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with text, a binary file, a large one, and one that does not travel."""
    code = tmp_path / "code"
    (code / "lib").mkdir(parents=True)
    (code / "train.py").write_text(TWICE)
    (code / "lib" / "模型.py").write_text("# 你好\n", encoding="utf-8")
    (code / "weights.bin").write_bytes(b"\0\1\2")
    (code / "large.txt").write_text("é" * MOST_TEXT, encoding="utf-8")
    (code / "secret.key").write_text("key")
    (code / ".gitignore").write_text("*.key\n")
    (tmp_path / "outside.txt").write_text("outside")
    return code


@pytest.fixture
def twice(bench: Bench, folder: Path) -> Job:
    """A job that fails once and then succeeds, with a metric in each attempt."""
    spec = JobSpec(
        run=ScriptRun(path="train.py"),
        workdir=str(folder),
        cpus=2,
        gpus=1,
        processes=1,
        restarts=RestartPolicy(limit=1, on=[ExitKind.PROGRAM_ERROR], delay=0.05),
    )
    job = bench.over(bench.scheduler.submit(spec, bench.me).id)
    assert job.state is JobState.SUCCEEDED, bench.text(job.id)
    return job


def test_the_course_of_a_job_with_two_attempts(bench: Bench, twice: Job) -> None:
    course = bench.scheduler.timeline(twice.id)
    kinds = [phase.kind for phase in course.phases]
    assert kinds[0] == "queued"
    assert kinds[-3:] == ["running", "restarting", "running"]
    assert [phase.attempt for phase in course.phases][-3:] == [1, 2, 2]
    assert all(
        before.end == after.start
        for before, after in zip(course.phases, course.phases[1:], strict=False)
    )
    assert course.phases[-1].end == course.ended == twice.ended
    assert [one.exit and one.exit.kind for one in course.attempts] == ["program_error", "succeeded"]
    fault, restart = course.marks
    assert (fault.kind, fault.rank, fault.text) == ("fault", 0, "code 5")
    assert (restart.kind, restart.text) == ("restart", "program_error")


def test_curves_come_in_columns_for_each_attempt_and_go_on(bench: Bench, twice: Job) -> None:
    found = bench.scheduler.curves(twice.id, name=["loss"])
    assert [(one.name, one.attempt, len(one.step)) for one in found.curves] == [
        ("loss", 1, 10),
        ("loss", 2, 10),
    ]
    assert found.curves[1].value[0] == 3
    assert found.curves[0].step == list(range(10))
    rate, _ = bench.scheduler.curves(twice.id, name=["rate"]).curves
    assert rate.value == [None] * 10
    assert bench.scheduler.curves(twice.id, after=found.cursor).curves == []
    later = bench.scheduler.curves(twice.id, name=["loss"], after=found.cursor - 2)
    assert [one.step for one in later.curves] == [[9]]
    assert later.cursor == found.cursor
    few = bench.scheduler.curves(twice.id, name=["loss"], points=4)
    assert [len(one.value) for one in few.curves] == [4, 4]
    assert bench.scheduler.curves(twice.id, rank=7).curves == []


def test_what_a_job_used_is_told_for_each_attempt(bench: Bench, twice: Job) -> None:
    used = bench.scheduler.job_usage(twice.id)
    assert [(one.number, one.cpus, one.gpus) for one in used.attempts] == [(1, 2, 1), (2, 2, 1)]
    assert used.core_hours == pytest.approx(2 * used.seconds / 3600)
    assert used.gpu_hours == pytest.approx(used.seconds / 3600)
    (total,) = bench.scheduler.usage(by="job")
    assert total.core_hours == pytest.approx(used.core_hours)


def test_the_code_of_a_job_can_be_read(bench: Bench, twice: Job) -> None:
    held = bench.scheduler.snapshot(twice.id)
    assert [one.path for one in held.files] == [
        ".gitignore",
        "large.txt",
        "lib/模型.py",
        "train.py",
        "weights.bin",
    ]
    assert [(one.path, one.reason) for one in held.left_out] == [
        ("secret.key", "ignored by .gitignore")
    ]
    script = bench.scheduler.snapshot_file(twice.id, "train.py")
    assert (script.text, script.binary, script.truncated) == (TWICE, False, False)
    assert bench.scheduler.snapshot_file(twice.id, "lib/模型.py").text == "# 你好\n"
    binary = bench.scheduler.snapshot_file(twice.id, "weights.bin")
    assert (binary.text, binary.binary, binary.size) == (None, True, 3)
    large = bench.scheduler.snapshot_file(twice.id, "large.txt")
    assert large.truncated
    assert large.text == "é" * (MOST_TEXT // 2)


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/passwd", "lib/../../outside.txt", ""])
def test_no_path_leads_out_of_a_snapshot(bench: Bench, twice: Job, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        bench.scheduler.snapshot_file(twice.id, path)
    assert refused.value.field == "path"


def test_what_did_not_travel_is_not_there(bench: Bench, twice: Job) -> None:
    with pytest.raises(NotFound):
        bench.scheduler.snapshot_file(twice.id, "secret.key")
    bare = bench.scheduler.submit(JobSpec(run=CommandRun(argv=["true"])), bench.me)
    with pytest.raises(NotFound, match="No working folder travelled"):
        bench.scheduler.snapshot(bare.id)


def test_a_job_that_is_unknown_has_nothing_to_see(quiet: Bench) -> None:
    scheduler = quiet.scheduler
    for look in (scheduler.timeline, scheduler.curves, scheduler.job_usage, scheduler.snapshot):
        with pytest.raises(NotFound):
            look("j0")


def test_the_course_is_found_among_the_events_of_many_jobs(quiet: Bench) -> None:
    jobs = [quiet.submit("true") for _ in range(30)]
    quiet.scheduler.cancel(jobs[7].id, quiet.me)
    course = quiet.scheduler.timeline(jobs[7].id)
    assert [(phase.kind, phase.end) for phase in course.phases] == [("queued", course.ended)]
    (open_phase,) = quiet.scheduler.timeline(jobs[8].id).phases
    assert open_phase.end is None
