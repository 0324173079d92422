"""The `ogai` command, in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ServerStarter

ROOT = Path(__file__).parents[2]
Ogai = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = [sys.executable, "-m", "ogai_lab.commands"]


def surroundings(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OGAI_", "JUPYTER"))}
    return kept | {"OGAI_HOME": str(home), "OGAI_LANG": "en", "PYTHONPATH": str(ROOT)}


@pytest.fixture
def ogai(tmp_path: Path) -> Ogai:
    """Run the command in a folder, with a home of its own."""

    def run(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *words],
            cwd=tmp_path,
            env=surroundings(tmp_path / "home"),
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
            **more,
        )

    return run


def test_run_follows_a_job_and_ends_as_it_ends(ogai: Ogai, tmp_path: Path) -> None:
    (tmp_path / "greet.py").write_text("import sys; print('hello', *sys.argv[1:])")
    well = ogai("run", "-p", "2", "--", "python", "greet.py", "--json", "x")
    assert (well.returncode, sorted(well.stdout.splitlines())) == (
        0,
        ["[0] hello --json x", "[1] hello --json x"],
    )
    (tmp_path / "fail.py").write_text("print('before'); raise SystemExit(3)")
    ill = ogai("run", "fail.py")
    assert ill.returncode == 1
    assert ill.stdout == "before\n"
    assert "why:" in ill.stderr
    assert "Traceback" not in ill.stderr
    listed = json.loads(ogai("jobs", "--json").stdout)
    assert [job["state"] for job in listed["items"]] == ["failed", "succeeded"]
    assert ogai("jobs", "--state", "failed").stdout.count("fail.py") == 1


def test_run_prints_the_ended_job_as_json(ogai: Ogai) -> None:
    ran = ogai("run", "--json", "-l", "team=a", "-e", "X=7", "--", "sh", "-c", "exit $((X - 7))")
    job = json.loads(ran.stdout)
    assert (job["state"], job["spec"]["labels"]) == ("succeeded", {"team": "a"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frobnicate"], "frobnicate"),
        (["run"], "nothing to run"),
        (["run", "missing.py"], "missing.py"),
        (["run", "--nodes", "many", "x"], "--nodes"),
        (["run", "-e", "novalue", "x"], "novalue"),
        (["run", "--memory", "lots", "--", "true"], "memory"),
        (["jobs", "--state", "happy"], "happy"),
        (["usage", "--by", "color"], "color"),
    ],
)
def test_wrong_usage_names_what_is_wrong(ogai: Ogai, words: list[str], said: str) -> None:
    ran = ogai(*words)
    assert ran.returncode == 2
    assert said in ran.stderr
    assert "next:" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_what_is_not_there_is_an_error_of_three_lines(ogai: Ogai) -> None:
    ran = ogai("explain", "nosuchjob")
    assert ran.returncode == 1
    assert "nosuchjob" in ran.stderr
    assert len(ran.stderr.splitlines()) <= 3


def test_control_c_leaves_the_job_running(ogai: Ogai, tmp_path: Path) -> None:
    may_end = tmp_path / "may_end"
    script = f"""
import pathlib, time
print("up", flush=True)
latest = time.monotonic() + 120
while not pathlib.Path({str(may_end)!r}).exists() and time.monotonic() < latest:
    time.sleep(0.1)
print("done")
"""
    (tmp_path / "long.py").write_text(script)
    process = subprocess.Popen(
        [*COMMAND, "run", "long.py"],
        cwd=tmp_path,
        env=surroundings(tmp_path / "home"),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Tests that run in the background of a shell ignore Ctrl-C, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGINT)
    _out, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "goes on" in told
    assert "ogai logs -f" in told
    may_end.touch()
    followed = ogai("logs", "-f", "long.py")
    assert (followed.returncode, followed.stdout) == (0, "up\ndone\n")


def test_a_reader_that_has_seen_enough_is_no_error(ogai: Ogai, tmp_path: Path) -> None:
    ogai("run", "--", "seq", "5000")
    shell = f"{' '.join(COMMAND)} logs --tail 5000 seq | head -2"
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", shell],
        cwd=tmp_path,
        env=surroundings(tmp_path / "home"),
        text=True,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_running_server_is_found(start_server: ServerStarter, ogai: Ogai, tmp_path: Path) -> None:
    server = start_server(base="/user/me")
    environment = surroundings(tmp_path / "unused") | {
        "JUPYTER_RUNTIME_DIR": str(server.folder / "runtime"),
        "HOME": str(tmp_path),
    }
    del environment["OGAI_HOME"]
    (tmp_path / "greet.py").write_text("print('hello')")
    ran = subprocess.run(
        [*COMMAND, "run", "greet.py"],
        cwd=tmp_path,
        env=environment,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "hello\n"), ran.stderr
    with server.client() as client:
        deadline = time.monotonic() + 60
        while not (items := client.get("/ogai/scheduler/jobs").json()["items"]):
            assert time.monotonic() < deadline
    assert items[0]["name"] == "greet.py"


def test_an_option_that_is_not_there_leads_to_the_help_of_its_verb(ogai: Ogai) -> None:
    assert "ogai run --help" in ogai("run", "--cores", "2", "x.py").stderr


def test_the_version_and_the_help_need_no_home(ogai: Ogai, tmp_path: Path) -> None:
    assert ogai("--version").returncode == 0
    assert "explain" in ogai("--help").stdout
    assert ogai("help").stdout == ogai("--help").stdout
    assert ogai("help", "run").stdout == ogai("run", "--help").stdout
    assert not (tmp_path / "home").exists()


def test_logs_are_printed_as_they_were_said_or_as_json_lines(ogai: Ogai) -> None:
    ogai("run", "--", "printf", "one\\ntwo\\n")
    assert ogai("logs", "printf").stdout == "one\ntwo\n"
    lines = ogai("logs", "-f", "printf", "--json").stdout.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["one", "two"]


def test_an_empty_list_says_what_would_fill_it(ogai: Ogai) -> None:
    assert "ogai.register" in ogai("models").stdout
    assert "ogai run" in ogai("jobs").stdout
    assert json.loads(ogai("models", "--json").stdout) == []


def test_a_forgotten_id_starts_no_session(ogai: Ogai) -> None:
    for what in (["--stop"], ["--restart"], ["--extend", "30m"]):
        ran = ogai("session", *what)
        assert ran.returncode != 0
        assert f"{what[0]} needs the id of a session" in ran.stderr
    assert "session" not in ogai("jobs").stdout
