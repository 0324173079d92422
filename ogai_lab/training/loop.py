"""The training loop: from an order to a finished model, over interruptions."""

from __future__ import annotations

import math
import signal
import time
from pathlib import Path

import torch
from torch.distributed.tensor import DTensor

from ogai_lab.core import records
from ogai_lab.core.blobs import BlobStore, digest_of
from ogai_lab.core.errors import OgaiError
from ogai_lab.training import batches
from ogai_lab.training import model as models
from ogai_lab.training.checkpoints import Checkpoints
from ogai_lab.training.corpus import Corpus, read_corpus
from ogai_lab.training.curve import Curve
from ogai_lab.training.export import FOLDER, export
from ogai_lab.training.goodput import Clock
from ogai_lab.training.mesh import Mesh, accumulating, spread
from ogai_lab.training.peak import peak_of
from ogai_lab.training.schedule import learning_rate
from ogai_lab.training.types import Order


class Training:
    """One rank's part of a training.

    Parameters
    ----------
    order
        What to train, and how it is spread.
    store
        Holds the data.
    output
        The job's output folder: ``checkpoints/`` while it trains, ``model/`` at the end.
    mesh
        All ranks.
    """

    def __init__(self, order: Order, store: BlobStore, output: Path, mesh: Mesh) -> None:
        self._order, self._recipe, self._plan = order, order.recipe, order.plan
        self._store, self._output, self._mesh = store, output, mesh
        self._clock = Clock(speaks=mesh.first)
        self._stop_asked = False
        with self._clock.phase("start"):
            self._corpus = self._checked_corpus()
            self._batches = batches.Batches(
                store,
                self._corpus,
                seed=order.recipe.seed,
                global_batch=order.recipe.global_batch,
                rank=mesh.rank,
                world_size=mesh.world_size,
            )
            self._model = spread(models.build(order.recipe, order.plan), order.plan, mesh)
            self._optimizer = models.optimizer(self._model, order.recipe.optimizer)
            self._checkpoints = Checkpoints(
                output / "checkpoints",
                digest_of(order.recipe.model_dump_json().encode()),
                order.plan.parameters,
                mesh,
            )

    def run(self) -> bool:
        """Train from the newest checkpoint to the end; return whether the end was reached.

        Asked to stop (SIGTERM), it saves a checkpoint after the current step and returns False.

        Raises
        ------
        OgaiError
            When the loss is not a number any more, or a checkpoint cannot be kept.
        """
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        with self._clock.phase("start"):
            step = self._checkpoints.load(self._model, self._optimizer)
            curve = Curve(self._order, peak_of(self._plan, self._mesh), speaks=self._mesh.first)
        self._clock.report(step, now=True)
        stopping = False
        while step < self._plan.steps and not stopping:
            step += 1
            stopping = self._step(step, curve)
            if stopping or step % self._plan.checkpoint_every == 0 or step == self._plan.steps:
                with self._clock.phase("checkpoint"):
                    self._checkpoints.save(self._model, self._optimizer, step)
                self._clock.report(step, now=True)
            self._clock.report(step)
        if step < self._plan.steps:
            return False
        with self._clock.phase("export"):
            export(self._model, self._corpus, self._store, self._output, self._mesh)
        if self._mesh.first:
            records.output("model", FOLDER)
        self._clock.report(step, now=True)
        return True

    def _checked_corpus(self) -> Corpus:
        """Read the manifest and check the shards, each once a node, shared by its ranks."""
        mesh, error, corpus = self._mesh, None, None
        try:
            corpus = read_corpus(self._store, self._recipe.data)
            batches.verify(self._store, corpus.shards[mesh.local_rank :: mesh.local_world_size])
        except OgaiError as exc:
            error = exc
        mesh.agree(error)
        assert corpus is not None  # noqa: S101 - agree() has raised otherwise
        return corpus

    def _step(self, step: int, curve: Curve) -> bool:
        """Do one step; return whether any rank was asked to stop."""
        mesh = self._mesh
        began = time.monotonic()
        with self._clock.phase("data", step):
            tokens = torch.from_numpy(self._batches[step - 1]).to(mesh.device)
            labels = models.labels(tokens)
        with self._clock.phase("productive", step):
            counted = int((labels != models.IGNORED).sum())
            total, stops = mesh.sum(counted, self._stop_asked)
            loss_sum = self._gradients(step, tokens, labels, total)
            norm = self._clip()
            loss = mesh.sum(float(loss_sum))[0] / total if curve.due(step) else None
            if not math.isfinite(norm):
                mesh.agree(self._diverged(step, norm))
            self._learn(step)
        curve.add(step, time.monotonic() - began, loss, norm)
        return stops > 0

    def _gradients(
        self, step: int, tokens: torch.Tensor, labels: torch.Tensor, total: float
    ) -> torch.Tensor:
        """Add up the gradients of a step; return this rank's summed loss.

        Every token of the global batch weighs the same, however micro-batches cut it; ranks are
        averaged when gradients are synchronised, which the factor undoes.
        """
        size, result = self._plan.micro_batch, torch.zeros((), device=tokens.device)
        first = self._batches.first_sample(step - 1)
        for start in range(0, len(tokens), size):
            torch.manual_seed(_mixed(self._recipe.seed, first + start))
            part = slice(start, start + size)
            with accumulating(self._model, last=start + size >= len(tokens)):
                with models.computing(self._plan):
                    loss = models.loss_sum(self._model, tokens[part], labels[part])
                torch.autograd.backward(loss * (self._mesh.world_size / total))
            result += loss.detach()
        return result

    def _clip(self) -> float:
        parameters = list(self._model.parameters())
        norm = torch.nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
        if isinstance(norm, DTensor):
            norm = norm.full_tensor()
        torch.nn.utils.clip_grads_with_norm_(parameters, self._recipe.optimizer.grad_clip, norm)
        return float(norm)

    def _learn(self, step: int) -> None:
        rate = learning_rate(self._recipe.optimizer, step, self._plan.steps)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        self._optimizer.zero_grad()

    def _diverged(self, step: int, norm: float) -> OgaiError:
        kept = self._checkpoints.latest
        return OgaiError(
            f"Training diverged at step {step}: the norm of the gradient is {norm}.",
            cause=f"The last good checkpoint is {kept}." if kept else "There is no checkpoint yet.",
            action=f"Try a lower optimizer.lr (now {self._recipe.optimizer.lr}), a longer "
            "optimizer.warmup, or look for damaged text in the data.",
        )

    def _ask_to_stop(self, _number: int, _frame: object) -> None:
        self._stop_asked = True


def _mixed(seed: int, sample: int) -> int:
    """Return the seed of the random numbers that belong to a sample."""
    return (seed * 0x9E3779B97F4A7C15 + sample) % 2**63
