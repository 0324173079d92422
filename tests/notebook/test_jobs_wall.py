from __future__ import annotations

import pytest

from ogai_lab.commands.text import text
from ogai_lab.notebook.dashboards.jobs import waiting_view
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.types import Job, JobState


def test_why_a_job_waits_is_said_in_the_users_language(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = JobSpec.model_validate({"run": {"kind": "command", "argv": ["true"]}})
    job = Job(
        id="j1",
        name="one",
        owner="me",
        spec=spec,
        state=JobState.QUEUED,
        version=1,
        created=1.0,
        reason="The queue has no quota for nvidia.com/gpu.",
    )
    monkeypatch.setenv("OGAI_LANG", "zh_CN")
    assert "该队列没有 nvidia.com/gpu 的配额。" in text(waiting_view([job]))
