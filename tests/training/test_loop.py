from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import signal
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from ogai_lab.core.blobs import BlobStore
from ogai_lab.scheduler.agent.exits import rank_failed
from ogai_lab.training.goodput import goodput
from ogai_lab.training.types import Optimizer
from tests.training.ranks import Launcher, Ranks, TinyData


def weights(ranks: Ranks) -> str:
    return hashlib.sha256((ranks.output / "model" / "model.safetensors").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def whole(data: TinyData, tmp_path_factory: pytest.TempPathFactory) -> Ranks:
    """A training that nothing disturbed."""
    ranks = Launcher(tmp_path_factory.mktemp("whole"), data.store)(data.order())
    assert ranks.wait() == [0, 0], ranks.said()
    return ranks


def test_it_learns_and_says_how(whole: Ranks) -> None:
    losses = whole.losses()
    assert sorted(losses) == list(range(1, 13))
    assert losses[12] < losses[1] - 0.5
    metrics = whole.records("metric")[-1]["metrics"]
    assert metrics["steps"] == 12
    assert metrics["tokens"] == 12 * 8 * 32
    ratios = {"mfu", "causal_mfu", "hfu", "peak_tflops"}
    assert ratios <= set(metrics)
    assert metrics["causal_mfu"] < metrics["mfu"] == metrics["hfu"]
    assert {r["rank"] for r in whole.records("metric")} == {0}
    assert [(e["output"], e["value"]) for e in whole.events("output")] == [("model", "model")]


def test_the_model_opens_with_transformers(data: TinyData, whole: Ranks) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = whole.output / "model"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    text = "the number 7 is followed by the number 8. "
    ids = tokenizer(text, return_tensors="pt").input_ids
    assert tokenizer.decode(ids[0]) == text
    assert tokenizer.eos_token_id == model.config.eos_token_id == 0
    with torch.no_grad():
        loss = float(model(ids, labels=ids).loss)
    assert loss < math.log(300) - 0.5
    assert sum(p.numel() for p in model.parameters()) == data.order().plan.parameters
    assert "lm_head.weight" not in load_file(folder / "model.safetensors")  # tied


def test_killed_and_resumed_it_ends_in_the_same_bytes(
    data: TinyData, launch: Launcher, whole: Ranks
) -> None:
    first = launch(data.order())
    first.until(8)
    os.kill(first.processes[1].pid or 0, signal.SIGKILL)
    assert first.wait()[1] == -signal.SIGKILL
    second = launch(data.order())
    assert second.wait() == [0, 0], second.said()
    assert weights(second) == weights(whole)
    steps = [r["step"] for r in second.records("metric")]
    assert len(steps) > 12  # some were lost with the first attempt …
    assert steps.index(7, 7) == steps.index(12) - 5  # … and done again from the last checkpoint


def test_asked_to_stop_it_saves_and_nothing_is_done_twice(
    data: TinyData, launch: Launcher, whole: Ranks
) -> None:
    first = launch(data.order())
    first.until(4)
    os.kill(first.processes[1].pid or 0, signal.SIGTERM)
    assert first.wait() == [143, 143], first.said()
    second = launch(data.order())
    assert second.wait() == [0, 0], second.said()
    assert [r["step"] for r in second.records("metric")] == list(range(1, 13))
    assert weights(second) == weights(whole)


def test_a_damaged_checkpoint_is_set_aside(data: TinyData, launch: Launcher, whole: Ranks) -> None:
    folder = whole.output.parent.parent / "damaged"
    shutil.copytree(whole.output.parent, folder, symlinks=True)
    newest = folder / "output" / "checkpoints" / "step-00000012"
    part = newest / "__1_0.distcp"
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    (folder / "records.jsonl").unlink()
    ranks = Launcher(folder.parent, data.store)(data.order(), "damaged")
    assert ranks.wait() == [0, 0], ranks.said()
    (event,) = ranks.events("checkpoint_damaged")
    assert event["checkpoint"] == "step-00000012"
    assert event["files"] == ["__1_0.distcp"]
    assert [r["step"] for r in ranks.records("metric")] == [10, 11, 12]
    assert weights(ranks) == weights(whole)


def test_shards_and_other_numbers_of_ranks_train_the_same(
    data: TinyData, launch: Launcher, whole: Ranks
) -> None:
    sharded = launch(data.order(strategy="fsdp"), "fsdp")
    assert sharded.wait() == [0, 0], sharded.said()
    alone = launch(data.order(processes=1), "alone")
    assert alone.wait() == [0], alone.said()
    for other in (sharded, alone):
        assert other.losses() == pytest.approx(whole.losses(), abs=2e-3)


def test_a_checkpoint_goes_on_with_fewer_ranks_and_another_strategy(
    data: TinyData, launch: Launcher, whole: Ranks
) -> None:
    first = launch(data.order(strategy="fsdp"))
    first.until(7)
    for process in first.processes:
        process.kill()
    first.wait()
    second = launch(data.order(processes=1))
    assert second.wait() == [0], second.said()
    assert second.losses() == pytest.approx(whole.losses(), abs=2e-3)


@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_recomputation_and_lower_precision(
    data: TinyData, launch: Launcher, whole: Ranks, strategy: str
) -> None:
    order = data.order(strategy=strategy, precision="bf16", tokens=4 * 8 * 32)
    order.plan.recompute = True
    ranks = launch(order)
    assert ranks.wait() == [0, 0], ranks.said()
    assert ranks.losses()[1] == pytest.approx(whole.losses()[1], abs=0.05)
    metrics = ranks.records("metric")[-1]["metrics"]
    assert metrics["hfu"] == pytest.approx(metrics["mfu"] * 4 / 3)


def test_checkpoints_of_another_recipe_are_not_taken_up(data: TinyData, launch: Launcher) -> None:
    assert launch(data.order(tokens=3 * 8 * 32, processes=1)).wait() == [0]
    other = launch(data.order(tokens=3 * 8 * 32, processes=1, seed=8))
    assert other.wait() == [1]
    assert "holds checkpoints of another recipe" in other.said().splitlines()[-1]


def test_a_loss_that_is_no_number_stops_it(data: TinyData, launch: Launcher) -> None:
    wild = Optimizer(lr=1e30, warmup=0, grad_clip=1e9)
    ranks = launch(data.order(optimizer=wild, checkpoint_every=1))
    assert ranks.wait()[0] == 1
    line = ranks.said().strip().splitlines()[-1]
    assert line.startswith("error: Training diverged at step 2")
    assert "last good checkpoint is step-00000001" in line


def test_no_room_for_a_checkpoint_keeps_the_one_before(
    data: TinyData, launch: Launcher, whole: Ranks
) -> None:
    """A limit on the size of files stands for a full disk: writes fail in the same place."""
    first = launch(data.order())
    first.until(4)
    for process in first.processes:
        process.kill()
    first.wait()
    second = launch(data.order(), TEST_FILE_LIMIT="65536")
    assert second.wait()[0] == 1
    line = second.said().strip().splitlines()[-1]
    assert line.startswith("error: The checkpoint could not be written"), second.said()
    assert "last good checkpoint is step-00000003" in line
    how = {"rank": 0, "node": 0, "code": 1, "signal": None}
    assert rank_failed(how, [line], killed_for_memory=False)["kind"] == "storage_full"
    kept = {path.name for path in (second.output / "checkpoints").iterdir()}
    assert kept == {"step-00000003", "latest"}
    third = launch(data.order())
    assert third.wait() == [0, 0], third.said()
    assert weights(third) == weights(whole)


def test_a_damaged_shard_is_refused(data: TinyData, launch: Launcher, tmp_path: Path) -> None:
    copy = BlobStore(tmp_path / "blobs")
    shutil.copytree(data.store.url, copy.url)
    shard = copy.path(data.shards[1])  # type: ignore[arg-type]
    assert shard is not None
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.chmod(0o644)
    shard.write_bytes(content)
    ranks = launch(data.order(), store=copy)
    assert 1 in ranks.wait()
    (line,) = ranks.said().strip().splitlines()
    assert line.startswith(f"error: The data shard {data.shards[1]} holds other bytes")


def test_the_ledger_of_a_real_stream(whole: Ranks) -> None:
    stream = whole.records("event")
    begin = {"name": "attempt_started", "time": stream[0]["time"] - 1}
    end = {"name": "attempt_ended", "time": stream[-1]["time"]}
    ledger = goodput([begin, *stream, end])
    assert ledger.steps == 12
    assert ledger.productive > 0
    assert ledger.checkpoint > 0
    assert ledger.other < 0.2 * ledger.wall
    json.dumps(ledger.model_dump())
