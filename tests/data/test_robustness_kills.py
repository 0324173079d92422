"""Kill -9 at random points: what a run leaves, the next one finishes, to the same bytes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data.checking import canonical
from ogai_lab.data.types import Pipeline
from tests.data import chain
from tests.data.forker import SMALL_SHARD, SMALL_TASK

REPOSITORY = Path(__file__).parents[2]
KILLS, IN_A_ROW = 50, 5
_SMALL = (
    "import sys; from ogai_lab.data import reading, runner, writing; "
    f"reading._TASK_BYTES, writing._SHARD_BYTES = {SMALL_TASK}, {SMALL_SHARD}; "
    "sys.exit(runner.main())"
)


class Forker:
    """The process that forks runs."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "log"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.data.forker"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdin is not None
        self._asks, self._answers = self._process.stdin, self._process.stdout
        assert self._answers.readline() == "ready\n"

    def run(self, case: Case, after: int | None = None) -> dict[str, Any]:
        """Run a case, killed before its `after`-th operation on files."""
        asked = {
            "args": [case.digest, "--executor", "threads", "--workers", "2", "--out", case.out],
            "blobs": case.store.url,
            "folder": str(case.folder),
            "after": after,
            "log": str(self._log),
        }
        self._asks.write(json.dumps(asked) + "\n")
        self._asks.flush()
        answer: dict[str, Any] = json.loads(self._answers.readline())
        assert answer["code"] in (0, -signal.SIGKILL), self._log.read_text()
        return answer

    def close(self) -> None:
        self._asks.close()
        self._process.wait(30)
        self._answers.close()


class Case:
    """A store and an output folder of their own, for a pipeline."""

    def __init__(self, folder: Path, pipeline: Pipeline) -> None:
        folder.mkdir()
        self.folder = folder
        self.out = str(folder / "out")
        self.store = BlobStore(str(folder / "blobs"))
        self.digest = self.store.put(canonical(pipeline))

    @property
    def made(self) -> dict[str, bytes]:
        return chain.contents(Path(self.out))


@pytest.fixture(scope="module")
def forker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forker]:
    found = Forker(tmp_path_factory.mktemp("forker"))
    yield found
    found.close()


@pytest.fixture
def over(tmp_path: Path) -> Pipeline:
    return chain.pipeline(chain.write(tmp_path / "in"))


def test_killed_at_fifty_random_points_it_ends_with_the_same_bytes(
    over: Pipeline, forker: Forker, tmp_path: Path
) -> None:
    calm = Case(tmp_path / "calm", over)
    whole = forker.run(calm)["operations"]
    expected = calm.made
    assert set(chain.check_account(Path(calm.out), over).values()) >= {
        "kept", "heldout", "damaged", "too_short", "gambling", "exact_duplicate", "near_duplicate"
    }  # fmt: skip
    chance = random.Random(20)
    kills = cases = 0
    while kills < KILLS:
        cases += 1
        rough = Case(tmp_path / f"rough{cases}", over)
        for turn in range(IN_A_ROW):
            # What is known already is not done again: later turns have fewer operations.
            kills += forker.run(rough, chance.randint(1, whole // (turn + 1)))["code"] != 0
        forker.run(rough)
        assert rough.made == expected
    print(f"{kills} kills, of {whole} points each, {cases} runs finished to the same bytes")


def test_killed_while_it_claims_its_folder_it_goes_on(
    over: Pipeline, forker: Forker, tmp_path: Path
) -> None:
    first = Case(tmp_path / "case", over)
    for after in range(1, 13):
        forker.run(first, after)
    forker.run(first)
    chain.check_account(Path(first.out), over)
    assert not [name for name in first.made if name.endswith(".part")]


def test_a_runner_with_worker_processes_killed_at_any_time(
    over: Pipeline, forker: Forker, tmp_path: Path
) -> None:
    calm, rough = Case(tmp_path / "calm", over), Case(tmp_path / "rough", over)
    forker.run(calm)
    chance = random.Random(7)
    kills = 0
    seconds = 4.0
    for turn in range(5):
        environment = {**os.environ, "OGAI_BLOBS_URL": rough.store.url}
        process = subprocess.Popen(
            [sys.executable, "-c", _SMALL, rough.digest, "--workers", "2", "--out", rough.out],
            cwd=REPOSITORY,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        start = time.monotonic()
        try:
            _, said = process.communicate(timeout=seconds * chance.random() if turn < 4 else 240)
        except subprocess.TimeoutExpired:
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            process.communicate()
            _, alive = psutil.wait_procs(children, timeout=60)
            assert not alive, "a worker outlives its run"
            kills += 1
        else:
            assert process.returncode == 0, said
            seconds = time.monotonic() - start
    print(f"{kills} kills of a runner with worker processes")
    assert rough.made == calm.made
