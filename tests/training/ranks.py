"""A tiny corpus, and real ranks: processes forked from one that has torch imported."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import socket
import sys
import time
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import numpy as np

from ogai_lab.core import records
from ogai_lab.core.blobs import BlobStore
from ogai_lab.training.corpus import read_corpus
from ogai_lab.training.planner.resolve import resolve
from ogai_lab.training.types import Optimizer, Order, Recipe, small_llama

SEQUENCE = 32
VOCABULARY = 300


@dataclass
class TinyData:
    store: BlobStore
    manifest: str
    shards: list[str]

    def recipe(self, **changes: Any) -> Recipe:
        model = small_llama(VOCABULARY, hidden=32, layers=2, heads=2, sequence_length=SEQUENCE)
        settings: dict[str, Any] = {
            "model": model,
            "data": self.manifest,
            "tokens": 12 * 8 * SEQUENCE,
            "global_batch": 8,
            "checkpoint_every": 3,
            "log_every": 1,
            "seed": 7,
            "optimizer": Optimizer(lr=5e-3),
        }
        return Recipe(**(settings | changes))

    def order(self, processes: int = 2, strategy: Any = "ddp", **changes: Any) -> Order:
        recipe = self.recipe(**changes)
        plan = resolve(
            recipe,
            read_corpus(self.store, recipe.data),
            [],
            processes=processes,
            strategy=strategy,
        )
        return Order(recipe=recipe, plan=plan)


def store_shard(store: BlobStore, rows: np.ndarray) -> str:
    buffer = io.BytesIO()
    np.save(buffer, rows)
    return store.put(buffer.getvalue())


def make_data(folder: Path) -> TinyData:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    store = BlobStore(folder)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet
    )
    text = [f"the number {i} is followed by the number {i + 1}. " for i in range(400)]
    tokenizer.train_from_iterator(text, trainer)
    ids = np.array([i for line in text for i in tokenizer.encode(line).ids], dtype=np.uint16)
    rows = ids[: len(ids) // SEQUENCE * SEQUENCE].reshape(-1, SEQUENCE)
    parts = [rows[:50], rows[50:]]
    digests = [store_shard(store, part) for part in parts]
    manifest = {
        "format": 1,
        "tokenizer": store.put(tokenizer.to_str().encode()),
        "vocab_size": tokenizer.get_vocab_size(),
        "eos_id": 0,
        "sequence_length": SEQUENCE,
        "shards": [
            {"digest": d, "sequences": len(p), "tokens": p.size, "dtype": "uint16"}
            for d, p in zip(digests, parts, strict=True)
        ],
    }
    return TinyData(store, store.put(json.dumps(manifest).encode()), digests)


@dataclass
class Ranks:
    """The ranks of one attempt."""

    processes: list[ForkServerProcess]
    output: Path
    records_file: Path
    codes: list[int | None] = field(default_factory=list)

    def wait(self, timeout: float = 60) -> list[int | None]:
        """Wait for all; after the first failure the others are killed, as the agent does."""
        deadline = time.monotonic() + timeout
        while any(process.is_alive() for process in self.processes):
            if time.monotonic() > deadline or any(p.exitcode for p in self.processes):
                for process in self.processes:
                    process.kill()
            time.sleep(0.01)
        self.codes = [process.exitcode for process in self.processes]
        return self.codes

    def until(self, step: int) -> None:
        """Wait until a step has been logged."""
        deadline = time.monotonic() + 60
        while not any(point >= step for point in self.losses()):
            assert time.monotonic() < deadline, self.said()
            assert not any(p.exitcode for p in self.processes), self.said()
            time.sleep(0.005)

    def records(self, kind: str) -> list[dict[str, Any]]:
        return [r for r in records.read(str(self.records_file)).records if r["kind"] == kind]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [r for r in self.records("event") if r["name"] == name]

    def losses(self) -> dict[int, float]:
        return {r["step"]: r["metrics"]["loss"] for r in self.records("metric")}

    def said(self) -> str:
        return "\n".join(f.read_text() for f in sorted(self.output.parent.glob("rank-*.txt")))


class Launcher:
    """Starts the ranks of an order; the same name means the next attempt of the same job."""

    def __init__(self, folder: Path, store: BlobStore) -> None:
        self._folder = folder
        self._store = store
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["ogai_lab.training.loop", "tests.training.preload"])

    def __call__(
        self, order: Order, name: str = "job", *, store: BlobStore | None = None, **env: str
    ) -> Ranks:
        store = store or self._store
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        digest = store.put(order.model_dump_json().encode())
        world = order.plan.world_size
        common = {
            "WORLD_SIZE": str(world),
            "LOCAL_WORLD_SIZE": str(world),
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": str(_free_port()),
            "OGAI_OUTPUT": str(folder / "output"),
            "OGAI_BLOBS_URL": store.url,
            "OMP_NUM_THREADS": "1",
            **env,
        }
        processes = []
        for rank in range(world):
            own = common | {"RANK": str(rank), "LOCAL_RANK": str(rank)}
            process = self._context.Process(target=_rank, args=(own, digest, str(folder)))
            process.start()
            processes.append(process)
        return Ranks(processes, folder / "output", folder / "records.jsonl")


def _rank(environment: dict[str, str], digest: str, folder: str) -> None:
    os.environ.update(environment)
    out = os.open(
        f"{folder}/rank-{environment['RANK']}.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND
    )
    os.dup2(out, 1)
    os.dup2(out, 2)
    descriptor = os.open(f"{folder}/records.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.environ[records.RECORDS_FD] = str(descriptor)
    if limit := environment.get("TEST_FILE_LIMIT"):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    from ogai_lab.training.main import main

    sys.exit(main([digest]))


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])
