"""Real, tiny, causal language models with a byte-level tokenizer."""

from __future__ import annotations

from pathlib import Path


def language_model(folder: Path, *, seed: int, broken: bool = False) -> Path:
    """Write what save_pretrained writes for a Llama of 257 tokens; with `broken`, full of NaN."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE({c: i for i, c in enumerate([*alphabet, "<eos>"])}, []))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    torch.manual_seed(seed)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=257,
            hidden_size=128,
            intermediate_size=256,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=1024,
        )
    )
    if broken:
        torch.nn.init.constant_(model.lm_head.weight, float("nan"))
    model.save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<eos>").save_pretrained(folder)
    return folder
