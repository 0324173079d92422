"""Formulas against published figures; the sources are in the names."""

from __future__ import annotations

import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.training import accounting
from ogai_lab.training.accounting import Architecture
from ogai_lab.training.types import Peak, small_llama

H100 = 989e12
LLAMA_8B = Architecture(
    model_type="llama",
    vocab_size=128256,
    hidden_size=4096,
    intermediate_size=14336,
    num_hidden_layers=32,
    num_attention_heads=32,
    num_key_value_heads=8,
)


@pytest.mark.parametrize(
    ("tokens_per_second", "mfu", "causal"),
    [(5762, 33.7, None), (6667, 39.0, 34.7), (8532, 50.0, None)],
)
def test_torchtitan_llama_8b_on_h100(
    tokens_per_second: float, mfu: float, causal: float | None
) -> None:
    peak = Peak(flops=H100, source="H100")
    use = accounting.account(LLAMA_8B, 8192, tokens_per_second, peak)
    assert use.mfu == use.hfu == pytest.approx(mfu / 100, abs=5e-4)
    if causal is not None:
        assert use.causal_mfu == pytest.approx(causal / 100, abs=5e-4)


def test_torchtitan_llama_8b_on_h200_fp8() -> None:
    use = accounting.account(LLAMA_8B, 8192, 10938, Peak(flops=H100, source="H200"))
    assert use.flops_per_second == pytest.approx(633e12, rel=2e-3)
    assert use.mfu == pytest.approx(0.64, abs=5e-3)


def test_megascale_175b() -> None:
    flops = accounting.flops_per_token(175e9, 96, 12288, 2048)
    assert flops * 1.96e6 / (12288 * 312e12) == pytest.approx(0.552, abs=2e-3)


def test_yuan_2_counts_recomputation() -> None:
    """A=480 a pipeline, 7 of them, on 8·38·7 chips: 44.9% is HFU; the same run's MFU is 33.6%.

    The vocabulary is taken as 53,000; it moves both by less than 0.2%.
    """
    layers, width, sequence = 76, 16384, 2048
    matrices = 12 * layers * width**2 + 53_000 * width
    flops = accounting.flops_per_token(matrices, layers, width, sequence)
    speed = 480 * 7 * sequence / 46.20
    mfu = flops * speed / (8 * 38 * 7 * 312e12)
    assert mfu == pytest.approx(0.336, abs=2e-3)
    assert mfu * 4 / 3 == pytest.approx(0.449, abs=2e-3)


def test_recomputation_raises_hfu_alone() -> None:
    peak = Peak(flops=H100, source="H100")
    plain = accounting.account(LLAMA_8B, 8192, 5000, peak)
    again = accounting.account(LLAMA_8B, 8192, 5000, peak, recompute=True)
    assert (again.mfu, again.causal_mfu) == (plain.mfu, plain.causal_mfu)
    assert again.hfu == pytest.approx((plain.hfu or 0) * 4 / 3)


def test_without_a_peak_there_is_no_ratio() -> None:
    use = accounting.account(LLAMA_8B, 8192, 5000, None)
    assert use.flops_per_second > 0
    assert (use.mfu, use.causal_mfu, use.hfu) == (None, None, None)
    assert accounting.datasheet_peak("Radiant 9000", "bf16", 8) is None
    sheet = accounting.datasheet_peak("NVIDIA H100 80GB HBM3", "bf16", 8)
    assert sheet is not None
    assert sheet.flops == 8 * H100


@pytest.mark.parametrize("kind", accounting.FAMILIES)
@pytest.mark.parametrize("tied", [True, False])
def test_parameters_are_those_of_the_real_model(kind: str, tied: bool) -> None:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = small_llama(500, hidden=64, layers=3, num_key_value_heads=1) | {
        "model_type": kind,
        "tie_word_embeddings": tied,
        "head_dim": 32,
    }
    real = AutoConfig.for_model(kind, **{k: v for k, v in config.items() if k != "model_type"})
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(real)  # type: ignore[no-untyped-call]
    count = sum(parameter.numel() for parameter in model.parameters())
    assert accounting.parameters(accounting.architecture(config)) == count


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"model_type": "gpt5"}, "model.model_type"),
        ({"model_type": None}, "model.model_type"),
        ({"hidden_size": "wide"}, "model.hidden_size"),
        ({"hidden_size": 130}, "model"),
        ({"num_key_value_heads": 3}, "model"),
        ({"vocab_size": 0}, "model.vocab_size"),
    ],
)
def test_impossible_models_are_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        accounting.architecture(small_llama(500) | change)
    assert caught.value.field == field


def test_a_missing_size_is_named() -> None:
    config = small_llama(500)
    del config["intermediate_size"]
    with pytest.raises(InvalidInput) as caught:
        accounting.architecture(config)
    assert caught.value.field == "model.intermediate_size"
