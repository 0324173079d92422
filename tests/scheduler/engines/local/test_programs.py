"""Every kind of run, spawned and forked from a warm parent, ends as Python itself would end it."""

from __future__ import annotations

import base64
import json
import pickle
import sys

import cloudpickle
import nbformat
import pytest

from ogai_lab.scheduler.spec import (
    CellRun,
    ExitKind,
    FunctionRun,
    ModuleRun,
    NotebookRun,
    ScriptRun,
)

both_ways = pytest.mark.parametrize("preload", [[], ["json"]], ids=["spawned", "forked"])


def snapshot(bench, **files):
    entries = [
        {
            "path": path.replace("__", "/").replace("_py", ".py").replace("_nb", ".ipynb"),
            "digest": bench.blobs.put(text.encode()),
            "size": len(text),
            "mode": 0o644,
        }
        for path, text in files.items()
    ]
    return bench.blobs.put(json.dumps({"files": entries}).encode())


@both_ways
def test_a_script_is_main_with_its_folder_and_the_snapshot_on_the_path(bench, preload):
    tree = snapshot(
        bench,
        tools__main_py="import sys, beside, top\n"
        "print(__name__, __file__, sys.argv[1:], beside.x + top.x)",
        tools__beside_py="x = 1",
        top_py="x = 2",
    )
    run = ScriptRun(path="tools/main.py", args=["a", "b c"])
    job = bench.start_run(run, snapshot=tree, preload=preload)
    assert bench.wait(job).exit.kind is ExitKind.SUCCEEDED
    (line,) = bench.text(job, 0)
    assert line.startswith("__main__ ")
    assert line.endswith("tools/main.py ['a', 'b c'] 3")


@both_ways
def test_a_module_runs_as_main(bench, preload):
    tree = snapshot(
        bench,
        pkg____init___py="",
        pkg__run_py="import sys\nprint(__name__, __package__, sys.argv[1:])",
    )
    job = bench.start_run(ModuleRun(module="pkg.run", args=["x"]), snapshot=tree, preload=preload)
    bench.wait(job)
    assert bench.text(job, 0) == ["__main__ pkg ['x']"]


@both_ways
@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit('sorry')", 1, "sorry"),
        ("import sys; sys.exit()", 0, ""),
        ("raise ValueError('wrong')", 1, "ValueError: wrong"),
        ("import os; os._exit(9)", 9, ""),
        ("import atexit; atexit.register(print, 'bye')", 0, "bye"),
        ("import threading; threading.Timer(0.2, print, ['late']).start()", 0, "late"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGINT)", None, "KeyboardInterrupt"),
    ],
)
def test_it_ends_as_python_would(bench, preload, source, code, said):
    job = bench.start(source, preload=preload)
    bench.wait(job)
    assert bench.events(job, "rank_exited")[0]["code"] == code
    assert not said or bench.text(job, 0)[-1] == said


@both_ways
def test_a_traceback_begins_with_the_users_own_line(bench, preload):
    job = bench.start("def f():\n    1 / 0\n\nf()", preload=preload)
    bench.wait(job)
    said = bench.text(job, 0)
    assert said[0] == "Traceback (most recent call last):"
    assert 'ogai_cell.py", line 4' in said[1]
    assert not [line for line in said if "agent" in line]


@both_ways
def test_a_function_comes_with_its_arguments_and_its_module(bench, preload):
    tree = snapshot(bench, helper_py="def double(x):\n    return 2 * x")

    def work(x, *, y):
        import helper

        print("got", helper.double(x), y)
        return x + y

    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    try:
        payload = base64.b64encode(cloudpickle.dumps((work, (3,), {"y": 4}))).decode()
    finally:
        cloudpickle.unregister_pickle_by_value(sys.modules[__name__])
    job = bench.start_run(FunctionRun(name="work", payload=payload), snapshot=tree, preload=preload)
    assert bench.wait(job).exit.kind is ExitKind.SUCCEEDED
    assert bench.text(job, 0) == ["got 6 4"]
    assert pickle.loads((bench.folder(job) / "output" / "result.pickle").read_bytes()) == 7


@both_ways
def test_main_can_be_pickled_and_spawned_by_multiprocessing(bench, preload):
    source = """
import multiprocessing

class Thing:
    pass

def work(thing):
    return type(thing).__name__

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(work, [Thing()]))
"""
    job = bench.start(source, preload=preload)
    bench.wait(job)
    assert bench.text(job, 0) == ["['Thing']"]


@both_ways
def test_a_cell_may_hold_magics(bench, preload):
    job = bench.start_run(CellRun(source="x = 2\n!echo shell {x}\n%env MAGIC=1\n"), preload=preload)
    assert bench.wait(job).exit.kind is ExitKind.SUCCEEDED
    assert "shell 2" in "\n".join(bench.text(job, 0))


@both_ways
def test_a_notebook_is_executed_with_parameters_and_kept(bench, preload):
    cells = [
        nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(
            "import os\nfrom ogai_lab.core import records\nrecords.log({'x': x})\n"
            "print('x is', x, os.environ['RANK'])\nx + 1"
        ),
    ]
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    tree = snapshot(bench, study_nb=text)
    job = bench.start_run(
        NotebookRun(path="study.ipynb", parameters={"x": 41}), snapshot=tree, preload=preload
    )
    assert bench.wait(job).exit.kind is ExitKind.SUCCEEDED, bench.text(job)
    assert bench.text(job, 0, "stdout") == ["x is 41 0", "42"]
    assert [r["metrics"] for r in bench.records(job) if r["kind"] == "metric"] == [{"x": 41.0}]
    assert bench.text(job, 0, "stderr") == []
    executed = nbformat.read(bench.folder(job) / "output" / "study.ipynb", as_version=4)
    assert executed.cells[1].source == "# Parameters\nx = 41"


def test_a_notebook_that_fails_names_its_error(bench):
    text = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")]))
    tree = snapshot(bench, study_nb=text)
    job = bench.start_run(NotebookRun(path="study.ipynb"), snapshot=tree)
    seen = bench.wait(job)
    assert seen.exit.kind is ExitKind.PROGRAM_ERROR
    assert "ZeroDivisionError" in seen.exit.message
    assert (bench.folder(job) / "output" / "study.ipynb").exists()


@both_ways
def test_metrics_and_outputs_are_records(bench, preload):
    source = """
from ogai_lab.core import records
records.log({"loss": 1.5, "bad": float("nan")}, step=3)
records.output("model", "model")
"""
    job = bench.start(source, preload=preload)
    bench.wait(job)
    (metric,) = (r for r in bench.records(job) if r["kind"] == "metric")
    assert (metric["metrics"], metric["step"], metric["rank"]) == ({"loss": 1.5, "bad": None}, 3, 0)
    assert bench.events(job, "output")[0]["value"] == "model"


def test_forked_ranks_share_the_preload_and_differ_in_everything_else(bench):
    tree = snapshot(bench, heavy_py="import os\nloaded = os.getpid()")
    source = "import heavy, os\nmine = os.getpid()\n"
    source += "print(heavy.loaded != mine, heavy.loaded, os.getppid(), os.environ['RANK'])"
    job = bench.start(source, snapshot=tree, preload=["heavy"], processes=2)
    bench.wait(job)
    one, two = (bench.text(job, rank)[0].split() for rank in (0, 1))
    assert one[:2] == two[:2] == ["True", one[1]]
    assert one[2] == two[2] == str(bench.agent_pid(job))
    assert (one[3], two[3]) == ("0", "1")


@pytest.mark.parametrize(
    ("heavy", "reason"),
    [
        ("import nothing_like_this", "No module named 'nothing_like_this'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        (
            "import threading\nthreading.Timer(60, print).start()",
            "threads",
        ),
    ],
)
def test_a_preload_that_cannot_be_forked_is_told_and_ranks_are_spawned(bench, heavy, reason):
    tree = snapshot(bench, heavy_py=heavy)
    job = bench.start("print('ran')", snapshot=tree, preload=["heavy"])
    assert bench.wait(job).exit.kind is ExitKind.SUCCEEDED
    assert bench.text(job, 0) == ["ran"]
    assert reason in bench.events(job, "not_warm")[0]["reason"]


def test_a_python_that_does_not_exist_is_named(bench):
    job = bench.start("print(1)", python="/no/such/python", preload=["json"])
    seen = bench.wait(job)
    assert seen.exit.kind is ExitKind.START_FAILED
    assert "/no/such/python" in seen.exit.message


@both_ways
def test_a_rank_that_finds_a_disk_full_is_told_apart(bench, preload):
    job = bench.start("open('/dev/full', 'w', buffering=1).write('checkpoint\\n')", preload=preload)
    seen = bench.wait(job)
    assert seen.exit.kind is ExitKind.STORAGE_FULL
    assert "No space left on device" in seen.exit.message
    assert "Free some space" in seen.exit.action


def test_what_a_rank_said_last_is_plain_and_its_log_keeps_the_colours(bench):
    error = "\x1b[1;31mValueError\x1b[0m: bad \x1b]0;title\x07\x08value"
    job = bench.start(f"import sys\nprint({error!r}, file=sys.stderr)\nsys.exit(1)")
    seen = bench.wait(job)
    assert seen.exit.message == "Rank 0 exited with code 1: ValueError: bad value"
    assert seen.exit.tail == ["ValueError: bad value"]
    assert bench.text(job, 0) == [error]


@both_ways
def test_a_module_that_exits_when_it_is_imported_says_so(bench, preload):
    tree = snapshot(
        bench, main_py="import settings\nprint('never')", settings_py="raise SystemExit('no key')"
    )
    job = bench.start_run(ScriptRun(path="main.py"), snapshot=tree, preload=preload)
    seen = bench.wait(job)
    assert seen.exit.kind is ExitKind.PROGRAM_ERROR
    assert seen.exit.message == "Rank 0 exited with code 1: no key"
    assert bench.text(job, 0) == ["no key"]
