"""The callbacks, in the real trainers they are for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ogai_lab.core import records
from ogai_lab.training.callbacks import hugging_face, lightning_callback


@pytest.fixture
def stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "records.jsonl"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    monkeypatch.setenv(records.RECORDS_FD, str(descriptor))
    yield path
    os.close(descriptor)


def points(path: Path, name: str) -> dict[int, float]:
    found = records.read(str(path)).records
    return {r["step"]: r["metrics"][name] for r in found if name in r["metrics"]}


def test_hugging_face_trainer(stream: Path, tmp_path: Path) -> None:
    pytest.importorskip("accelerate")
    from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments

    config = LlamaConfig(
        vocab_size=32,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=1,
    )
    rows = [{"input_ids": list(range(8)), "labels": list(range(8))}] * 4
    arguments = TrainingArguments(
        output_dir=str(tmp_path / "out"),
        max_steps=3,
        logging_steps=1,
        report_to=[],
        use_cpu=True,
        save_strategy="no",
        disable_tqdm=True,
        per_device_train_batch_size=2,
    )
    trainer = Trainer(
        model=LlamaForCausalLM(config),
        args=arguments,
        train_dataset=rows,
        callbacks=[hugging_face()],
    )
    trainer.train()
    losses = points(stream, "loss")
    assert list(losses) == [1, 2, 3]
    assert losses[3] < losses[1]
    assert points(stream, "steps")[3] == 3


def test_lightning_trainer(stream: Path, tmp_path: Path) -> None:
    lightning: Any = pytest.importorskip("lightning.pytorch")
    import torch

    class Line(lightning.LightningModule):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch: Any, _index: int) -> Any:
            loss = ((self.layer(batch) - 2 * batch) ** 2).mean()
            self.log("loss", loss)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.1)

    trainer = lightning.Trainer(
        max_steps=6,
        log_every_n_steps=2,
        callbacks=[lightning_callback()],
        logger=False,
        accelerator="cpu",
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=tmp_path,
    )
    rows: Any = torch.randn(32, 1)
    trainer.fit(Line(), torch.utils.data.DataLoader(rows, batch_size=4))
    losses = points(stream, "loss")
    assert list(losses) == [2, 4, 6]
    assert losses[6] < losses[2]
