"""Jobs that can say more: what a data run made, what a training cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ogai_lab.commands.forms.jobs import job_list
from ogai_lab.notebook.corpus import DataJob as DataJob
from ogai_lab.notebook.crawls import CrawlJob
from ogai_lab.notebook.display import Listing
from ogai_lab.notebook.handle import JobHandle
from ogai_lab.scheduler.types import Job

if TYPE_CHECKING:
    from ogai_lab.workbench import Workbench


class TrainingJob(JobHandle):
    """A training; `goodput` says what it cost."""

    def goodput(self) -> Listing:
        """Say where the time went and how much of the machine was used; shows itself.

        The list holds the `Goodput`. The three shares of the peak are shown together with it.
        """
        from ogai_lab.commands.forms.training import cost_view

        found = self._workbench.training.goodput(self.id)
        return Listing([found], cost_view(found, self.refresh().metrics))


_KINDS: dict[str, type[JobHandle]] = {
    "crawl": CrawlJob,
    "data": DataJob,
    "training": TrainingJob,
}


def handle(job: Job, workbench: Workbench) -> Any:
    """Return the handle that fits the kind of a job."""
    return _KINDS.get(job.spec.labels.get("kind", ""), JobHandle)(job, workbench)


def handles(jobs: Sequence[Job], workbench: Workbench, total: int) -> Listing:
    """Return jobs as a list of handles that shows itself as a table."""
    return Listing([handle(job, workbench) for job in jobs], job_list(jobs, total))
