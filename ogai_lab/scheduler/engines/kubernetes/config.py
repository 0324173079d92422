"""What is known of a cluster before it is asked: how to reach it, and how it is used."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ogai_lab.core.types import JsonObject, Strict, Text
from ogai_lab.scheduler.engines.kubernetes.fabrics import FABRICS, Fabric


class VolumeDelivery(Strict):
    """Code travels by a volume that this server sees as a folder, and pods as a claim."""

    pvc: Text = Field(description="The persistent volume claim, in the cluster's namespace.")
    path: Text = Field(default="", description="The folder within the volume.")
    folder: Text = Field(description="The same folder as this server sees it.")


class UrlDelivery(Strict):
    """Code travels by an object store that can make links which need no credential."""

    url: Text = Field(description="Where code is put: s3://bucket/prefix, by fsspec.")
    hours: float = Field(default=168.0, gt=0, le=168.0, description="How long a link is good for.")


Delivery = Literal["configmap"] | VolumeDelivery | UrlDelivery


class GpuKind(Strict):
    """How a kind of GPU is asked for."""

    resource: Text = "nvidia.com/gpu"
    labels: dict[Text, Text] = Field(default={}, description="Labels of the nodes that have it.")


class ClusterConfig(Strict):
    """One cluster: how to reach it, and how jobs are laid out on it."""

    name: Text = Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")
    context: Text | None = Field(default=None, description="A context of the kubeconfig.")
    in_cluster: bool = Field(default=False, description="Use the account of this server's pod.")
    namespace: Text = Field(default="default", max_length=63)
    queues: dict[Text, Text] = Field(
        default={}, description="LocalQueues by the name of our queue; the same name if not here."
    )
    delivery: Delivery = Field(default="configmap", description="How code gets into pods.")
    image: Text = Field(default="", description="The image of jobs that name none.")
    python: Text = Field(default="python3", description="The Python of images.")
    fabrics: dict[Text, Fabric] = Field(
        default={}, description="Fabrics of this cluster, beside and over the usual ones."
    )
    levels: dict[Text, Text] = Field(
        default={}, description="Node labels by the word for a level: rack, block, zone."
    )
    gpu: GpuKind = Field(default=GpuKind(), description="GPUs of no particular kind.")
    gpus: dict[Text, GpuKind] = Field(default={}, description="Kinds of GPUs, by name: H100.")
    prices: dict[Text, float] = Field(default={}, description="Cost of a GPU hour, by flavor.")
    service_account: Text = Field(default="", description="The account that pods run as.")
    pull_secrets: list[Text] = Field(default=[], description="Secrets by which images are pulled.")
    tolerations: list[JsonObject] = Field(default=[], description="As in the spec of a pod.")

    @model_validator(mode="after")
    def _reached_one_way(self) -> ClusterConfig:
        if self.in_cluster and self.context is not None:
            raise ValueError("a cluster is reached by context or by in_cluster, not by both")
        return self

    def local_queue(self, queue: str) -> str:
        """Return the LocalQueue that stands for one of our queues."""
        return self.queues.get(queue, queue)

    def fabric(self, name: str) -> Fabric | None:
        """Return the fabric of this name; None when there is none."""
        return self.fabrics.get(name) or FABRICS.get(name)
