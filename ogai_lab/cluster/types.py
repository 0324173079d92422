"""The cluster's nouns: a machine, what it does now, and whether it is well."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from ogai_lab.core.types import Sentence

Outcome = Literal["ok", "warn", "critical", "unknown"]
"""What a check found. `unknown` is not healthy: the check could not see what it needed."""


class Disk(BaseModel):
    """A mounted file system. Sizes in bytes."""

    path: str = Field(description="Where it is mounted.")
    device: str
    filesystem: str
    total: int
    free: int = Field(description="What an ordinary user can still write.")
    holds: list[str] = Field(default=[], description="Of ours: home, temporary, shared memory.")


class Interface(BaseModel):
    """A network interface."""

    name: str
    up: bool
    speed: int | None = Field(default=None, description="Mbit/s, where the driver tells.")
    mtu: int
    addresses: list[str] = []
    infiniband: bool = False


class Gpu(BaseModel):
    """A GPU. What its driver does not tell is None. Sizes in bytes."""

    index: int = Field(description="The driver's number; CUDA_VISIBLE_DEVICES takes it.")
    name: str = ""
    uuid: str = ""
    pci: str = Field(default="", description="Its address on the PCI bus.")
    memory: int | None = None
    memory_used: int | None = None
    utilization: float | None = Field(default=None, description="0 to 1.")
    temperature: float | None = Field(default=None, description="Degrees Celsius.")
    power: float | None = Field(default=None, description="Watts.")
    power_limit: float | None = Field(default=None, description="Watts.")
    capability: str | None = Field(default=None, description="CUDA compute capability: 9.0.")
    mig: list[str] = Field(default=[], description="UUIDs of its MIG instances.")
    problem: Sentence = Field(default="", description="Why it cannot be used, where it cannot.")


class GpuProcess(BaseModel):
    """A process that holds memory of a GPU."""

    gpu: int
    pid: int
    name: str = ""
    user: str = ""
    memory: int | None = Field(default=None, description="Bytes.")


class Machine(BaseModel):
    """What a machine has, and what is free of it. Sizes in bytes."""

    name: str
    boot_id: str
    system: str
    kernel: str
    architecture: str
    python: str
    cpu: str = Field(description="The processor's name.")
    cores: int = Field(description="Logical cores of the machine.")
    cpus: float = Field(description="Cores we may use: affinity and cgroup limits respected.")
    memory: int = Field(description="Memory we may use: cgroup limits respected.")
    memory_available: int
    swap: int
    disks: list[Disk] = []
    interfaces: list[Interface] = []
    gpus: list[Gpu] = []
    driver: str | None = Field(default=None, description="Version of the NVIDIA driver.")
    cuda: str | None = Field(default=None, description="Newest CUDA that the driver runs.")
    gpu_problem: str = Field(default="", description="Why the driver does not answer, if so.")


class MachineUse(BaseModel):
    """What this machine does now. Shares are 0 to 1, sizes in bytes, rates a second."""

    time: float
    cpu: float = Field(description="Share of all cores that was busy since the last look.")
    cores: list[float] = Field(description="The same for each core.")
    load: tuple[float, float, float] = Field(description="Over 1, 5 and 15 minutes.")
    memory: int
    memory_used: int
    swap_used: int
    disk_read: float
    disk_written: float
    received: float
    sent: float
    gpus: list[Gpu] = []


class GpuSample(BaseModel):
    """What a GPU did at one moment."""

    utilization: float | None = Field(default=None, description="0 to 1.")
    memory_used: int | None = Field(default=None, description="Bytes.")
    temperature: float | None = Field(default=None, description="Degrees Celsius.")
    power: float | None = Field(default=None, description="Watts.")


class UseSample(BaseModel):
    """What a node did at one moment. Shares are 0 to 1, sizes in bytes, rates a second."""

    time: float
    cpu: float
    memory_used: int
    disk_read: float
    disk_written: float
    received: float
    sent: float
    gpus: list[GpuSample] = Field(default=[], description="In the order of the node's GPUs.")

    @classmethod
    def of(cls, use: MachineUse) -> UseSample:
        """Return what is kept of a look."""
        gpus = [
            GpuSample(
                utilization=gpu.utilization,
                memory_used=gpu.memory_used,
                temperature=gpu.temperature,
                power=gpu.power,
            )
            for gpu in use.gpus
        ]
        return cls(**use.model_dump(include=set(cls.model_fields) - {"gpus"}), gpus=gpus)


class Loads(BaseModel):
    """What all nodes do now, in columns: the k-th entry of each column is that of the k-th node.

    Where there is an inner list, it has an entry for each GPU of the node.
    """

    time: float
    nodes: list[str]
    health: list[Outcome]
    cpu: list[float | None] = Field(description="Share of all cores that is busy.")
    memory_used: list[int | None]
    utilization: list[list[float | None]]
    gpu_memory_used: list[list[int | None]]
    temperature: list[list[float | None]]


class Check(BaseModel):
    """What one health check found, and what to do about it."""

    name: str
    outcome: Outcome
    finding: Sentence
    remedy: Sentence = ""
    evidence: dict[str, Any] = {}
