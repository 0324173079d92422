from __future__ import annotations

import os
import threading
import time

import pytest

from ogai_lab.core.errors import Conflict, InvalidInput, NotFound
from ogai_lab.core.events import EventLog
from ogai_lab.scheduler.spec import CommandRun, ExitKind, JobSpec, RestartPolicy, ScriptRun
from ogai_lab.scheduler.types import JobState

from .conftest import Bench, open_scheduler

REPORTING = """
import ogai_lab, time
from ogai_lab.core.records import output
for step in range(20):
    ogai_lab.log({"loss": 1 / (step + 1), "steps": 20}, step=step)
output("model", "model")
print("done")
"""


TRUE = {"kind": "command", "argv": ["true"]}


def test_a_job_from_submit_to_end(bench: Bench) -> None:
    job = bench.shell("echo one; echo two >&2; exit 0", name="first", labels={"kind": "test"})
    assert (job.state, job.owner, job.attempt) == (JobState.QUEUED, "ann", 0)
    lines = [r.text for c in bench.scheduler.follow(job.id, kind=["text"]) for r in c.records]
    assert sorted(map(str, lines)) == ["one", "two"]
    job = bench.scheduler.job(job.id)
    assert job.state is JobState.SUCCEEDED
    assert job.exit is not None
    assert job.exit.kind is ExitKind.SUCCEEDED
    assert job.started is not None
    assert job.ended is not None
    assert job.created <= job.started <= job.ended
    assert job.node_names == ["here"]
    (attempt,) = bench.scheduler.attempts(job.id)
    assert attempt.ended is not None
    (used,) = bench.scheduler.usage()
    assert used.group == "ann"
    assert used.core_hours > 0
    (node,) = bench.scheduler.nodes()
    assert (node.cpus_free, node.gpus_free, node.jobs) == (4, 2, [])


def test_every_change_is_told_once_and_in_order(bench: Bench) -> None:
    job = bench.over(bench.shell("true").id)
    events = EventLog(bench.scheduler._database).read(0)
    assert [event.data["state"] for event in events] == [
        "queued",
        "starting",
        "running",
        "succeeded",
    ] or [event.data["state"] for event in events] == ["queued", "starting", "succeeded"]
    assert [event.data["version"] for event in events] == list(range(1, job.version + 1))


def test_what_a_job_reports_is_there_when_it_is_over(bench: Bench, tmp_path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text(REPORTING)
    spec = JobSpec(run=ScriptRun(path="train.py"), workdir=str(tmp_path / "code"))
    job = bench.over(bench.scheduler.submit(spec, bench.me).id)
    assert job.exit is not None
    assert job.state is JobState.SUCCEEDED, (job.exit, bench.text(job.id))
    assert job.metrics == {"loss": 0.05}
    assert job.progress is not None
    assert (job.progress.step, job.progress.steps) == (19, 20)
    assert job.outputs == {"model": "model"}
    assert job.snapshot is not None
    assert job.snapshot.files == 1
    points = bench.scheduler.metrics(job.id)
    assert [point.step for point in points] == list(range(20))
    assert {point.attempt for point in points} == {1}


def test_the_same_key_is_the_same_job(quiet: Bench) -> None:
    first = quiet.submit("true", key="k")
    assert quiet.submit("true", key="k").id == first.id
    assert quiet.submit("true", key="other").id != first.id
    with pytest.raises(Conflict, match="another job"):
        quiet.submit("false", key="k")
    assert quiet.scheduler.jobs().total == 2


def test_cancel_while_queued_is_immediate(quiet: Bench) -> None:
    job = quiet.submit("true")
    job = quiet.scheduler.cancel(job.id, quiet.me)
    assert job.state is JobState.CANCELLED
    assert job.exit is not None
    assert job.exit.message == "Cancelled by ann."
    assert quiet.scheduler.cancel(job.id, quiet.me).version == job.version


def test_cancel_ends_a_running_job(bench: Bench) -> None:
    job = bench.shell("sleep 60 & echo $!; wait")
    bench.until(lambda: bench.text(job.id))
    assert bench.scheduler.cancel(job.id, bench.me).state is JobState.STOPPING
    job = bench.over(job.id)
    assert job.state is JobState.CANCELLED
    with pytest.raises(ProcessLookupError):
        os.kill(int(bench.text(job.id)[0]), 0)


def test_only_a_job_that_is_over_is_deleted_and_its_use_stays(bench: Bench) -> None:
    job = bench.shell("sleep 60")
    with pytest.raises(Conflict, match="only a job that is over"):
        bench.scheduler.delete(job.id, bench.me)
    bench.until(lambda: bench.scheduler.job(job.id).state == "running")
    bench.scheduler.cancel(job.id, bench.me)
    bench.over(job.id)
    bench.scheduler.delete(job.id, bench.me)
    with pytest.raises(NotFound):
        bench.scheduler.job(job.id)
    assert not (bench.home.jobs / job.id).exists()
    assert bench.scheduler.usage("job")[0].group == job.id


def test_priority_goes_first_then_who_came_first(quiet: Bench) -> None:
    for name, priority in (("low", -1), ("first", 0), ("second", 0), ("high", 5)):
        quiet.submit("true", name=name, priority=priority, cpus=4)
    places = {job.name: job.queue_position for job in quiet.scheduler.jobs().items}
    assert places == {"high": 1, "first": 2, "second": 3, "low": 4}
    quiet.scheduler.lead()
    for job in quiet.scheduler.jobs().items:
        quiet.over(job.id)
    started = {job.started: job.name for job in quiet.scheduler.jobs().items}
    assert [started[at] for at in sorted(started, key=float)] == ["high", "first", "second", "low"]


def test_a_job_waits_for_gpus_and_says_so(bench: Bench) -> None:
    holder = bench.shell("sleep 60", gpus=2, cpus=1, name="holder")
    bench.until(lambda: bench.text(holder.id) or bench.scheduler.job(holder.id).state == "running")
    waiting = bench.shell("true", gpus=1, name="waiting")
    told = bench.scheduler.explain(waiting.id)
    assert [reason.code for reason in told.reasons] == ["waits_for_gpus"]
    assert [one.id for one in told.ahead] == [holder.id]
    (node,) = bench.scheduler.nodes()
    assert [gpu.job for gpu in node.gpus] == [holder.id, holder.id]
    assert (node.gpus_free, node.state) == (0, "busy")
    bench.scheduler.cancel(holder.id, bench.me)
    assert bench.over(waiting.id).state is JobState.SUCCEEDED


def test_a_queue_limit_holds_back(bench: Bench) -> None:
    first = bench.shell("sleep 60", queue="small")
    second = bench.shell("true", queue="small")
    bench.until(lambda: bench.scheduler.job(first.id).state == "running")
    told = bench.scheduler.explain(second.id)
    assert [reason.code for reason in told.reasons] == ["queue_limit"]
    assert "queue='default'" in told.would_start
    small = next(queue for queue in bench.scheduler.queues() if queue.name == "small")
    assert (small.running, small.waiting, small.cpus_used) == (1, 1, 1)
    bench.scheduler.cancel(first.id, bench.me)
    assert bench.over(second.id).state is JobState.SUCCEEDED


def test_without_a_leader_that_is_the_reason(quiet: Bench) -> None:
    job = quiet.submit("true")
    told = quiet.scheduler.explain(job.id)
    assert told.reasons[0].code == "no_leader"
    assert "JupyterLab" in told.reasons[0].action


def test_a_program_that_does_not_exist_says_so(bench: Bench) -> None:
    job = bench.over(bench.submit("no-such-program-here").id)
    assert job.state is JobState.FAILED
    assert job.exit is not None
    assert job.exit.kind is ExitKind.START_FAILED
    assert bench.scheduler.explain(job.id).reasons[0].action


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"run": {"kind": "script", "path": "gone.py"}}, "run.path"),
        ({"run": {"kind": "script", "path": "bad.py"}}, "run.path"),
        ({"run": {"kind": "script", "path": "../bad.py"}}, "run.path"),
        ({"run": {"kind": "script", "path": "good.py"}, "gpus": 3}, "gpus"),
        ({"run": {"kind": "script", "path": "good.py"}, "memory": "1TiB"}, "memory"),
        ({"run": {"kind": "script", "path": "good.py"}, "include": ["none"]}, "include"),
        ({"run": {"kind": "script", "path": "good.py"}, "gpu": 1}, "spec.gpu"),
        ({"run": {"kind": "script", "path": "good.py"}, "nodes": 0}, "spec.nodes"),
        ({"run": {"kind": "script", "path": "good.py"}, "workdir": "/" + "x" * 5000}, "workdir"),
        ({"run": {"kind": "script", "path": "good.py"}, "workdir": "~nobody-here"}, "workdir"),
        ({"run": {"kind": "command", "argv": [""]}}, "spec.run.command.argv"),
        ({"run": {"kind": "command", "argv": ["x", "a\0b"]}}, "spec.run.command.argv.1"),
        ({"run": {"kind": "command", "argv": ["x", "\ud800"]}}, "spec.run.command.argv.1"),
        ({"run": {"kind": "cell", "source": "-" * 100_000 + "1"}}, "run.source"),
        (
            {"run": {"kind": "notebook", "path": "x.ipynb", "parameters": {"a": float("nan")}}},
            "spec.run.notebook.parameters",
        ),
        (
            {"run": {"kind": "notebook", "path": "x.ipynb", "parameters": {"a": ["\ud800"]}}},
            "spec.run.notebook.parameters",
        ),
        ({"run": TRUE, "restarts": {"delay": float("inf")}}, "spec.restarts.delay"),
        ({"run": TRUE, "timeout": float("inf")}, "spec.timeout"),
        ({"run": TRUE, "memory": "9" * 400}, "spec.memory"),
        ({"run": TRUE, "labels": {"a": "\0"}}, "spec.labels.a"),
        ({"run": TRUE, "labels": {"a": "x" * 2000}}, "labels"),
        ({"run": TRUE, "labels": {"a=b": ""}}, "labels"),
        ({"run": TRUE, "environment": {"A": "\ud800"}}, "spec.environment.A"),
    ],
)
def test_what_is_refused_leaves_nothing(quiet: Bench, tmp_path, asked, field) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "good.py").write_text("print(1)")
    (code / "bad.py").write_text("if x\n    pass\n")
    with pytest.raises(InvalidInput) as refused:
        quiet.scheduler.submit({"workdir": str(code), **asked}, quiet.me)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert refused.value.action
    assert quiet.scheduler.jobs().total == 0
    assert EventLog(quiet.scheduler._database).read(0) == []
    assert not [path for path in quiet.home.path.rglob("blobs/**/*") if path.is_file()]
    assert not list(quiet.home.jobs.glob("*"))


def test_the_timeout_counts_all_attempts(bench: Bench) -> None:
    policy = RestartPolicy(limit=50, on=[ExitKind.PROGRAM_ERROR])
    job = bench.over(bench.shell("sleep 1; exit 1", timeout=4.5, restarts=policy).id)
    assert job.state is JobState.FAILED
    assert job.exit is not None
    assert job.exit.kind is ExitKind.TIMEOUT
    attempts = bench.scheduler.attempts(job.id)
    assert len(attempts) >= 2
    assert all(one.ended is not None for one in attempts)
    assert job.restarts == len(attempts) - 1


def test_pages_filters_and_cursors(quiet: Bench) -> None:
    for number in range(7):
        quiet.submit("true", name=f"train_{number}%", labels={"fold": str(number % 2)})
    page = quiet.scheduler.jobs(limit=3)
    assert [job.name for job in page.items] == ["train_6%", "train_5%", "train_4%"]
    rest = quiet.scheduler.jobs(limit=10, cursor=page.cursor)
    assert (len(rest.items), rest.cursor, rest.total) == (4, None, 7)
    assert quiet.scheduler.jobs(label=["fold=1"]).total == 3
    assert quiet.scheduler.jobs(name="N_3%").total == 1
    assert quiet.scheduler.jobs(name="n%3").total == 0
    assert quiet.scheduler.jobs(state=[JobState.RUNNING]).total == 0
    assert quiet.scheduler.jobs(owner="ann", queue="default").total == 7
    for wrong in ({"cursor": "s1 or 1"}, {"label": ["fold"]}):
        with pytest.raises(InvalidInput):
            quiet.scheduler.jobs(**wrong)


def test_follow_waits_for_a_queued_job_and_ends_with_it(quiet: Bench) -> None:
    job = quiet.shell("echo hello")
    seen: list[str] = []

    def follow() -> None:
        for chunk in quiet.scheduler.follow(job.id):
            seen.extend(record.text for record in chunk.records if record.text)

    thread = threading.Thread(target=follow)
    thread.start()
    time.sleep(0.2)
    assert thread.is_alive()
    quiet.scheduler.lead()
    thread.join(30)
    assert not thread.is_alive()
    assert seen == ["hello"]


def test_another_process_of_the_same_home_sees_and_cancels(bench: Bench) -> None:
    other = open_scheduler(bench.home)
    job = other.submit(JobSpec(run=CommandRun(argv=["sleep", "60"])), bench.me)
    bench.until(lambda: bench.scheduler.job(job.id).state == "running")
    other.cancel(job.id, bench.me)
    assert bench.over(job.id).state is JobState.CANCELLED
    other.close()
