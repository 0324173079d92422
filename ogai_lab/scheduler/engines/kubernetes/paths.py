"""Where things stand in the Kubernetes API: each group and version is written here, once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

_NAMED = re.compile(
    r"/(?:api|apis/(?P<group>[^/]+))/(?P<version>[^/]+)"
    r"(?:/namespaces/(?P<namespace>[^/]+))?"
    r"/(?P<resource>[^/]+)(?:/(?P<name>[^/]+))?(?:/(?P<part>.+))?"
)


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of objects; called with a namespace and a name it is a path.

    Parameters
    ----------
    group
        The API group; empty for the core group.
    namespaced
        Whether its objects lie in namespaces.
    """

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True

    def __call__(
        self, namespace: str | None = None, name: str | None = None, part: str | None = None
    ) -> str:
        """Return the path of the objects of a namespace (None: of all), of one, or of its part."""
        steps = [f"/apis/{self.group}" if self.group else "/api", self.version]
        if namespace is not None and self.namespaced:
            steps += ["namespaces", quote(namespace, safe="")]
        steps.append(self.plural)
        steps += [quote(step, safe="") for step in (name, part) if step is not None]
        return "/".join(steps)

    @property
    def api_version(self) -> str:
        """What objects of this kind carry as ``apiVersion``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def full_name(self) -> str:
        """The name as ``kubectl`` takes it: ``jobsets.jobset.x-k8s.io``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


@dataclass(frozen=True, slots=True)
class Target:
    """What a path names. `part` is a subresource such as ``log``."""

    group: str
    resource: str
    namespace: str | None
    name: str | None
    part: str | None

    def __str__(self) -> str:
        kind = f"{self.resource}.{self.group}" if self.group else self.resource
        named = f"{kind}/{self.part}" if self.part else kind
        return f"{named} {self.name!r}" if self.name else named


def target(path: str) -> Target | None:
    """Return what a path names, None where it names no resource (``/version``, ``/apis``)."""
    match = _NAMED.fullmatch(path.partition("?")[0])
    if match is None:
        return None
    found = match.groupdict()
    if found["resource"] == "namespaces" and found["namespace"] is None:
        found["namespace"] = found["name"]
    return Target(
        group=found["group"] or "",
        resource=found["resource"],
        namespace=found["namespace"],
        name=found["name"],
        part=found["part"],
    )


KUEUE = ("kueue.x-k8s.io", "v1beta2")
JOBSET = ("jobset.x-k8s.io", "v1alpha2")

nodes = Resource("", "v1", "nodes", "Node", namespaced=False)
namespaces = Resource("", "v1", "namespaces", "Namespace", namespaced=False)
pods = Resource("", "v1", "pods", "Pod")
events = Resource("", "v1", "events", "Event")
services = Resource("", "v1", "services", "Service")
secrets = Resource("", "v1", "secrets", "Secret")
configmaps = Resource("", "v1", "configmaps", "ConfigMap")
claims = Resource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
volumes = Resource("", "v1", "persistentvolumes", "PersistentVolume", namespaced=False)
quotas = Resource("", "v1", "resourcequotas", "ResourceQuota")
jobs = Resource("batch", "v1", "jobs", "Job")
storage_classes = Resource("storage.k8s.io", "v1", "storageclasses", "StorageClass", False)
priority_classes = Resource("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", False)
definitions = Resource(
    "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", False
)
access_reviews = Resource(
    "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", False
)
identity_reviews = Resource(
    "authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", False
)
validating_webhooks = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    False,
)
mutating_webhooks = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "mutatingwebhookconfigurations",
    "MutatingWebhookConfiguration",
    False,
)

jobsets = Resource(*JOBSET, "jobsets", "JobSet")
workloads = Resource(*KUEUE, "workloads", "Workload")
local_queues = Resource(*KUEUE, "localqueues", "LocalQueue")
cluster_queues = Resource(*KUEUE, "clusterqueues", "ClusterQueue", False)
cohorts = Resource(*KUEUE, "cohorts", "Cohort", False)
flavors = Resource(*KUEUE, "resourceflavors", "ResourceFlavor", False)
topologies = Resource(*KUEUE, "topologies", "Topology", False)
admission_checks = Resource(*KUEUE, "admissionchecks", "AdmissionCheck", False)
workload_priorities = Resource(
    *KUEUE, "workloadpriorityclasses", "WorkloadPriorityClass", namespaced=False
)

VERSION = "/version"
GROUPS = "/apis"


def pending(namespace: str, queue: str) -> str:
    """Return the path of the workloads that wait in a local queue, in their order."""
    base = "/apis/visibility.kueue.x-k8s.io/v1beta2/namespaces"
    return (
        f"{base}/{quote(namespace, safe='')}/localqueues/{quote(queue, safe='')}/pendingworkloads"
    )


def group_version(group: str, version: str) -> str:
    """Return the path that tells whether a version of a group is served."""
    return f"/apis/{group}/{version}"
