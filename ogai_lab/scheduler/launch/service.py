"""The operations of a launch."""

from __future__ import annotations

import time
from typing import Annotated

from pydantic import Field, StringConstraints

from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.operations import Caller, Service, operation
from ogai_lab.core.types import JsonObject
from ogai_lab.scheduler import scene
from ogai_lab.scheduler.launch import offers
from ogai_lab.scheduler.launch import preview as previews
from ogai_lab.scheduler.launch.templates import Templates
from ogai_lab.scheduler.launch.types import Offers, Preview, Template
from ogai_lab.scheduler.service import Scheduler
from ogai_lab.scheduler.spec import JobSpec

Name = Annotated[str, StringConstraints(strip_whitespace=True), Field(min_length=1, max_length=200)]


class Launch(Service):
    """What comes before a job: what is free, what submitting would do, and templates."""

    route = "launch"
    resource = "ogai:jobs"

    def __init__(self, database: Database, events: EventLog, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._templates = Templates(database, events)

    @operation("GET", "/schema", action="read")
    def schema(self) -> JsonObject:
        """Return the JSON schema of a JobSpec: names, help, defaults and limits of its fields."""
        return JobSpec.model_json_schema()

    @operation("POST", "/preview", action="read")
    def preview(self, spec: JsonObject, caller: Caller) -> Preview:
        """Say what submitting a spec would do, and everything for which it would be refused."""
        return previews.preview(spec, caller.name, self._scheduler.ground)

    @operation("GET", "/free", action="read")
    def free(self) -> Offers:
        """Say what is free now, by queue, and when more will be."""
        ground = self._scheduler.ground
        with ground.database.read() as connection:
            active = scene.active(connection, ground.ledger, time.time())
            waiting = ground.ledger.lengths(connection)
        return offers.offers(ground.nodes, active, ground.queues, waiting, ground.led)

    @operation("GET", "/templates", action="read")
    def templates(self, caller: Caller) -> list[Template]:
        """List your templates, then those that others share."""
        return self._templates.visible(caller.name)

    @operation("PUT", "/templates", action="write")
    def save(self, name: Name, spec: JsonObject, caller: Caller, shared: bool = False) -> Template:
        """Keep fields of a spec under a name; what you kept under it before is replaced.

        Raises
        ------
        InvalidInput, TooLarge
            When a field is none of a spec, or they are too many bytes.
        """
        return self._templates.save(caller.name, name, spec, shared)

    @operation("POST", "/templates/rename", action="write")
    def rename(self, name: Name, to: Name, caller: Caller) -> Template:
        """Give one of your templates another name.

        Raises
        ------
        NotFound, Conflict
            When there is no such template of yours, or the other name is taken.
        """
        return self._templates.rename(caller.name, name, to)

    @operation("DELETE", "/templates", action="delete")
    def remove(self, name: Name, caller: Caller) -> None:
        """Remove one of your templates.

        Raises
        ------
        NotFound
            When there is no such template of yours.
        """
        self._templates.remove(caller.name, name)
