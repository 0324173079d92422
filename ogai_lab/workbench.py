"""The workbench: the services, built on one home folder, or their remote twins.

`Workbench.local()` and `Workbench.connect(url)` are interchangeable. A service is made, and its
libraries imported, when it is first used.
"""

from __future__ import annotations

import functools
import importlib
import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from ogai_lab.core.operations import Service

if TYPE_CHECKING:
    from ogai_lab.cluster.service import Cluster
    from ogai_lab.cluster.simulated.rack import Holding, Size
    from ogai_lab.cluster.telemetry.source import Glance, Source
    from ogai_lab.core.activity import Activity
    from ogai_lab.core.blobs import BlobStore
    from ogai_lab.core.database import Database
    from ogai_lab.core.events import EventLog
    from ogai_lab.core.home import Home
    from ogai_lab.data.service import Data
    from ogai_lab.models.comparisons import Comparisons
    from ogai_lab.models.service import Models
    from ogai_lab.scheduler.clusters.service import Clusters
    from ogai_lab.scheduler.engines.base import Engine
    from ogai_lab.scheduler.engines.kubernetes.fleet import Fleet
    from ogai_lab.scheduler.launch.service import Launch
    from ogai_lab.scheduler.queues import QueueConfig
    from ogai_lab.scheduler.service import Scheduler
    from ogai_lab.scheduler.sessions.culling import Watch
    from ogai_lab.scheduler.sessions.service import Sessions
    from ogai_lab.scheduler.types import Node
    from ogai_lab.training.service import Training

_SERVICES = {
    "activity": ("ogai_lab.core.activity", "Activity"),
    "cluster": ("ogai_lab.cluster.service", "Cluster"),
    "scheduler": ("ogai_lab.scheduler.service", "Scheduler"),
    "data": ("ogai_lab.data.service", "Data"),
    "training": ("ogai_lab.training.service", "Training"),
    "models": ("ogai_lab.models.service", "Models"),
    "launch": ("ogai_lab.scheduler.launch.service", "Launch"),
    "clusters": ("ogai_lab.scheduler.clusters.service", "Clusters"),
    "comparisons": ("ogai_lab.models.comparisons", "Comparisons"),
    "sessions": ("ogai_lab.scheduler.sessions.service", "Sessions"),
}


def service_types() -> dict[str, type[Service]]:
    """Return the class of every service, by its name on the workbench."""
    return {name: _service_type(name) for name in _SERVICES}


def _service_type(name: str) -> type[Service]:
    module, kind = _SERVICES[name]
    found: type[Service] = getattr(importlib.import_module(module), kind)
    return found


class Workbench:
    """All services, made by `make` when they are first asked for.

    Parameters
    ----------
    make
        Returns the service of a name; called once for each name.
    close
        Gives back what the services hold.
    """

    def __init__(
        self, make: Callable[[str], Any], close: Callable[[], None] = lambda: None
    ) -> None:
        self._make = make
        self._close = close
        self._made: dict[str, Any] = {}
        self._lock = threading.RLock()

    @classmethod
    def local(
        cls,
        home: Home | str | os.PathLike[str] | None = None,
        *,
        lead: bool = True,
        queues: tuple[QueueConfig, ...] = (),
    ) -> LocalWorkbench:
        """Return a workbench whose services run in this process.

        Parameters
        ----------
        home
            The home folder or its path; the default home when left out.
        lead
            Whether this process may lead the local queue, while no other does.
        queues
            The queues and their limits; one without limits when empty.

        Raises
        ------
        InvalidInput
            When the home folder cannot be made or written.
        """
        return LocalWorkbench(home, lead=lead, queues=queues)

    @classmethod
    def connect(
        cls, url: str, token: str | None = None, *, certificate: str | None = None
    ) -> Workbench:
        """Return a workbench whose services run in the Jupyter server at `url`.

        Parameters
        ----------
        url
            The server's address, as the browser shows it.
        token
            A token of the server, or of one of its kernels; the one in the address when left out.
        certificate
            The file of the server's own certificate, where no authority vouches for it.

        Raises
        ------
        InvalidInput
            When it is not the address of a server, or the certificate cannot be read.
        """
        from ogai_lab.core.http import HttpTransport
        from ogai_lab.core.remote import remote

        transport = HttpTransport(url, token, certificate=certificate)
        return cls(lambda name: remote(_service_type(name), transport), transport.close)

    @property
    def activity(self) -> Activity:
        """The event log of all layers."""
        return cast("Activity", self.service("activity"))

    @property
    def cluster(self) -> Cluster:
        """The machines."""
        return cast("Cluster", self.service("cluster"))

    @property
    def scheduler(self) -> Scheduler:
        """Nodes, queues and jobs."""
        return cast("Scheduler", self.service("scheduler"))

    @property
    def data(self) -> Data:
        """Corpora and what was made of them."""
        return cast("Data", self.service("data"))

    @property
    def training(self) -> Training:
        """Recipes, plans and training runs."""
        return cast("Training", self.service("training"))

    @property
    def models(self) -> Models:
        """The model registry."""
        return cast("Models", self.service("models"))

    @property
    def launch(self) -> Launch:
        """What comes before a job: what is free, previews, templates."""
        return cast("Launch", self.service("launch"))

    @property
    def clusters(self) -> Clusters:
        """Clusters that are not this machine: what each has, and whether one may use it."""
        return cast("Clusters", self.service("clusters"))

    @property
    def comparisons(self) -> Comparisons:
        """Comparisons of versions, document by document."""
        return cast("Comparisons", self.service("comparisons"))

    @property
    def sessions(self) -> Sessions:
        """Jobs that keep a Jupyter kernel."""
        return cast("Sessions", self.service("sessions"))

    def service(self, name: str) -> Any:
        """Return the service of this name."""
        with self._lock:
            if name not in self._made:
                self._made[name] = self._make(name)
            return self._made[name]

    def services(self) -> tuple[Service, ...]:
        """Return every service."""
        return tuple(self.service(name) for name in _SERVICES)

    def close(self) -> None:
        """Give back what the services hold; jobs run on. Idempotent."""
        with self._lock:
            close, self._close = self._close, lambda: None
        close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


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
        kind: Any = _service_type(name)
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
        from ogai_lab.workbench_clusters import ClusterNodes

        return ClusterNodes(self.fleet.member(cluster))

    def _inventory(self) -> list[Node]:
        """Return the nodes of the local engine: this machine, or those of a simulated rack."""
        return [_node(glance) for glance in self.cluster.glances()]

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


def _node(glance: Glance) -> Node:
    """Return a node as the scheduler sees it, without its jobs."""
    from ogai_lab.scheduler.types import Gpu, Node

    gpus = [
        Gpu(
            index=gpu.index,
            name=gpu.name,
            uuid=gpu.uuid,
            memory=gpu.memory or 0,
            memory_used=gpu.memory_used,
            utilization=gpu.utilization,
            temperature=gpu.temperature,
            problem=gpu.problem,
        )
        for gpu in glance.gpus
    ]
    return Node(
        name=glance.name,
        state=glance.state,
        cpus=glance.cpus,
        cpus_free=glance.cpus,
        memory=glance.memory,
        memory_free=glance.memory,
        gpus=gpus,
        gpus_free=sum(not gpu.problem for gpu in gpus),
        rack=glance.rack,
        labels=dict(glance.labels),
        health=glance.health,
        cpu=glance.cpu,
        memory_used=glance.memory_used,
    )
