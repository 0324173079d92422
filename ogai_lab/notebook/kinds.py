"""Jobs that can say more: what a data run made, what a training cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ogai_lab.commands.forms.jobs import job_list
from ogai_lab.core.errors import Conflict
from ogai_lab.locale import _
from ogai_lab.notebook.display import Listing
from ogai_lab.notebook.handle import JobHandle
from ogai_lab.scheduler.types import Job

if TYPE_CHECKING:
    from ogai_lab.data.types import LedgerPage, Manifest
    from ogai_lab.workbench import Workbench


class DataJob(JobHandle):
    """A run of a data pipeline; when it is over, `manifest` is what it made."""

    @property
    def digest(self) -> str:
        """The digest of the manifest, for `Recipe.data`.

        Raises
        ------
        Conflict
            When the job has made no manifest (yet).
        """
        digest = self.refresh().outputs.get("manifest")
        if digest is None:
            raise Conflict(
                _("The job {id} has made no manifest.").format(id=self.id),
                cause=_("It is {state}.").format(state=self._job.state.value),
                action=_("Wait for it with job.wait(), or see why with job.explain()."),
            )
        return digest

    @property
    def manifest(self) -> Manifest:
        """What the run made."""
        return self._workbench.data.manifest(self.digest)

    def ledger(self, reason: str | None = None, *, limit: int = 20, offset: int = 0) -> LedgerPage:
        """Return dropped documents, each with the rule that dropped it and the value it saw.

        Parameters
        ----------
        reason
            Only those dropped for this reason; all when left out.
        limit, offset
            How many, and how many to leave out before them.
        """
        return self._workbench.data.ledger(self.digest, reason, limit, offset)


class TrainingJob(JobHandle):
    """A training; `goodput` says what it cost."""

    def goodput(self) -> Listing:
        """Say where the time went and how much of the machine was used; shows itself.

        The list holds the `Goodput`. The three shares of the peak are shown together with it.
        """
        from ogai_lab.commands.forms.training import cost_view

        found = self._workbench.training.goodput(self.id)
        return Listing([found], cost_view(found, self.refresh().metrics))


_KINDS: dict[str, type[JobHandle]] = {"data": DataJob, "training": TrainingJob}


def handle(job: Job, workbench: Workbench) -> Any:
    """Return the handle that fits the kind of a job."""
    return _KINDS.get(job.spec.labels.get("kind", ""), JobHandle)(job, workbench)


def handles(jobs: Sequence[Job], workbench: Workbench, total: int) -> Listing:
    """Return jobs as a list of handles that shows itself as a table."""
    return Listing([handle(job, workbench) for job in jobs], job_list(jobs, total))
