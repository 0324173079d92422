"""What nodes offer, by name."""

from __future__ import annotations

import pytest

from ogai_lab.scheduler.engines.kubernetes.accelerators import (
    accelerators,
    fast_network,
    is_accelerator,
)


@pytest.mark.parametrize(
    ("resource", "name", "part"),
    [
        ("nvidia.com/gpu", "NVIDIA GPU", False),
        ("nvidia.com/gpu.shared", "NVIDIA GPU, shared", True),
        ("nvidia.com/mig-1g.10gb", "NVIDIA GPU, MIG 1g.10gb", True),
        ("amd.com/gpu", "AMD GPU", False),
        ("huawei.com/Ascend910", "Ascend 910", False),
        ("huawei.com/Ascend910B", "Ascend 910B", False),
        ("huawei.com/Ascend310P-2c", "Ascend 310P-2c", True),
        ("cambricon.com/mlu", "Cambricon mlu", False),
        ("hygon.com/dcu", "Hygon DCU", False),
        ("google.com/tpu", "TPU", False),
    ],
)
def test_an_accelerator_is_known_by_its_resource(resource: str, name: str, part: bool) -> None:
    (found,) = accelerators({resource: 8, "cpu": 96, "memory": 1e12})
    assert (found.name, found.count, found.part) == (name, 8, part)


@pytest.mark.parametrize("resource", ["cpu", "memory", "rdma/ib", "nvidia.com/rdma_ib", "pods"])
def test_other_resources_are_none(resource: str) -> None:
    assert not is_accelerator(resource)


def test_the_product_of_a_label_names_it() -> None:
    labels = {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"}
    whole, part = accelerators({"nvidia.com/mig-1g.10gb": 2, "nvidia.com/gpu": 6}, labels)
    assert whole.name == "NVIDIA H100 80GB HBM3"
    assert part.name == "NVIDIA H100 80GB HBM3, MIG 1g.10gb"


def test_ways_to_a_fast_network() -> None:
    resources = ["cpu", "rdma/ib", "vpc.amazonaws.com/efa", "nvidia.com/rdma_ib", "nvidia.com/gpu"]
    assert fast_network(resources) == ["nvidia.com/rdma_ib", "rdma/ib", "vpc.amazonaws.com/efa"]
