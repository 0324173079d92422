"""The peak that a model's speed is set against: a data sheet's, or one measured here."""

from __future__ import annotations

import time

import torch

from ogai_lab.training.accounting import datasheet_peak
from ogai_lab.training.mesh import Mesh
from ogai_lab.training.types import Peak, Plan

_SIZE = 768
_TRIES = 4


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
    (total,) = mesh.sum(_matmul_speed(dtype))
    source = (
        f"{mesh.world_size} ranks x {plan.threads} cores, {plan.precision} matmul {_SIZE}³ measured"
    )
    return Peak(flops=total, source=source)


def _matmul_speed(dtype: torch.dtype) -> float:
    left = torch.ones(_SIZE, _SIZE, dtype=dtype)
    best = float("inf")
    deadline = time.monotonic() + 0.1
    for _ in range(_TRIES):
        began = time.perf_counter()
        left @ left
        best = min(best, time.perf_counter() - began)
        if time.monotonic() > deadline:
            break
    return 2 * _SIZE**3 / best
