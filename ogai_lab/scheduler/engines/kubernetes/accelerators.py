"""Accelerators and fast network devices, by the names under which nodes offer them, as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

RDMA = re.compile(
    r"rdma/.+"  # the shared device plugin: the name after it is configuration
    r"|nvidia\.com/(rdma|hostdev|sriov|mlnx|resibp).*"
    r"|mellanox\.com/.+"
    r"|openshift\.io/.*(ib|rdma|roce|mlx|sriov).*"
    r"|intel\.com/.*(rdma|sriov).*"
    r"|vpc\.amazonaws\.com/efa"
    r"|aliyun/erdma"
    r"|volcengine\.com/rdma"
    r"|tke\.cloud\.tencent\.com/.*rdma.*"
    r"|huawei\.com/roce.*"
)
"""Names of resources that are ways to a fast network."""

_KINDS = (
    # resource, whether a part of a device, what people call it
    (r"nvidia\.com/mig-(?P<part>.+)", True, "NVIDIA GPU, MIG {part}"),
    (r"nvidia\.com/gpu\.shared", True, "NVIDIA GPU, shared"),
    (r"nvidia\.com/gpu", False, "NVIDIA GPU"),
    (r"nvidia\.com/(?P<part>(GH|GA|GB|AD|TU)\d\w*)", False, "NVIDIA {part}"),
    (r"amd\.com/gpu", False, "AMD GPU"),
    (r"amd\.com/(?P<part>[cm]px_.+)", True, "AMD GPU, {part}"),
    (r"gpu\.intel\.com/(i915|xe)", False, "Intel GPU"),
    (r"habana\.ai/gaudi", False, "Intel Gaudi"),
    (r"huawei\.com/Ascend(?P<part>\w+-\d+c.*)", True, "Ascend {part}"),
    (r"huawei\.com/(Ascend)(?P<part>\w+)", False, "Ascend {part}"),
    (r"huawei\.com/npu", False, "Ascend NPU"),
    (r"cambricon\.com/(?P<part>mlu\w*)", False, "Cambricon {part}"),
    (r"hygon\.com/dcu(num)?", False, "Hygon DCU"),
    (r"metax-tech\.com/gpu", False, "MetaX GPU"),
    (r"mthreads\.com/v?gpu", False, "Moore Threads GPU"),
    (r"enflame\.com/gcu", False, "Enflame GCU"),
    (r"iluvatar(-corex)?\.(ai|com)/\w*gpu", False, "Iluvatar GPU"),
    (r"birentech\.com/gpu", False, "Biren GPU"),
    (r"(kunlunxin|baidu)\.com/xpu", False, "Kunlunxin XPU"),
    (r"google\.com/tpu", False, "TPU"),
    (r"aws\.amazon\.com/neuron(device)?", False, "AWS Neuron"),
)
_PATTERNS = tuple((re.compile(pattern), part, name) for pattern, part, name in _KINDS)
_PRODUCT_LABELS = (
    "nvidia.com/gpu.product",
    "amd.com/gpu.product-name",
    "beta.amd.com/gpu.product-name",
    "node.kubernetes.io/npu.chip.name",
    "accelerator-type",
    "cloud.google.com/gke-accelerator",
    "k8s.amazonaws.com/accelerator",
    "accelerator",
)
_MEMORY_LABELS = {"nvidia.com/gpu.memory": 1 << 20, "huawei.com/npu.memory": 1 << 20}


@dataclass(frozen=True, slots=True)
class Accelerators:
    """The accelerators of one kind that a node offers.

    `part` says that each is a part of a device, such as a MIG instance.
    """

    resource: str
    name: str
    count: int
    part: bool


def is_accelerator(resource: str) -> bool:
    """Return whether a resource is an accelerator."""
    return any(pattern.fullmatch(resource) for pattern, _, _ in _PATTERNS)


def accelerators(
    amounts: Mapping[str, float], labels: Mapping[str, str] | None = None
) -> list[Accelerators]:
    """Return the accelerators among the resources of a node, whole devices first."""
    found = [
        Accelerators(resource, _name(resource, called, labels or {}), int(count), part)
        for resource, count in amounts.items()
        for pattern, part, called in _PATTERNS
        if pattern.fullmatch(resource)
    ]
    unique = {one.resource: one for one in reversed(found)}  # the first pattern counts
    return sorted(unique.values(), key=lambda one: (one.part, one.resource))


def memory(labels: Mapping[str, str]) -> int:
    """Return the bytes of memory of a node's accelerators; 0 where no label tells."""
    for label, unit in _MEMORY_LABELS.items():
        if labels.get(label, "").isdigit():
            return int(labels[label]) * unit
    return 0


def fast_network(resources: Iterable[str]) -> list[str]:
    """Return the resources that are ways to a fast network."""
    return sorted(name for name in resources if RDMA.fullmatch(name))


def _name(resource: str, called: str, labels: Mapping[str, str]) -> str:
    for pattern, _, name in _PATTERNS:
        if name == called and (match := pattern.fullmatch(resource)):
            called = name.format(**match.groupdict())
    product = next((labels[label] for label in _PRODUCT_LABELS if label in labels), "")
    if not product:
        return called
    tail = called.partition(", ")[2]
    return f"{product.replace('-', ' ')}, {tail}" if tail else product.replace("-", " ")
