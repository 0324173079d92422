"""Fabrics: what a pod needs to use the fast network of a cluster, as data.

What is usual for a kind of network stands in `FABRICS`; a cluster's own configuration adds to it
or says it otherwise, for the names of resources and interfaces are an administrator's choice.
"""

from __future__ import annotations

from pydantic import Field

from ogai_lab.core.types import Strict, Text


class Fabric(Strict):
    """What the pods of a job get so that their ranks speak over one kind of network."""

    resources: dict[Text, int] = Field(
        default={}, description="Devices a pod: rdma/ib: 1, vpc.amazonaws.com/efa: 32."
    )
    networks: list[Text] = Field(
        default=[], description="Networks attached to the pod (SR-IOV), one for each interface."
    )
    host_network: bool = Field(default=False, description="Pods use the node's own network.")
    lock_memory: bool = Field(default=True, description="Grant IPC_LOCK, which RDMA needs.")
    huge_pages: Text = Field(default="", description="Huge pages of 2 MiB a pod: 5Gi.")
    environment: dict[Text, Text] = Field(
        default={}, description="Variables for NCCL; those that a job sets itself win."
    )


_NCCL = {"NCCL_SOCKET_IFNAME": "eth0"}
_ROCE = {"NCCL_IB_GID_INDEX": "3", "NCCL_IB_TC": "106", **_NCCL}

FABRICS: dict[str, Fabric] = {
    # RDMA shared device plugin: any number of pods use the node's InfiniBand adapters.
    "ib": Fabric(resources={"rdma/ib": 1}, environment={"NCCL_IB_HCA": "mlx5", **_NCCL}),
    # The same over converged Ethernet: the index of the GID and the traffic class matter.
    "roce": Fabric(resources={"rdma/roce": 1}, environment={"NCCL_IB_HCA": "mlx5", **_ROCE}),
    # One virtual function of the adapter a pod, by the SR-IOV device plugin and Multus.
    "sriov-ib": Fabric(
        resources={"nvidia.com/rdma_ib": 1},
        networks=["rdma-ib"],
        environment={"NCCL_IB_HCA": "mlx5", **_NCCL},
    ),
    "sriov-roce": Fabric(
        resources={"nvidia.com/rdma_roce": 1},
        networks=["rdma-roce"],
        environment={"NCCL_IB_HCA": "mlx5", **_ROCE},
    ),
    # AWS: the number of interfaces is the instance's; 4 on p4d, 32 on p5.
    "efa": Fabric(
        resources={"vpc.amazonaws.com/efa": 4},
        huge_pages="5Gi",
        environment={"FI_PROVIDER": "efa", "FI_EFA_USE_DEVICE_RDMA": "1"},
    ),
    # The node's own network and whatever adapters it shares with its pods.
    "host": Fabric(host_network=True, environment={"NCCL_IB_HCA": "mlx5"}),
}
