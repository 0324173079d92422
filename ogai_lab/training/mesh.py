"""The ranks together: the process group, and the model spread over it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.nn.parallel import DistributedDataParallel

from ogai_lab.core.errors import InvalidInput, OgaiError
from ogai_lab.training.types import Plan

TIMEOUT = timedelta(minutes=10)
"""How long a collective may wait. A dead rank is seen by the agent in seconds, not by this."""
_SILENCE_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """The place of this rank among all ranks, and its device."""

    rank: int
    world_size: int
    local_rank: int
    local_world_size: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this rank speaks for all."""
        return self.rank == 0

    def sum(self, *values: float) -> list[float]:
        """Return each value's sum over all ranks."""
        tensor = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(tensor)
        return [float(value) for value in tensor.tolist()]

    def gather(self, value: Any) -> list[Any]:
        """Return every rank's value, in the order of the ranks."""
        values: list[Any] = [None] * self.world_size
        dist.all_gather_object(values, value)
        return values

    def agree(self, error: OgaiError | None) -> None:
        """Go on when no rank has an error; else end all ranks, and let the first one speak.

        Raises
        ------
        OgaiError
            The error of the lowest rank that has one, on that rank; the others exit silently.
        """
        failed = [rank for rank, bad in enumerate(self.gather(error is not None)) if bad]
        if not failed:
            return
        if error is not None and self.rank == failed[0]:
            raise error
        # Whoever starts ranks blames the one that exits first: let it be the one that speaks.
        time.sleep(_SILENCE_SECONDS)
        raise SystemExit(1)

    def from_first(self, value: Any) -> Any:
        """Return rank 0's value on every rank."""
        values = [value]
        dist.broadcast_object_list(values, src=0, device=self.device)
        return values[0]


@contextlib.contextmanager
def joined(plan: Plan, environment: Mapping[str, str] = os.environ) -> Iterator[Mesh]:
    """Join the process group that the environment describes (torchrun's variables).

    Raises
    ------
    InvalidInput
        When the environment has another number of ranks than the plan, or lacks a GPU.
    """
    world_size = int(environment.get("WORLD_SIZE", "1"))
    if world_size != plan.world_size:
        raise InvalidInput(
            f"WORLD_SIZE {world_size} is not the plan's {plan.nodes} x {plan.processes} ranks.",
            action="Start as many ranks as the plan says, or make a plan for these.",
            field="processes",
        )
    rank, local_rank = int(environment.get("RANK", "0")), int(environment.get("LOCAL_RANK", "0"))
    torch.set_num_threads(plan.threads)
    device = _device(plan, local_rank)
    dist.init_process_group(
        plan.backend,
        init_method=None if "MASTER_ADDR" in environment else "tcp://127.0.0.1:0",
        rank=rank,
        world_size=world_size,
        timeout=TIMEOUT,
        device_id=device if device.type == "cuda" else None,
    )
    try:
        yield Mesh(
            rank=rank,
            world_size=world_size,
            local_rank=local_rank,
            local_world_size=int(environment.get("LOCAL_WORLD_SIZE", str(plan.processes))),
            device=device,
        )
    finally:
        dist.destroy_process_group()


def _device(plan: Plan, local_rank: int) -> torch.device:
    if plan.device == "cpu":
        return torch.device("cpu")
    if torch.cuda.device_count() <= local_rank:
        raise InvalidInput(
            f"The rank {local_rank} of this node has no GPU: PyTorch sees "
            f"{torch.cuda.device_count()}.",
            action="Check CUDA_VISIBLE_DEVICES and that this PyTorch was built for the driver.",
            field="gpus",
        )
    torch.cuda.set_device(local_rank)
    return torch.device("cuda", local_rank)


def spread(model: nn.Module, plan: Plan, mesh: Mesh) -> nn.Module:
    """Return `model`, whose weights every rank has alike, as the plan's strategy holds it."""
    model.to(mesh.device)
    if plan.strategy == "ddp":
        ids = [mesh.device.index] if mesh.device.type == "cuda" else None
        return DistributedDataParallel(model, device_ids=ids, gradient_as_bucket_view=True)
    group = dist.device_mesh.init_device_mesh(mesh.device.type, (mesh.world_size,))
    lower = torch.bfloat16 if plan.precision == "bf16" else None
    policy = MixedPrecisionPolicy(param_dtype=lower, reduce_dtype=torch.float32)
    for layer in model.get_submodule("model.layers").children():
        fully_shard(layer, mesh=group, mp_policy=policy)
    fully_shard(model, mesh=group, mp_policy=policy)
    return model


@contextlib.contextmanager
def accumulating(model: nn.Module, last: bool) -> Iterator[None]:
    """Add gradients up on each rank until the `last` micro-batch of a step, then average them."""
    if isinstance(model, FSDPModule):
        model.set_requires_gradient_sync(last)
        yield
    elif isinstance(model, DistributedDataParallel) and not last:
        with model.no_sync():
            yield
    else:
        yield
