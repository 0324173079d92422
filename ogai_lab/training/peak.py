"""The peak that a model's speed is set against: a data sheet's, or one measured here."""

from __future__ import annotations

import time

import torch

from ogai_lab.training.accounting import datasheet_peak
from ogai_lab.training.mesh import Mesh
from ogai_lab.training.types import Peak, Plan

_SIZE = 768
_TRIES = 5
_SECONDS = 0.1


def peak_of(plan: Plan, mesh: Mesh) -> Peak | None:
    """Return the peak of all ranks together; all of them call this at once.

    GPUs have a data sheet; one that is not in our table has no known peak. Of a CPU the best of
    a few matrix products is measured on all ranks at the same time, which takes 0.1 s.
    """
    if mesh.device.type == "cuda":
        return datasheet_peak(
            torch.cuda.get_device_name(mesh.device), plan.precision, mesh.world_size
        )
    dtype = torch.bfloat16 if plan.precision == "bf16" else torch.float32
    (total,) = mesh.sum(_matmul_speed(dtype, plan.threads))
    what = f"{plan.precision} matmul of {_SIZE} x {_SIZE}, measured"
    return Peak(flops=total, source=f"{mesh.world_size} ranks x {plan.threads} cores, {what}")


def _matmul_speed(dtype: torch.dtype, threads: int) -> float:
    """Return FLOP/s by CPU time: what other programs take of the cores is not the cores' peak."""
    left = torch.ones(_SIZE, _SIZE, dtype=dtype)
    speeds: list[float] = []
    begin = time.process_time()
    while len(speeds) < _TRIES and time.process_time() - begin < _SECONDS * threads:
        began = time.process_time()
        left @ left
        speeds.append(2 * _SIZE**3 * threads / (time.process_time() - began))
    return max(speeds)
