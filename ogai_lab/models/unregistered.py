"""Models that jobs made and that nobody has registered yet."""

from __future__ import annotations

import sqlalchemy as sa

from ogai_lab.core.database import Database
from ogai_lab.models.tables import versions
from ogai_lab.models.types import MadeModel
from ogai_lab.scheduler.service import Scheduler
from ogai_lab.scheduler.types import JobState

_NEWEST = 200
"""So many of the newest finished jobs are looked at."""


def unregistered(database: Database, scheduler: Scheduler) -> list[MadeModel]:
    """Return what finished jobs reported as their model and no version comes from, newest first."""
    made = [
        MadeModel(job=job.id, name=job.name, owner=job.owner, ended=job.ended)
        for job in scheduler.jobs(state=[JobState.SUCCEEDED], limit=_NEWEST).items
        if "model" in job.outputs
    ]
    if not made:
        return []
    with database.read() as connection:
        lineages = connection.execute(sa.select(versions.c.lineage)).scalars()
        known = {lineage.get("job") for lineage in lineages}
    return [one for one in made if one.job not in known]
