"""The operations of clusters that are not this machine."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import Forbidden, NotFound
from ogai_lab.core.home import Home
from ogai_lab.core.operations import Caller, Service, operation
from ogai_lab.core.types import Text
from ogai_lab.scheduler.clusters import exporting
from ogai_lab.scheduler.clusters.pages import ClusterGlance, NodePage
from ogai_lab.scheduler.clusters.plans import NodePlan, QueuePlan
from ogai_lab.scheduler.clusters.types import (
    ClusterOffers,
    ClusterQueueView,
    Diagnosis,
    KnownCluster,
    Need,
    Part,
    Storage,
)
from ogai_lab.scheduler.engines.kubernetes import cache as kinds
from ogai_lab.scheduler.engines.kubernetes import (
    doctor,
    draining,
    paths,
    planning,
    quotafile,
    slim,
)
from ogai_lab.scheduler.engines.kubernetes.fleet import Fleet, Member
from ogai_lab.scheduler.engines.kubernetes.offers import Ground, offers
from ogai_lab.scheduler.engines.kubernetes.queues import views
from ogai_lab.scheduler.engines.kubernetes.room import rooms
from ogai_lab.scheduler.engines.kubernetes.spread import spread
from ogai_lab.scheduler.engines.kubernetes.storage import storage
from ogai_lab.scheduler.snapshot import Snapshots
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.types import Node

Name = Annotated[Text, Field(max_length=500)]
"""A cluster's name; the current one's where it is empty. Contexts may be called anything."""


class Clusters(Service):
    """Clusters that are known: what each has, whether one may use it, what it offers."""

    route = "clusters"
    resource = "ogai:clusters"

    def __init__(self, home: Home, fleet: Fleet | None = None) -> None:
        self.fleet = fleet or Fleet(home.path)
        self._blobs = BlobStore(home.blobs_url)
        self._snapshots = Snapshots(self._blobs, home.path)

    @operation("GET", "/clusters", action="read")
    def clusters(self) -> list[KnownCluster]:
        """List the clusters that are known: of clusters.yaml, the kubeconfig and the pod's own."""
        return self.fleet.known()

    @operation("GET", "/doctor", action="read")
    def doctor(self, cluster: Name = "") -> Diagnosis:
        """Check whether jobs can be run on a cluster; every finding comes with what mends it."""
        member = self.fleet.member(cluster)
        return doctor.diagnose(member.api, member.config)

    @operation("GET", "/nodes", action="read")
    def nodes(self, cluster: Name = "") -> list[Node]:
        """List a cluster's nodes: what each has, and what pods leave free."""
        return self.fleet.member(cluster).nodes()

    @operation("GET", "/glance", action="read")
    def glance(self, cluster: Name = "") -> ClusterGlance:
        """Sum up a cluster: nodes by state, what is free, the queues of its namespace.

        A cluster that cannot be reached is told as it was last seen, with since when and why.
        """
        return self.fleet.member(cluster).glance()

    @operation("GET", "/page", action="read")
    def page(self, node: Name, cluster: Name = "") -> NodePage:
        """Return all that a cluster tells of one of its nodes.

        Raises
        ------
        NotFound
            When there is no such node.
        """
        return self.fleet.member(cluster).page(node)

    @operation("GET", "/queues", action="read")
    def queues(self, cluster: Name = "") -> list[ClusterQueueView]:
        """List the queues that may be seen, with quotas, what is used and borrowed, who waits."""
        member = self.fleet.member(cluster)
        member.begin()
        return views(member.quotas())

    @operation("GET", "/storage", action="read")
    def storage(self, cluster: Name = "") -> Storage:
        """List the kinds of storage, and the volumes of the namespace."""
        api = self.fleet.member(cluster).api
        return storage(
            doctor.seen(api, paths.storage_classes, slim.whole),
            doctor.seen(api, paths.claims, slim.whole),
        )

    @operation("GET", "/parts", action="read")
    def parts(self, cluster: Name = "") -> list[Part]:
        """Say how much of a cluster can be seen, and since when a part of it may be old."""
        return self.fleet.member(cluster).parts()

    @operation("POST", "/offers", action="read")
    def offers(self, need: Need, cluster: Name = "", total: bool = False) -> ClusterOffers:
        """Say what each queue could give: now, or when, on what basis, and at what cost.

        Parameters
        ----------
        total
            Whether the GPUs of the need are those of all nodes: there are then as many nodes as
            they take.

        Raises
        ------
        InvalidInput
            When the topology is none that the cluster knows.
        """
        member = self.fleet.member(cluster)
        ground, notes = _ground(member)
        if total:
            gpu = member.config.gpus.get(need.gpu, member.config.gpu)
            need = spread(need, gpu.resource, ground.rooms)
        return ClusterOffers(
            cluster=member.config.name,
            need=need,
            offers=offers(need, member.config, ground),
            currency=member.config.currency,
            notes=notes,
            stale_since=member.cache.stale_since,
        )

    @operation("POST", "/export", action="execute")
    def export(self, spec: JobSpec, caller: Caller) -> str:
        """Return the YAML of a job, code and all, for `kubectl create` or a repository.

        Nothing here watches or ends what is made of it.

        Raises
        ------
        InvalidInput, TooLarge
            When its cluster could never run it, or its code cannot travel in this way.
        """
        member = self.fleet.member(spec.cluster)
        return exporting.export(spec, caller.name, member, self._snapshots, self._blobs)

    @operation("POST", "/queues/plan", action="read")
    def plan_queues(self, text: Text, cluster: Name = "", force: bool = False) -> QueuePlan:
        """Say what a file of queues, quotas, flavors and priorities would change.

        Parameters
        ----------
        text
            The file's YAML.
        force
            Whether fields that somebody else applied are taken over.

        Raises
        ------
        InvalidInput
            When the file is not understood.
        """
        member = self.fleet.member(cluster)
        wanted = quotafile.objects(quotafile.read(text))
        return planning.plan(member.api, member.config.name, wanted, force=force)

    @operation("POST", "/queues/apply", action="write")
    def apply_queues(
        self, text: Text, fingerprint: Text, cluster: Name = "", force: bool = False
    ) -> QueuePlan:
        """Change queues, quotas, flavors and priorities as planned; what is not named stays.

        Raises
        ------
        Conflict
            When other changes would be made than the plan with this fingerprint showed.
        Forbidden
            When one of them would be refused. Nothing was changed then.
        """
        member = self.fleet.member(cluster)
        wanted = quotafile.objects(quotafile.read(text))
        return planning.apply(member.api, member.config.name, wanted, fingerprint, force=force)

    @operation("GET", "/node", action="read")
    def node_plan(self, node: Name, cluster: Name = "") -> NodePlan:
        """Say which jobs and pods would have to leave a node."""
        member = self.fleet.member(cluster)
        return draining.look(member.api, member.config.name, node)

    @operation("POST", "/node/cordon", action="write")
    def cordon(self, node: Name, cluster: Name = "", off: bool = False) -> NodePlan:
        """Let no new jobs start on a node, or again with `off`. What runs there goes on."""
        member = self.fleet.member(cluster)
        return draining.cordon(member.api, member.config.name, node, off=off)

    @operation("POST", "/node/drain", action="write")
    def drain(self, node: Name, cluster: Name = "") -> NodePlan:
        """Let no new jobs start on a node, and ask all that runs there to leave."""
        member = self.fleet.member(cluster)
        return draining.drain(member.api, member.config.name, node)

    def close(self) -> None:
        """Give back all connections. Idempotent."""
        self.fleet.close()


def _ground(member: Member) -> tuple[Ground, list[str]]:
    """Return what is known of a cluster, and what could not be seen of it."""
    notes = []
    member.begin()
    quotas = member.quotas()
    try:
        nodes = member.cache.read(kinds.NODES)
        pods = member.cache.read(kinds.PODS)
        whole = pods.state.scope == "cluster"
        on = {node.name: pods.by("node", node.name) for node in nodes.all()}
        free = rooms(nodes.all(), on) if whole else None
    except (Forbidden, NotFound):
        free = None
    try:
        found = member.cache.read(kinds.WORKLOADS)
        workloads = found.all() if found.state.scope == "cluster" else None
    except (Forbidden, NotFound):
        workloads = None
    if free is None:
        notes.append("What is free on nodes cannot be seen with this account's rights.")
    if quotas.local_queues is None:
        notes.append("Queues cannot be seen with this account's rights; ogai doctor says which.")
    if quotas.cluster_queues is None:
        notes.append("Quotas cannot be seen with this account's rights.")
    return Ground(
        namespace=member.api.namespace, quotas=quotas, rooms=free, workloads=workloads
    ), notes
