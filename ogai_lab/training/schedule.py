"""The learning rate of a step: a formula, so that there is no scheduler state to keep."""

from __future__ import annotations

import math

from ogai_lab.training.types import Optimizer


def learning_rate(optimizer: Optimizer, step: int, steps: int) -> float:
    """Return the rate of step `step` of `steps`, both counted from 1.

    A linear rise over ``warmup * steps`` steps to `lr`, then a cosine down to
    ``min_lr_ratio * lr`` at the last step.
    """
    warm = math.ceil(optimizer.warmup * steps)
    if step <= warm:
        return optimizer.lr * step / warm
    way = (step - warm) / max(1, steps - warm)
    low = optimizer.min_lr_ratio
    return optimizer.lr * (low + (1 - low) * (1 + math.cos(math.pi * way)) / 2)
