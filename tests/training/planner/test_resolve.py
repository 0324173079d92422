from __future__ import annotations

from typing import Any

import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.types import Gpu, Node
from ogai_lab.training.corpus import Corpus, Shard
from ogai_lab.training.planner.resolve import resolve
from ogai_lab.training.types import Plan, Recipe, small_llama

DIGEST = "sha256:" + "0" * 64
CORPUS = Corpus(
    tokenizer=DIGEST,
    vocab_size=500,
    eos_id=0,
    sequence_length=64,
    shards=[Shard(digest=DIGEST, sequences=1000, dtype="uint16")],
)
GIB = 2**30
SHORT = small_llama(500, sequence_length=32)


def node(cpus: float = 2, gpus: int = 0, gpu_memory: int = 80 * GIB, name: str = "n") -> Node:
    cards = [Gpu(index=i, name="H100", memory=gpu_memory) for i in range(gpus)]
    memory = 8 * GIB
    return Node(
        name=name,
        state="ready",
        cpus=cpus,
        cpus_free=cpus,
        memory=memory,
        memory_free=memory,
        gpus=cards,
        gpus_free=gpus,
    )


def recipe(**changes: Any) -> Recipe:
    settings: dict[str, Any] = {"model": small_llama(500), "data": DIGEST, "global_batch": 32}
    return Recipe(**(settings | changes))


def plan(cluster: list[Node], given: dict[str, Any] | None = None, **changes: Any) -> Plan:
    return resolve(recipe(**changes), CORPUS, cluster, **(given or {}))


def test_two_cores_make_two_ranks_of_one_thread() -> None:
    chosen = plan([node()])
    assert (chosen.processes, chosen.threads, chosen.device, chosen.backend) == (
        2,
        1,
        "cpu",
        "gloo",
    )
    assert (chosen.precision, chosen.strategy, chosen.recompute) == ("fp32", "ddp", False)
    assert chosen.steps == 1000 // 32
    assert chosen.micro_batch * CORPUS.sequence_length <= 1024


def test_gpus_are_taken_where_there_are_some() -> None:
    chosen = plan([node(), node(cpus=64, gpus=8)])
    assert (chosen.gpus, chosen.processes, chosen.device, chosen.backend) == (8, 8, "cuda", "nccl")
    assert (chosen.precision, chosen.threads) == ("bf16", 8)


def test_as_many_gpus_as_share_the_batch_evenly() -> None:
    assert plan([node(cpus=8, gpus=6)]).gpus == 4
    assert plan([node(cpus=8, gpus=6)], global_batch=36).gpus == 6


@pytest.mark.parametrize("nodes", [1, 2, 4])
@pytest.mark.parametrize("processes", [1, 2, 4])
@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_the_science_is_the_same_under_every_plan(
    nodes: int, processes: int, strategy: str
) -> None:
    chosen = plan(
        [node(cpus=16)],
        {"nodes": nodes, "processes": processes, "strategy": strategy},
        tokens=10**6,
    )
    assert chosen.global_batch == 32
    assert chosen.steps == 10**6 // (32 * 64)
    assert chosen.strategy == strategy


def test_a_large_model_is_sharded_then_recomputed() -> None:
    big = small_llama(32000, hidden=4096, layers=32, heads=32, sequence_length=8192)
    long = CORPUS.model_copy(update={"sequence_length": 8192})
    large = recipe(model=big, global_batch=8)
    assert resolve(large, long, [node(gpus=8)]).strategy == "fsdp"
    assert not resolve(large, long, [node(gpus=8)]).recompute
    assert resolve(large, long, [node(gpus=8, gpu_memory=40 * GIB)]).recompute
    with pytest.raises(InvalidInput, match="needs about") as caught:
        resolve(large, long, [node(gpus=1)])
    assert caught.value.field == "model"


@pytest.mark.parametrize(
    ("given", "changes", "field", "says"),
    [
        ({"processes": 3}, {}, "global_batch", "30 or 33"),
        ({"processes": 4}, {"global_batch": 2}, "global_batch", "Set global_batch to 4"),
        ({"processes": 5}, {}, "processes", "Ask for 4 or fewer"),
        ({"gpus": 1}, {}, "gpus", "any node has"),
        ({"nodes": 0}, {}, "nodes", "less than 1"),
        ({}, {"model": small_llama(400)}, "model.vocab_size", "500 or more"),
        (
            {},
            {"model": small_llama(500, sequence_length=32)},
            "model.max_position_embeddings",
            "64",
        ),
    ],
)
def test_what_cannot_run_is_refused_with_what_would(
    given: dict[str, Any], changes: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        plan([node(cpus=4)], given, **changes)
    assert caught.value.field == field
    assert says in str(caught.value)


def test_gpus_and_processes_must_agree() -> None:
    with pytest.raises(InvalidInput) as caught:
        plan([node(gpus=4)], {"gpus": 4, "processes": 2})
    assert caught.value.field == "processes"
    assert plan([node(gpus=4)], {"gpus": 2}).processes == 2
    assert plan([node(gpus=4)], {"gpus": 0, "processes": 2}).device == "cpu"


def test_an_empty_corpus_is_refused() -> None:
    empty = CORPUS.model_copy(update={"shards": []})
    with pytest.raises(InvalidInput) as caught:
        resolve(recipe(), empty, [node()])
    assert caught.value.field == "data"


@pytest.mark.parametrize(("steps", "every"), [(10, 1), (100, 10), (100_000, 500)])
def test_checkpoints_are_a_tenth_apart_and_never_far(steps: int, every: int) -> None:
    assert plan([node()], tokens=steps * 32 * 64).checkpoint_every == every
