"""Claim: our loop trains at least as fast as transformers' Trainer, on the same ranks and model.

    python benchmarks/training_speed.py

Both train the same small Llama on the same sequences, two ranks under torchrun (gloo), the same
global batch and micro-batch, a checkpoint never. The speed is that of the steps after the
warm-up; the runs alternate and the best of each counts.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 2
RANKS = 2
SEQUENCE, VOCABULARY, GLOBAL_BATCH, STEPS, WARM = 256, 4096, 8, 30, 10


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        digest, sequences = prepare(folder)
        ours, theirs = [], []
        for number in range(ROUNDS):
            ours.append(run_ours(folder, digest, number))
            theirs.append(run_trainer(folder, sequences))
    print(f"{'':<24}{'tokens/s':>10}")
    print(f"{'ogai_lab.training':<24}{max(ours):>10.0f}")
    print(f"{'transformers.Trainer':<24}{max(theirs):>10.0f}")
    print(f"ratio: {max(ours) / max(theirs):.2f}")


def prepare(folder: Path) -> tuple[str, Path]:
    """Store random sequences, a manifest and an order; return its digest and the sequences."""
    import numpy as np
    from tokenizers import Tokenizer, models

    from ogai_lab.core.blobs import BlobStore
    from ogai_lab.training.corpus import read_corpus
    from ogai_lab.training.planner.resolve import resolve
    from ogai_lab.training.types import Order, Recipe, small_llama

    rows = np.random.default_rng(0).integers(0, VOCABULARY, (400, SEQUENCE), dtype=np.uint16)
    buffer = io.BytesIO()
    np.save(buffer, rows)
    (folder / "rows.npy").write_bytes(buffer.getvalue())
    store = BlobStore(folder / "blobs")
    tokenizer = Tokenizer(models.WordLevel({"x": 0}, unk_token="x"))
    shard = {"digest": store.put(buffer.getvalue()), "sequences": len(rows), "dtype": "uint16"}
    manifest = {
        "tokenizer": store.put(tokenizer.to_str().encode()),
        "vocab_size": VOCABULARY,
        "eos_id": 0,
        "sequence_length": SEQUENCE,
        "shards": [shard],
    }
    recipe = Recipe(
        model=small_llama(VOCABULARY),
        data=store.put(json.dumps(manifest).encode()),
        tokens=STEPS * GLOBAL_BATCH * SEQUENCE,
        global_batch=GLOBAL_BATCH,
        checkpoint_every=10 * STEPS,
        log_every=1,
    )
    plan = resolve(recipe, read_corpus(store, recipe.data), [], processes=RANKS)
    order = Order(recipe=recipe, plan=plan)
    return store.put(order.model_dump_json().encode()), folder / "rows.npy"


def run_ours(folder: Path, digest: str, number: int) -> float:
    output = torchrun(
        ["-m", "ogai_lab.training.main", digest],
        OGAI_BLOBS_URL=str(folder / "blobs"),
        OGAI_OUTPUT=str(folder / f"output-{number}"),
    )
    return speed({int(step): float(at) for step, at in re.findall(r"STEP (\d+) ([\d.]+)", output)})


def run_trainer(folder: Path, rows: Path) -> float:
    output = torchrun([__file__, "trainer", str(rows)], HF_OUTPUT=str(folder / "trainer"))
    return speed({int(step): float(at) for step, at in re.findall(r"STEP (\d+) ([\d.]+)", output)})


def speed(times: dict[int, float]) -> float:
    return (STEPS - WARM) * GLOBAL_BATCH * SEQUENCE / (times[STEPS] - times[WARM])


def torchrun(program: list[str], **environment: str) -> str:
    """Run a program on two ranks and return what it printed, each step's line timed."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    process = subprocess.Popen(
        [*command, f"--nproc-per-node={RANKS}", *program],
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        at = time.monotonic()
        match = re.match(r"step (\d+) ", line)
        lines.append(f"STEP {match[1]} {at}\n" if match else line)
    if process.wait():
        raise SystemExit("".join(lines))
    return "".join(lines)


def trainer(rows: str) -> None:
    """Train with transformers' Trainer; what a rank of the peer runs."""
    import numpy as np
    import torch
    from transformers import (
        LlamaConfig,
        LlamaForCausalLM,
        Trainer,
        TrainerCallback,
        TrainingArguments,
    )

    from ogai_lab.training.types import small_llama

    class Tell(TrainerCallback):
        def on_step_end(self, args, state, control, **more):  # type: ignore[no-untyped-def]
            if state.is_world_process_zero:
                print(f"step {state.global_step} done", flush=True)

    data = [
        {"input_ids": torch.from_numpy(row), "labels": torch.from_numpy(row)}
        for row in np.load(rows).astype(np.int64)
    ]
    config = LlamaConfig(**{k: v for k, v in small_llama(VOCABULARY).items() if k != "model_type"})
    torch.set_num_threads(1)
    Trainer(
        model=LlamaForCausalLM(config),
        args=TrainingArguments(
            output_dir=os.environ["HF_OUTPUT"],
            max_steps=STEPS,
            per_device_train_batch_size=GLOBAL_BATCH // RANKS,
            logging_steps=1,
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            ddp_backend="gloo",
            disable_tqdm=True,
            optim="adamw_torch_fused",
            weight_decay=0.1,
        ),
        train_dataset=data,
        callbacks=[Tell()],
    ).train()


if __name__ == "__main__":
    if sys.argv[1:2] == ["trainer"]:
        trainer(sys.argv[2])
    else:
        main()
