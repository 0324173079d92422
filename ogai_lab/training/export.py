"""The finished model as a Hugging Face folder that `from_pretrained` opens."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from torch import nn
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
from torch.nn.parallel import DistributedDataParallel
from transformers import PreTrainedTokenizerFast
from transformers.utils.logging import disable_progress_bar

from ogai_lab.core.blobs import BlobStore, check_digest
from ogai_lab.training.corpus import Corpus
from ogai_lab.training.mesh import Mesh

FOLDER = "model"
"""Of the job's output: where the model is."""


def export(model: nn.Module, corpus: Corpus, store: BlobStore, output: Path, mesh: Mesh) -> None:
    """Write ``output/model``: configuration, weights, tokenizer. All ranks call this together.

    The folder appears when it is whole, and takes the place of an earlier one.
    """
    weights = get_model_state_dict(
        model, options=StateDictOptions(full_state_dict=True, cpu_offload=True)
    )
    if mesh.first:
        bare: Any = model.module if isinstance(model, DistributedDataParallel) else model
        partial = output / f".{FOLDER}.part"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        quiet: Any = disable_progress_bar
        quiet()
        bare.config.eos_token_id = bare.generation_config.eos_token_id = corpus.eos_id
        bare.config.bos_token_id = bare.generation_config.bos_token_id = None
        bare.save_pretrained(partial, state_dict=weights)
        _tokenizer(store, corpus).save_pretrained(partial)
        shutil.rmtree(output / FOLDER, ignore_errors=True)
        partial.rename(output / FOLDER)


def _tokenizer(store: BlobStore, corpus: Corpus) -> Any:
    content = store.get(check_digest(corpus.tokenizer))
    tokenizer = Tokenizer.from_str(content.decode())
    end = tokenizer.id_to_token(corpus.eos_id)
    wrap: Any = PreTrainedTokenizerFast
    return wrap(
        tokenizer_object=tokenizer,
        eos_token=end,
        pad_token=end,
        model_max_length=corpus.sequence_length,
        clean_up_tokenization_spaces=False,
    )
