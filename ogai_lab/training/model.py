"""The model of a recipe, and its optimizer, before they are spread over ranks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import AutoConfig, AutoModelForCausalLM

from ogai_lab.core.errors import InvalidInput
from ogai_lab.training.types import Optimizer, Plan, Recipe

IGNORED = -100
"""The label of a place whose prediction does not count."""


def build(recipe: Recipe, plan: Plan) -> nn.Module:
    """Return the model with fresh fp32 weights, which follow from the recipe's seed alone.

    Raises
    ------
    InvalidInput
        When transformers refuses the configuration.
    """
    settings = dict(recipe.model)
    try:
        config = AutoConfig.for_model(settings.pop("model_type"), **settings)
        torch.manual_seed(recipe.seed)
        from_config: Any = AutoModelForCausalLM.from_config
        model: nn.Module = from_config(config, dtype=torch.float32, attn_implementation="sdpa")
    except (ValueError, TypeError, KeyError, RuntimeError) as exc:
        raise InvalidInput(
            f"transformers cannot build this model: {str(exc).strip().splitlines()[0]}",
            action="Correct the recipe's model configuration.",
            field="model",
        ) from exc
    if plan.recompute:
        checkpointing: Any = model.gradient_checkpointing_enable
        checkpointing(gradient_checkpointing_kwargs={"use_reentrant": False})
    model.train()
    return model


def optimizer(model: nn.Module, settings: Optimizer) -> torch.optim.AdamW:
    """Return AdamW over the model's parameters; only matrices decay."""
    trained = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": [p for p in trained if p.ndim >= 2], "weight_decay": settings.weight_decay},
            {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
        ],
        lr=settings.lr,
        betas=settings.betas,
        eps=settings.eps,
        fused=True,
    )


def labels(tokens: torch.Tensor) -> torch.Tensor:
    """Return what each place is to predict: the next token; nothing at the end of a sequence."""
    return functional.pad(tokens[:, 1:], (0, 1), value=IGNORED)


def loss_sum(model: nn.Module, tokens: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy in nats, summed over the places that count."""
    logits = model(input_ids=tokens, use_cache=False).logits
    return functional.cross_entropy(
        logits.flatten(0, 1).float(), wanted.flatten(), ignore_index=IGNORED, reduction="sum"
    )


@contextlib.contextmanager
def computing(plan: Plan) -> Iterator[None]:
    """Compute in the plan's precision; shards (FSDP) bring theirs with them."""
    lower = plan.precision == "bf16" and plan.strategy == "ddp"
    with torch.autocast(plan.device, torch.bfloat16, enabled=lower):
        yield
