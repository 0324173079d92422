"""Jobs and clusters whose objects are kept as golden files, and tried on a real API server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import delivery
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.facts import Facts
from ogai_lab.scheduler.engines.kubernetes.jobset import Object, objects
from ogai_lab.scheduler.engines.kubernetes.layout import VolumeCode
from ogai_lab.scheduler.spec import JobSpec

FACTS = Facts(
    flavors={
        "h100": {"gpu.example/product": "NVIDIA-H100-80GB-HBM3"},
        "h100-spot": {"gpu.example/product": "NVIDIA-H100-80GB-HBM3", "gpu.example/spot": "true"},
        "a100": {"gpu.example/product": "NVIDIA-A100-SXM4-80GB"},
    },
    levels=("sim/block", "sim/rack", "kubernetes.io/hostname"),
)
_TRAIN = {"kind": "script", "path": "train.py"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A job, its cluster, and how its code travels."""

    spec: dict[str, Any]
    config: dict[str, Any] = field(default_factory=dict)
    link: str | None = None
    restarts_left: int = 0

    def objects(self, namespace: str | None = None, **labels: str) -> list[Object]:
        """Return the job's objects, in a namespace and, where one is given, another queue."""
        spec = JobSpec.model_validate({"run": _TRAIN, "cluster": "lab", **self.spec, **labels})
        config = ClusterConfig.model_validate(
            {"name": "lab", "image": "python:3.12", "namespace": "team-a", **self.config}
        )
        order = Order(
            job_id="j0abcdefgh1234567",
            owner="阿达",
            spec=spec,
            placements=(),
            attempt=1,
            restarts_left=self.restarts_left,
            seconds_left=spec.timeout,
        )
        files = {delivery.ORDER: b"{}", delivery.START: b"print()\n"}
        volume = None
        if isinstance(config.code, VolumeCode):
            volume = config.code
        elif self.link is None:
            files[delivery.ARCHIVE] = b"\x1f\x8b"
        parcel = delivery.Parcel(files=files, link=self.link, volume=volume)
        return objects(
            order, config, parcel, installation="i0123", namespace=namespace, facts=FACTS
        )


CASES: dict[str, Case] = {
    "plain": Case(spec={}),
    "gang": Case(
        spec={
            "name": "七十亿参数 · first try, with a name of more than sixty-three characters",
            "nodes": 16,
            "gpus": 8,
            "gpu": "H100",
            "memory": "512GiB",
            "cpus": 96,
            "queue": "team-a",
            "fabric": "ib",
            "topology": "same-rack",
            "priority_class": "high",
            "timeout": 3600,
            "restarts": {"limit": 3, "on": ["killed", "node_lost", "preempted", "signal", "hang"]},
        },
        restarts_left=3,
    ),
    "everything": Case(
        spec={
            "nodes": 2,
            "gpus": 4,
            "gpu": "a100",
            "image": "registry.example/train:1",
            "python": "/opt/venv/bin/python",
            "fabric": "efa",
            "topology": "preferred:sim/block",
            "volumes": [
                {"name": "corpus", "path": "/data", "read_only": True},
                {"kind": "host", "name": "/mnt/nvme", "path": "/scratch", "sub_path": "job"},
                {"kind": "config_map", "name": "settings", "path": "/etc/settings"},
                {"kind": "empty", "path": "/tmp/cache"},
            ],
            "secrets": [
                {"name": "hub", "key": "token", "variable": "HF_TOKEN"},
                {"name": "store"},
                {"name": "key", "path": "/run/key"},
            ],
            "restarts": {"limit": 1, "on": ["program_error", "start_failed"]},
        },
        config={
            "code": {"pvc": "shared", "path": "ogai/code", "here": "/shared"},
            "queues": {"default": "team-a"},
            "service_account": "trainer",
            "pull_secrets": ["registry"],
            "tolerations": [{"key": "gpu", "operator": "Exists"}],
        },
        restarts_left=1,
    ),
    "roce-by-virtual-functions": Case(
        spec={"nodes": 2, "gpus": 8, "fabric": "rails", "topology": "required:sim/block"},
        config={
            "fabrics": {
                "rails": {
                    "resources": {"nvidia.com/rdma_roce": 2},
                    "networks": ["rail-0", "rail-1"],
                    "environment": {"NCCL_IB_HCA": "mlx5", "NCCL_IB_GID_INDEX": "3"},
                }
            }
        },
    ),
    "host-network-and-a-link": Case(
        spec={"nodes": 2, "gpus": 1, "fabric": "host"},
        config={"code": {"url": "s3://bucket/code"}},
        link="https://store.example/code?signature=s",
    ),
}
