"""The workbench whose services run in this process, on one home folder."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, cast

from ogai_lab.core.operations import Service
from ogai_lab.workbench import Workbench, service_type

if TYPE_CHECKING:
    from ogai_lab.cluster.simulated.rack import Holding, Size
    from ogai_lab.cluster.telemetry.source import Source
    from ogai_lab.core.blobs import BlobStore
    from ogai_lab.core.database import Database
    from ogai_lab.core.events import EventLog
    from ogai_lab.core.home import Home
    from ogai_lab.scheduler.engines.base import Engine
    from ogai_lab.scheduler.engines.kubernetes.fleet import Fleet
    from ogai_lab.scheduler.queues import QueueConfig
    from ogai_lab.scheduler.service import Scheduler
    from ogai_lab.scheduler.sessions.culling import Watch
    from ogai_lab.scheduler.types import Node


class LocalWorkbench(Workbench):
    """A workbench whose services run in this process; see `Workbench.local`."""

    def __init__(
        self,
        home: Home | str | os.PathLike[str] | None = None,
        *,
        lead: bool = True,
        queues: tuple[QueueConfig, ...] = (),
    ) -> None:
        from ogai_lab.core.home import Home

        super().__init__(self._build, self._shut)
        self.home = home if isinstance(home, Home) else Home.open(home)
        self._queues = queues
        self._simulated = _simulated_size()
        self._leads = lead and self._simulated is None
        self._watch: Watch | None = None

    @functools.cached_property
    def database(self) -> Database:
        """The database that all services share."""
        from ogai_lab.core.database import Database

        return Database(self.home.database_url)

    @functools.cached_property
    def blobs(self) -> BlobStore:
        """The blob store that all services share."""
        from ogai_lab.core.blobs import BlobStore

        return BlobStore(self.home.blobs_url)

    @functools.cached_property
    def events(self) -> EventLog:
        """The event log that all services write."""
        from ogai_lab.core.events import EventLog

        return EventLog(self.database)

    @property
    def leads(self) -> bool:
        """Whether this process leads the local queue now."""
        scheduler = self._made.get("scheduler")
        return scheduler is not None and cast("Scheduler", scheduler).leads

    def _build(self, name: str) -> Service:
        kind: Any = service_type(name)
        match name:
            case "activity":
                service = kind(self.events)
            case "cluster":
                service = kind(self._telemetry(), self._telemetry_of)
            case "scheduler":
                service = self._scheduler(kind)
            case "models":
                service = kind(self.database, self.blobs, self.events, self.scheduler, self.home)
            case "launch":
                service = kind(self.database, self.events, self.scheduler)
            case "clusters":
                service = kind(self.home, self.fleet)
            case "comparisons":
                service = kind(self.models, self.blobs)
            case "sessions":
                service = kind(self.database, self.events, self.scheduler, self.home)
            case _:
                service = kind(self.database, self.blobs, self.events, self.scheduler)
        built: Service = service
        return built

    def _scheduler(self, kind: Any) -> Scheduler:
        from ogai_lab.scheduler.engines.local.engine import LocalEngine
        from ogai_lab.scheduler.engines.several import SeveralEngines

        here = LocalEngine(self.home, self.blobs, self._inventory)
        engine = SeveralEngines(here, self._engine_of, self._cluster_of, self._clusters_in_use)
        options = {"queues": self._queues} if self._queues else {}
        scheduler: Scheduler = kind(
            self.database, self.blobs, self.events, self.home, engine, **options
        )
        if self._leads:
            from ogai_lab.scheduler.sessions.book import Book
            from ogai_lab.scheduler.sessions.culling import Watch

            scheduler.lead()
            self._watch = Watch(Book(self.database, self.events), scheduler)
            self._watch.start()
        return scheduler

    @functools.cached_property
    def fleet(self) -> Fleet:
        """The clusters that jobs may name, each with one connection that all services share."""
        from ogai_lab.scheduler.engines.kubernetes.fleet import Fleet

        return Fleet(self.home.path)

    def _engine_of(self, cluster: str) -> Engine:
        """Return the engine of a cluster.

        Raises
        ------
        NotFound
            When there is none of this name.
        """
        from ogai_lab.scheduler.engines.kubernetes.engine import KubernetesEngine

        member = self.fleet.member(cluster)
        return KubernetesEngine(member.config, member.cache, self.home, self.blobs)

    def _cluster_of(self, job_id: str) -> str:
        from ogai_lab.scheduler.ledger import Ledger

        with self.database.read() as connection:
            return Ledger(self.events).cluster_of(connection, job_id)

    def _clusters_in_use(self) -> list[str]:
        from ogai_lab.scheduler.ledger import Ledger

        with self.database.read() as connection:
            return Ledger(self.events).clusters(connection)

    def _telemetry(self) -> Source:
        """Return what is known of the nodes: this machine, or a simulated rack."""
        if self._simulated is not None:
            from ogai_lab.cluster.simulated.rack import SimulatedRack

            return SimulatedRack(self._simulated, self._held)
        from ogai_lab.cluster.telemetry.here import ThisMachine

        return ThisMachine(self.home.path, self._jobs_run)

    def _telemetry_of(self, cluster: str) -> Source:
        """Return what is known of the nodes of a cluster."""
        from ogai_lab.workbench.clusters import ClusterNodes

        return ClusterNodes(self.fleet.member(cluster))

    def _inventory(self) -> list[Node]:
        """Return the nodes of the local engine: this machine, or those of a simulated rack."""
        from ogai_lab.workbench.nodes import scheduled

        return [scheduled(glance) for glance in self.cluster.glances()]

    def _jobs_run(self) -> bool:
        """Return whether jobs hold a part of the nodes now."""
        from ogai_lab.scheduler.ledger import Ledger

        with self.database.read() as connection:
            return bool(Ledger(self.events).active(connection, cluster=""))

    def _held(self) -> dict[str, Holding]:
        """Return what running jobs hold, by node: it makes a simulated rack busy."""
        from ogai_lab.cluster.simulated.rack import Holding
        from ogai_lab.scheduler.ledger import Ledger
        from ogai_lab.scheduler.occupancy import held

        with self.database.read() as connection:
            active = Ledger(self.events).active(connection, cluster="")
        return {node: Holding(cpus, gpus) for node, (cpus, gpus) in held(active).items()}

    def _shut(self) -> None:
        if "cluster" in self._made:
            self._made["cluster"].close()
        if self._watch is not None:
            self._watch.close()
        if "scheduler" in self._made:
            self._made["scheduler"].close()
        if "fleet" in self.__dict__:
            self.fleet.close()
        if "database" in self.__dict__:
            self.database.close()


def _simulated_size() -> Size | None:
    """Return the size of the rack that ``OGAI_SIMULATED`` asks for, None where it asks for none."""
    text = os.environ.get("OGAI_SIMULATED", "")
    if not text:
        return None
    from ogai_lab.cluster.simulated.rack import Size

    return Size.parse(text)
