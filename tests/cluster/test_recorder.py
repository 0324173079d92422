"""Samples of this machine: taken while somebody looks or jobs run, and not otherwise."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from ogai_lab.cluster.telemetry.recorder import Recorder
from ogai_lab.cluster.types import UseSample


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def runs() -> threading.Event:
    """Set while jobs run."""
    return threading.Event()


@pytest.fixture
def recorder(runs: threading.Event) -> Iterator[Recorder]:
    def sample() -> UseSample:
        return UseSample(
            **{name: 0 for name in UseSample.model_fields if name not in ("gpus", "time")},
            time=time.time(),
        )

    made = Recorder(sample, runs.is_set, seconds=0.01, patience=0.05)
    yield made
    made.close()


def test_nothing_is_done_before_a_look_and_some_time_after_it(recorder: Recorder) -> None:
    assert not recorder.running
    recorder.touch()
    assert recorder.running
    _wait(lambda: len(recorder.since(0)) > 0)
    _wait(lambda: not recorder.running)
    recorder.touch()
    assert recorder.running


def test_it_goes_on_while_jobs_run(recorder: Recorder, runs: threading.Event) -> None:
    runs.set()
    recorder.touch()
    _wait(lambda: len(recorder.since(0)) > 20)
    assert recorder.running
    moment = recorder.since(0)[5].time
    assert recorder.since(moment)[0].time == moment
    runs.clear()
    _wait(lambda: not recorder.running)


def test_closed_it_takes_no_more(recorder: Recorder) -> None:
    recorder.touch()
    recorder.close()
    recorder.touch()
    assert not recorder.running
