from __future__ import annotations

from ogai_lab.commands.forms.jobs import explanation_view
from ogai_lab.commands.text import text
from ogai_lab.scheduler.types import Explanation, JobState, Reason

LACK = "It waits for 4 GPUs; at most 2 GPUs free on one node now."
BEHIND = "1 job is ahead of it."


def test_each_thought_is_said_once() -> None:
    told = Explanation(
        job="j1",
        state=JobState.QUEUED,
        summary=f"{BEHIND} {LACK} It would start now with gpus=2.",
        reasons=[
            Reason(code="behind_others", text=BEHIND, action="Give it a timeout."),
            Reason(code="waits_for_gpus", text=LACK),
        ],
        would_start=["gpus=2"],
    )
    shown = text(explanation_view(told))
    for thought in (BEHIND, LACK, "Give it a timeout.", "gpus=2"):
        assert shown.count(thought) == 1, shown


def test_without_a_reason_the_summary_is_said() -> None:
    told = Explanation(job="j1", state=JobState.RUNNING, summary="It runs on n1.", reasons=[])
    assert "It runs on n1." in text(explanation_view(told))
