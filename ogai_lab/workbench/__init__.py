"""The workbench: the services, built on one home folder, or their remote twins.

`Workbench.local()` and `Workbench.connect(url)` are interchangeable. A service is made, and its
libraries imported, when it is first used.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from ogai_lab.core.operations import Service

if TYPE_CHECKING:
    from ogai_lab.cluster.service import Cluster
    from ogai_lab.core.activity import Activity
    from ogai_lab.core.home import Home
    from ogai_lab.data.service import Data
    from ogai_lab.models.comparisons import Comparisons
    from ogai_lab.models.service import Models
    from ogai_lab.scheduler.clusters.service import Clusters
    from ogai_lab.scheduler.launch.service import Launch
    from ogai_lab.scheduler.queues import QueueConfig
    from ogai_lab.scheduler.service import Scheduler
    from ogai_lab.scheduler.sessions.service import Sessions
    from ogai_lab.training.service import Training
    from ogai_lab.workbench.local import LocalWorkbench

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
    return {name: service_type(name) for name in _SERVICES}


def service_type(name: str) -> type[Service]:
    """Return the class of the service of this name on the workbench."""
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
        from ogai_lab.workbench.local import LocalWorkbench

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
        return cls(lambda name: remote(service_type(name), transport), transport.close)

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
