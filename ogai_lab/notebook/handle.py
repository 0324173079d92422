"""A job in the user's hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.commands.comparing import job_error
from ogai_lab.commands.forms import view_of
from ogai_lab.commands.forms.jobs import job_view
from ogai_lab.commands.forms.records import metrics_view, records_view
from ogai_lab.commands.text import text
from ogai_lab.core.errors import Conflict, NotFound, OgaiError
from ogai_lab.core.operations import Caller
from ogai_lab.locale import _
from ogai_lab.notebook.display import Listing, bundle, in_notebook, running_shell, show
from ogai_lab.notebook.live import LiveJob
from ogai_lab.notebook.waiting import shown_here
from ogai_lab.notebook.waiting import wait as wait_for
from ogai_lab.scheduler.types import Attempt, Explanation, Job, JobState

if TYPE_CHECKING:
    from ogai_lab.notebook.widgets import JobView
    from ogai_lab.workbench import Workbench


class JobFailed(Conflict):
    """A job that was waited for did not succeed; `job` is the handle."""

    title = "The job did not succeed"

    def __init__(self, error: OgaiError, job: JobHandle) -> None:
        super().__init__(error.message, cause=error.cause, action=error.action)
        self.job = job


class JobHandle:
    """One job: follow it, ask it, end it.

    Parameters
    ----------
    job
        The job as it was last seen.
    workbench
        Whom to ask about it.
    """

    def __init__(self, job: Job, workbench: Workbench) -> None:
        self._job = job
        self._workbench = workbench
        self._shown_in: Any = None

    @property
    def id(self) -> str:
        """The job's id."""
        return self._job.id

    @property
    def name(self) -> str:
        """The job's name."""
        return self._job.name

    @property
    def state(self) -> JobState:
        """Where the job is now."""
        return self.refresh().state

    @property
    def outputs(self) -> dict[str, str]:
        """What the job reported by `ogai_lab.output`."""
        return self.refresh().outputs

    @property
    def output(self) -> Path | None:
        """The folder for its files, where it has one."""
        folder = self.refresh().output
        return None if folder is None else Path(folder)

    def refresh(self) -> Job:
        """Return the job as it is now. One that is over does not change any more."""
        if not self._job.state.final:
            self._job = self._workbench.scheduler.job(self.id)
        return self._job

    def wait(self, timeout: float | None = None, *, check: bool = True) -> JobHandle:
        """Wait until the job is over, and show it meanwhile.

        Interrupting the kernel ends the waiting, not the job.

        Parameters
        ----------
        timeout
            Seconds to wait at most; for as long as it takes when left out.
        check
            Whether to raise when the job did not succeed.

        Raises
        ------
        JobFailed
            When the job is over, did not succeed, and `check` is true.
        """
        live = LiveJob.open(self._workbench, self._job)
        try:
            wait_for(live, timeout, shown_here())
        finally:
            self._job = live.job
            live.close()
        self._shown_in = _cell_number()
        if not self._job.state.final and live.problem:
            self.refresh()
        error = job_error(self._job)
        if check and error is not None:
            if in_notebook():
                error.cause = error.cause.partition("\n")[0]  # the card above shows the rest
            raise JobFailed(error, self)
        return self

    def logs(self, tail: int = 200, *, rank: int | None = None) -> Listing:
        """Return the last lines that the job printed, as a list that shows itself.

        Parameters
        ----------
        tail
            How many.
        rank
            Only those of this rank; of all when left out.
        """
        chunk = self._workbench.scheduler.logs(self.id, tail=tail, rank=rank, kind=["text"])
        lines = [record.text or "" for record in chunk.records]
        return Listing(lines, records_view(chunk.records))

    def metrics(self, *names: str, points: int = 2000) -> Listing:
        """Return the points of the job's curves, as a list that shows itself as charts.

        Parameters
        ----------
        names
            Only these curves; all when there are none.
        points
            At most so many points a curve; spikes are kept.
        """
        found = self._workbench.scheduler.metrics(self.id, name=list(names) or None, points=points)
        return Listing(found, metrics_view(found))

    def explain(self) -> Explanation:
        """Say why the job is where it is, and what would change that."""
        return self._workbench.scheduler.explain(self.id)

    def attempts(self) -> Listing:
        """Return the tries of the job."""
        found: Sequence[Attempt] = self._workbench.scheduler.attempts(self.id)
        return Listing(found, view_of(found, "attempts"))

    def cancel(self) -> JobHandle:
        """End the job; one that is over stays as it is."""
        self._job = self._workbench.scheduler.cancel(self.id, Caller.local())
        return self

    def result(self) -> Any:
        """Wait for a function's job and return what the function returned, on rank 0.

        Raises
        ------
        JobFailed
            When the function raised.
        NotFound
            When the job's outputs cannot be read from here.
        """
        self.wait()
        folder = self._job.output
        if folder is None or not Path(folder).is_dir():
            raise NotFound(
                _("The outputs of the job {id} cannot be read from here.").format(id=self.id),
                action=_("Read them where the job ran."),
            )
        file = Path(folder) / "result.pickle"
        if not file.exists():
            return None
        import cloudpickle

        with file.open("rb") as opened:
            return cloudpickle.load(opened)

    def view(self) -> JobView:
        """Return a live widget of the job."""
        from ogai_lab.notebook.widgets import JobView

        return JobView(self)

    def _ipython_display_(self) -> None:
        number = _cell_number()
        if number is not None and self._shown_in == number:
            return  # `job.wait()` at the end of a cell: the card is there already
        show(self._repr_mimebundle_())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        job = self.refresh()
        return bundle(job_view(job), job)

    def __repr__(self) -> str:
        return text(job_view(self._job))


def _cell_number() -> Any:
    shell = running_shell()
    return getattr(shell, "execution_count", None) if hasattr(shell, "kernel") else None
