"""The nouns of training: what to learn (`Recipe`), how it is spread (`Plan`), what it cost."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from ogai_lab.core.types import Strict

Precision = Literal["bf16", "fp32"]
Strategy = Literal["ddp", "fsdp"]
PhaseName = Literal["start", "productive", "compile", "data", "checkpoint", "export"]


class Optimizer(Strict):
    """AdamW with a linear warm-up and a cosine down to `min_lr_ratio` of `lr`.

    The default rate fits models of a few million parameters; a billion want about 3e-4.
    """

    name: Literal["adamw"] = "adamw"
    lr: float = Field(default=2e-3, gt=0)
    betas: tuple[float, float] = (0.9, 0.95)
    eps: float = Field(default=1e-8, gt=0)
    weight_decay: float = Field(default=0.1, ge=0, description="On matrices, never on norms.")
    warmup: float = Field(default=0.05, ge=0, lt=1, description="Fraction of all steps.")
    min_lr_ratio: float = Field(default=0.1, ge=0, le=1)
    grad_clip: float = Field(default=1.0, gt=0, description="Largest norm of the gradient.")

    @model_validator(mode="after")
    def _betas_below_one(self) -> Optimizer:
        if not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError(f"betas {self.betas} must lie in [0, 1)")
        return self


class Recipe(Strict):
    """The science of a training, and nothing else: it trains the same on any machines.

    The order of the samples and the size of the batch follow from the recipe alone; how many
    ranks share the work is in the `Plan`.
    """

    model: dict[str, Any] = Field(
        description="A transformers configuration: model_type, vocab_size, hidden_size …"
    )
    data: str = Field(description="The digest of a data manifest.")
    objective: Literal["pretrain"] = "pretrain"
    optimizer: Optimizer = Optimizer()
    tokens: int | None = Field(default=None, gt=0, description="How many tokens to train on.")
    epochs: float | None = Field(
        default=None,
        gt=0,
        description="Or how many times over the data; once when neither is given.",
    )
    global_batch: int = Field(default=8, ge=1, description="Sequences a step, over all ranks.")
    precision: Literal["auto", "bf16", "fp32"] = "auto"
    seed: int = Field(default=0, ge=0, lt=2**63)
    checkpoint_every: int | None = Field(
        default=None, ge=1, description="Steps; a tenth of the run when left out."
    )
    log_every: int = Field(default=10, ge=1, description="Steps between two points of a curve.")

    @model_validator(mode="after")
    def _one_budget(self) -> Recipe:
        if self.tokens is not None and self.epochs is not None:
            raise ValueError("give tokens or epochs, not both")
        return self


class Plan(Strict):
    """How one recipe runs on given machines; `planner.resolve` makes it."""

    nodes: int = Field(ge=1)
    processes: int = Field(ge=1, description="Ranks a node.")
    gpus: int = Field(ge=0, description="GPUs a node.")
    strategy: Strategy
    device: Literal["cpu", "cuda"]
    backend: Literal["gloo", "nccl"]
    precision: Precision
    threads: int = Field(ge=1, description="Torch threads a rank.")
    micro_batch: int = Field(ge=1, description="Sequences a rank computes at once.")
    accumulation: int = Field(ge=1, description="Micro-batches a rank adds up in one step.")
    recompute: bool = Field(description="Whether activations are computed again going back.")
    steps: int = Field(ge=1)
    checkpoint_every: int = Field(ge=1, description="Steps.")
    sequence_length: int = Field(ge=2, description="Tokens.")
    parameters: int = Field(ge=1)
    memory: int = Field(ge=0, description="Bytes a rank needs, estimated.")
    notes: list[str] = Field(default=[], description="What was chosen, and why.")

    @property
    def world_size(self) -> int:
        """How many ranks train."""
        return self.nodes * self.processes

    @property
    def global_batch(self) -> int:
        """Sequences a step, over all ranks."""
        return self.world_size * self.micro_batch * self.accumulation


class Order(Strict):
    """What the ranks are given: a recipe and the plan to carry it out."""

    recipe: Recipe
    plan: Plan


class Peak(Strict):
    """What the devices could do at best, in dense FLOP/s, and how that is known."""

    flops: float = Field(gt=0, description="FLOP/s of all ranks together.")
    source: str = Field(description="The data sheet's device, or what was measured.")


class Accounting(Strict):
    """Use of the devices. The three ratios are only ever shown together, with their peak.

    MFU counts the model's arithmetic with full attention, causal MFU the half of attention that
    a causal mask needs, HFU what the hardware did, recomputation included.
    """

    flops_per_token: float
    flops_per_second: float = Field(description="Of the model, by the convention of MFU.")
    peak: Peak | None = Field(description="None where nobody knows it; then no ratio is given.")
    mfu: float | None
    causal_mfu: float | None
    hfu: float | None


class Goodput(Strict):
    """Where the wall-clock time of a job went, in seconds.

    `recomputed` is time spent on steps that an earlier attempt had done and lost; `detect` runs
    from a failed attempt's last sign of life to its end, `restart` from there to the next step.
    """

    wall: float = 0.0
    start: float = 0.0
    productive: float = 0.0
    compile: float = 0.0
    data: float = 0.0
    checkpoint: float = 0.0
    export: float = 0.0
    detect: float = 0.0
    restart: float = 0.0
    recomputed: float = 0.0
    other: float = Field(default=0.0, description="Not explained by any report.")
    steps: int = Field(default=0, description="Steps that count.")
    attempts: int = 0
    ratio: float | None = Field(default=None, description="productive / wall")


def small_llama(
    vocab_size: int,
    *,
    hidden: int = 128,
    layers: int = 2,
    heads: int | None = None,
    intermediate: int | None = None,
    sequence_length: int = 256,
    **more: Any,
) -> dict[str, Any]:
    """Return the configuration of a small Llama with tied embeddings, for `Recipe.model`.

    Parameters
    ----------
    vocab_size
        Entries of the tokenizer.
    hidden
        Width; a multiple of the number of heads.
    layers
        Depth.
    heads
        Attention heads; one for every 32 of the width when left out.
    intermediate
        Width of the MLP; 8/3 of the width, rounded up to a multiple of 32, when left out.
    sequence_length
        Longest sequence, in tokens.
    more
        Any other field of the transformers configuration.
    """
    heads = heads or max(1, hidden // 32)
    return {
        "model_type": "llama",
        "vocab_size": vocab_size,
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": heads,
        "intermediate_size": intermediate or -(-hidden * 8 // (3 * 32)) * 32,
        "max_position_embeddings": sequence_length,
        "tie_word_embeddings": True,
        **more,
    }
