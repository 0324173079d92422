"""From a recipe and the nodes there are to a plan. Pure: values in, a value or an error out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.types import Node
from ogai_lab.training import accounting
from ogai_lab.training.corpus import Corpus
from ogai_lab.training.planner.machines import Machines, choose
from ogai_lab.training.types import Plan, Precision, Recipe, Strategy

CPU_MICRO_TOKENS = 1024
"""Tokens of a micro-batch on a CPU: measured the fastest, its logits stay in the cache."""
GPU_MICRO_TOKENS = 32_768
MEMORY_SHARE = 0.8
"""Of a device's memory, what a plan may fill: kernels, buckets and fragments take the rest."""
CHECKPOINTS = 10
MOST_CHECKPOINT_STEPS = 500


@dataclass(frozen=True, kw_only=True)
class _Layout:
    strategy: Strategy
    micro_batch: int
    recompute: bool
    memory: int


def resolve(
    recipe: Recipe,
    corpus: Corpus,
    cluster: Sequence[Node],
    *,
    nodes: int | None = None,
    processes: int | None = None,
    gpus: int | None = None,
    strategy: Literal["auto", "ddp", "fsdp"] = "auto",
) -> Plan:
    """Choose how `recipe` runs; what is None is chosen, what is given is kept or refused.

    Parameters
    ----------
    recipe
        What to learn.
    corpus
        The data that the recipe names.
    cluster
        The nodes there are; without any, sizes are believed and not checked.
    nodes, processes, gpus
        How many nodes, and ranks and GPUs on each.
    strategy
        Full copies (``ddp``), shards (``fsdp``), or whichever the model's size asks for.

    Raises
    ------
    InvalidInput
        When the recipe cannot run, or not on these machines; `field` names what to change.
    """
    arch = accounting.architecture(recipe.model)
    _check_data(recipe, arch, corpus)
    machines = choose(recipe.global_batch, cluster, nodes, processes, gpus)
    precision: Precision = (
        recipe.precision if recipe.precision != "auto" else ("bf16" if machines.gpus else "fp32")
    )
    layout = _layout(recipe, arch, corpus.sequence_length, machines, precision, strategy)
    steps = _steps(recipe, corpus)
    return Plan(
        nodes=machines.nodes,
        processes=machines.processes,
        gpus=machines.gpus,
        strategy=layout.strategy,
        device="cuda" if machines.gpus else "cpu",
        backend="nccl" if machines.gpus else "gloo",
        precision=precision,
        threads=machines.threads,
        micro_batch=layout.micro_batch,
        accumulation=recipe.global_batch // (machines.ranks * layout.micro_batch),
        recompute=layout.recompute,
        steps=steps,
        checkpoint_every=recipe.checkpoint_every
        or min(MOST_CHECKPOINT_STEPS, math.ceil(steps / CHECKPOINTS)),
        sequence_length=corpus.sequence_length,
        parameters=accounting.parameters(arch),
        memory=layout.memory,
        notes=_notes(recipe, corpus, machines, layout, precision, steps),
    )


def _check_data(recipe: Recipe, arch: accounting.Architecture, corpus: Corpus) -> None:
    if arch.vocab_size < corpus.vocab_size:
        raise InvalidInput(
            f"model.vocab_size {arch.vocab_size} is smaller than the {corpus.vocab_size} tokens of "
            "the data's tokenizer.",
            action=f"Set model.vocab_size to {corpus.vocab_size} or more.",
            field="model.vocab_size",
        )
    if corpus.sequences == 0:
        raise InvalidInput(
            f"The data {recipe.data} holds no sequence.",
            action="Give the pipeline more text, or drop less of it.",
            field="data",
        )
    longest = recipe.model.get("max_position_embeddings")
    if isinstance(longest, int) and longest < corpus.sequence_length:
        raise InvalidInput(
            f"model.max_position_embeddings {longest} is shorter than the data's sequences of "
            f"{corpus.sequence_length} tokens.",
            action=f"Set it to {corpus.sequence_length} or more.",
            field="model.max_position_embeddings",
        )


def _layout(
    recipe: Recipe,
    arch: accounting.Architecture,
    sequence_length: int,
    machines: Machines,
    precision: Precision,
    strategy: Literal["auto", "ddp", "fsdp"],
) -> _Layout:
    """Take the first that fits: full copies, shards, shards with recomputation."""
    tokens = GPU_MICRO_TOKENS if machines.gpus else CPU_MICRO_TOKENS
    share = recipe.global_batch // machines.ranks
    sizes = [
        size
        for size in range(share, 0, -1)
        if share % size == 0 and (size == 1 or size * sequence_length <= tokens)
    ]
    limit = None if machines.memory is None else MEMORY_SHARE * machines.memory
    strategies: tuple[Strategy, ...] = ("ddp", "fsdp") if strategy == "auto" else (strategy,)
    count = accounting.parameters(arch)
    needed = 0
    for recompute in (False, True):
        for chosen in strategies:
            state = accounting.state_bytes(count, machines.ranks if chosen == "fsdp" else 1)
            for size in sizes:
                needed = state + accounting.activation_bytes(
                    arch, sequence_length, size, precision, recompute
                )
                if limit is None or needed <= limit:
                    return _Layout(
                        strategy=chosen, micro_batch=size, recompute=recompute, memory=needed
                    )
    raise InvalidInput(
        f"The model of {count:,} parameters needs about {needed / 2**30:.1f} GiB a rank; "
        f"a rank has {(limit or 0) / 2**30:.1f} GiB to fill.",
        action="Use more ranks, or a smaller model"
        + (", or leave the strategy out." if strategy == "ddp" else "."),
        field="model",
    )


def _steps(recipe: Recipe, corpus: Corpus) -> int:
    if recipe.tokens is not None:
        return max(1, recipe.tokens // (recipe.global_batch * corpus.sequence_length))
    return max(1, int(corpus.sequences * (recipe.epochs or 1.0)) // recipe.global_batch)


def _notes(
    recipe: Recipe,
    corpus: Corpus,
    machines: Machines,
    layout: _Layout,
    precision: Precision,
    steps: int,
) -> list[str]:
    place = "a GPU each" if machines.gpus else f"{machines.threads} core(s) each"
    copies = "a full copy" if layout.strategy == "ddp" else "a shard"
    notes = [
        f"{machines.ranks} ranks, {place}; each holds {copies} of the model "
        f"(about {layout.memory / 2**30:.2f} GiB with its activations).",
        f"{steps} steps of {recipe.global_batch} x {corpus.sequence_length} tokens: "
        f"{steps * recipe.global_batch / corpus.sequences:.2f} times over the data.",
    ]
    if layout.recompute:
        notes.append("Activations are computed again going back: they do not fit otherwise.")
    if precision == "bf16" and not machines.gpus:
        notes.append("bf16 is slow on most CPUs; precision 'auto' takes fp32 there.")
    return notes
