"""Parameters, memory and arithmetic of a model, and the use of a device: formulas alone.

With h the width, L the layers, a·d the width of all heads, s the sequence and V the vocabulary:

    parameters       L·(q + k + v + o + 3hf + 2h) + (1 or 2)·Vh + h
    FLOPs a token    6·(parameters in matrix products) + 12·L·a·d·s      (causal: 6·L·a·d·s)
    with recompute   4/3 of that: every layer's forward pass runs twice
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field, ValidationError, model_validator

from ogai_lab.core.errors import InvalidInput
from ogai_lab.core.operations import invalid
from ogai_lab.training.types import Accounting, Peak, Precision

FAMILIES = ("llama", "mistral", "qwen2", "qwen3")
"""The model types that can be trained: decoders with RMS norms and a gated MLP."""

DENSE_PEAKS: Mapping[str, Mapping[Precision, float]] = {
    "B200": {"bf16": 2250e12, "fp32": 80e12},
    "H200": {"bf16": 989e12, "fp32": 67e12},
    "H100 PCIe": {"bf16": 756e12, "fp32": 51e12},
    "H100": {"bf16": 989e12, "fp32": 67e12},
    "H800": {"bf16": 989e12, "fp32": 67e12},
    "A100": {"bf16": 312e12, "fp32": 19.5e12},
    "A800": {"bf16": 312e12, "fp32": 19.5e12},
    "L40S": {"bf16": 362e12, "fp32": 91.6e12},
    "L4": {"bf16": 121e12, "fp32": 30.3e12},
    "4090": {"bf16": 165e12, "fp32": 82.6e12},
}
"""Dense FLOP/s of a device by its data sheet, without sparsity; the first name that fits counts."""


class Architecture(BaseModel):
    """The sizes in a transformers configuration that the formulas need."""

    model_type: str
    vocab_size: int = Field(ge=1)
    hidden_size: int = Field(ge=1)
    intermediate_size: int = Field(ge=1)
    num_hidden_layers: int = Field(ge=1)
    num_attention_heads: int = Field(ge=1)
    num_key_value_heads: int | None = Field(default=None, ge=1)
    head_dim: int | None = Field(default=None, ge=1)
    tie_word_embeddings: bool = False

    @model_validator(mode="after")
    def _divisible(self) -> Architecture:
        heads = self.num_attention_heads
        if self.head_dim is None and self.hidden_size % heads:
            raise ValueError(
                f"hidden_size {self.hidden_size} is not a multiple of the {heads} heads"
            )
        if heads % self.key_value_heads:
            raise ValueError(
                f"num_attention_heads {heads} is not a multiple of num_key_value_heads "
                f"{self.key_value_heads}"
            )
        return self

    @property
    def key_value_heads(self) -> int:
        """Heads of keys and values; as many as of queries where the configuration is silent."""
        return self.num_key_value_heads or self.num_attention_heads

    @property
    def head_size(self) -> int:
        """Width of one head."""
        return self.head_dim or self.hidden_size // self.num_attention_heads

    @property
    def attention_size(self) -> int:
        """Width of all query heads together."""
        return self.head_size * self.num_attention_heads


def architecture(config: Mapping[str, Any]) -> Architecture:
    """Read the sizes from a transformers configuration.

    Raises
    ------
    InvalidInput
        When the model type is not one that can be trained, or a size is missing or impossible.
    """
    kind = config.get("model_type")
    if kind not in FAMILIES:
        raise InvalidInput(
            f"model.model_type {kind!r} cannot be trained.",
            action=f"Use one of {', '.join(FAMILIES)}.",
            field="model.model_type",
        )
    try:
        return Architecture.model_validate(dict(config))
    except ValidationError as exc:
        raise invalid(exc, "model") from exc


def matrix_parameters(arch: Architecture) -> int:
    """Return the parameters that take part in a matrix product for every token."""
    h, d = arch.hidden_size, arch.head_size
    attention = 2 * h * arch.attention_size + 2 * h * d * arch.key_value_heads
    layer = attention + 3 * h * arch.intermediate_size
    return arch.num_hidden_layers * layer + arch.vocab_size * h


def parameters(arch: Architecture) -> int:
    """Return the number of parameters of the whole model."""
    h = arch.hidden_size
    vectors = 2 * h
    if arch.model_type == "qwen2":  # biases of q, k and v
        vectors += arch.attention_size + 2 * arch.key_value_heads * arch.head_size
    elif arch.model_type == "qwen3":  # norms of queries and keys
        vectors += 2 * arch.head_size
    embedding = 0 if arch.tie_word_embeddings else arch.vocab_size * h
    return matrix_parameters(arch) + arch.num_hidden_layers * vectors + h + embedding


def flops_per_token(
    matrices: float, layers: int, width: int, sequence_length: int, *, causal: bool = False
) -> float:
    """Return the FLOPs of a forward and a backward pass for one token, without recomputation.

    Parameters
    ----------
    matrices
        Parameters in matrix products, the output projection included, the embedding not.
    layers, width, sequence_length
        L, a·d and s of the module's formulas.
    causal
        Count only the half of attention that a causal mask leaves.
    """
    attention = 12.0 * layers * width * sequence_length
    return 6.0 * matrices + (attention / 2 if causal else attention)


def account(
    arch: Architecture,
    sequence_length: int,
    tokens_per_second: float,
    peak: Peak | None,
    *,
    recompute: bool = False,
) -> Accounting:
    """Return the use of the devices at a measured speed of all ranks together."""
    sizes = (
        matrix_parameters(arch),
        arch.num_hidden_layers,
        arch.attention_size,
        sequence_length,
    )
    full = flops_per_token(*sizes)
    causal = flops_per_token(*sizes, causal=True)
    mfu = None if peak is None else full * tokens_per_second / peak.flops
    return Accounting(
        flops_per_token=full,
        flops_per_second=full * tokens_per_second,
        peak=peak,
        mfu=mfu,
        causal_mfu=None if mfu is None else mfu * causal / full,
        hfu=None if mfu is None else mfu * (4 / 3 if recompute else 1),
    )


def datasheet_peak(device_name: str, precision: Precision, devices: int) -> Peak | None:
    """Return the dense peak of `devices` devices of this name, None where it is not known."""
    for name, peaks in DENSE_PEAKS.items():
        if name in device_name:
            return Peak(
                flops=peaks[precision] * devices,
                source=f"{devices} x {name}, dense {precision} by its data sheet",
            )
    return None


def state_bytes(parameter_count: int, shards: int) -> int:
    """Return the bytes of weights, gradients and AdamW's two moments on one rank, in fp32."""
    return 16 * parameter_count // shards


def activation_bytes(
    arch: Architecture,
    sequence_length: int,
    micro_batch: int,
    precision: Precision,
    recompute: bool,
) -> int:
    """Return the bytes that a micro-batch keeps for the backward pass, and its logits.

    34·s·b·h a layer in 16 bits without the attention matrix (the kernels never store it), 2·s·b·h
    with recomputation; the logits about 10·s·b·V.
    """
    tokens = sequence_length * micro_batch
    width = 1 if precision == "bf16" else 2
    layers = arch.num_hidden_layers
    kept = (2 * layers + 34 if recompute else 34 * layers) * tokens * arch.hidden_size
    return kept * width + 10 * tokens * arch.vocab_size
