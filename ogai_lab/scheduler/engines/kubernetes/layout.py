"""How jobs are laid out on a cluster: what is said once, and every job is made with."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ogai_lab.core.types import JsonObject, Strict, Text
from ogai_lab.scheduler.engines.kubernetes.fabrics import FABRICS, Fabric

Label = Annotated[Text, Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=63)]
"""A name as Kubernetes takes it for namespaces, queues and volumes."""


class VolumeCode(Strict):
    """Code travels by a volume that this server has mounted, too."""

    pvc: Label
    path: Text = Field(default="", description="The folder in the volume.")
    here: Text = Field(default="", description="Where this server sees that folder.")


class StoreCode(Strict):
    """Code travels by an object store, as fsspec knows it: s3://bucket/folder.

    Pods get a link that needs no credential, so the store must be one that can make such links.
    """

    url: Text = Field(pattern=r"^[a-z0-9+.-]+://.+")
    hours: float = Field(default=168, gt=0, le=168, description="How long a link is good for.")


Code = Literal["configmap"] | VolumeCode | StoreCode


class GpuKind(Strict):
    """How a kind of GPU is asked for."""

    resource: Text = "nvidia.com/gpu"
    labels: dict[Text, Text] = Field(default={}, description="Labels of the nodes that have it.")


class Layout(Strict):
    """What jobs on a cluster are made with."""

    queues: dict[Text, Label] = Field(default={}, description="Names people use: LocalQueues.")
    code: Code = Field(default="configmap", description="How code gets into pods.")
    image: Text | None = Field(default=None, description="For jobs that name none.")
    python: Text = Field(default="python3", description="The Python of images.")
    fabrics: dict[Text, Fabric] = Field(
        default={}, description="Beside the usual ones; one of the same name goes before it."
    )
    levels: dict[Text, Text] = Field(
        default={}, description="How near nodes are, rack or block: the label of nodes for it."
    )
    gpu: GpuKind = Field(default=GpuKind(), description="For jobs that name no kind.")
    gpus: dict[Text, GpuKind] = Field(default={}, description="Kinds by name, such as H100.")
    service_account: Text = Field(default="", description="The account that pods run as.")
    pull_secrets: list[Label] = Field(default=[], description="Secrets that images need.")
    tolerations: list[JsonObject] = Field(default=[], description="As pods have them.")

    def local_queue(self, queue: str) -> str:
        """Return the LocalQueue that a name means."""
        return self.queues.get(queue, queue)

    def fabric(self, name: str) -> Fabric | None:
        """Return the fabric of this name; None when there is none."""
        return self.fabrics.get(name) or FABRICS.get(name)

    def fabric_names(self) -> list[str]:
        """Return the fabrics that a job may ask for."""
        return sorted({*self.fabrics, *FABRICS})
