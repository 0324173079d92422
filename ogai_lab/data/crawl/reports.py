"""What is known of a crawl: the numbers that its job tells, and the addresses once it is over."""

from __future__ import annotations

from pathlib import Path

from ogai_lab.core.blobs import BlobStore, check_digest
from ogai_lab.core.errors import NotFound
from ogai_lab.data.crawl.options import ARCHIVE, CrawlPages, CrawlReport
from ogai_lab.scheduler.spec import ModuleRun
from ogai_lab.scheduler.types import Job

_HEAD = "pages_"


def report(job: Job, blobs: BlobStore) -> CrawlReport:
    """Return what became of the pages of a crawl.

    Raises
    ------
    NotFound
        When the job is no crawl.
    """
    run = job.spec.run
    if job.spec.labels.get("kind") != "crawl" or not isinstance(run, ModuleRun):
        raise NotFound(
            f"The job {job.id} is no crawl.", action="Start one: ogai data crawl URL --out FOLDER"
        )
    out = run.args[run.args.index("--out") + 1]
    if "report" in job.outputs:
        found = CrawlPages.model_validate_json(blobs.get(check_digest(job.outputs["report"])))
    else:
        told = job.metrics.items()
        found = CrawlPages(
            pages={
                name.removeprefix(_HEAD): int(value)
                for name, value in told
                if name.startswith(_HEAD) and value is not None
            }
        )
    return CrawlReport(
        job=job.id, state=job.state, archive=str(Path(out, ARCHIVE)), **found.model_dump()
    )
