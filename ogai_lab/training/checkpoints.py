"""Checkpoints that can be trusted: written aside, hashed, synced, then renamed into place.

    checkpoints/step-00000120/   __0_0.distcp  __1_0.distcp  .metadata  manifest.json
    checkpoints/latest           → the newest one

Tensors are kept by torch's distributed checkpoint format under both strategies: every rank
writes its part, and a checkpoint can be taken up by another number of ranks or another strategy.
The manifest has the SHA-256 of every file; without a whole manifest there is no checkpoint. Random
numbers are keyed by sample and the learning rate by step, so neither has a state to keep.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch import nn
from torch.distributed.checkpoint import state_dict_loader, state_dict_saver
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.filesystem import FileSystemReader, FileSystemWriter
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.optim import Optimizer

from ogai_lab.core import records
from ogai_lab.core.errors import Conflict, Corrupt, OgaiError, StorageFull
from ogai_lab.training.mesh import Mesh

KEEP = 2
MANIFEST = "manifest.json"
_STATE_BYTES = 12
"""Of one parameter: the weight and AdamW's two moments, in fp32."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BLOCK = 1 << 20


class Checkpoints:
    """The checkpoints of one training.

    Parameters
    ----------
    folder
        Where they are kept; all ranks see it.
    recipe
        The digest of the recipe: a checkpoint of another one is never taken up.
    parameters
        How many the model has.
    mesh
        All ranks; every method is called by all of them together.
    """

    def __init__(self, folder: Path, recipe: str, parameters: int, mesh: Mesh) -> None:
        self._folder = folder
        self._recipe = recipe
        self._parameters = parameters
        self._mesh = mesh

    def save(self, model: nn.Module, optimizer: Optimizer, step: int) -> None:
        """Write the checkpoint of a finished step, and drop all but the last two.

        Raises
        ------
        StorageFull
            When it does not fit; earlier checkpoints stay as they are.
        """
        partial, final = self._folder / f".step-{step:08d}.part", self._folder / f"step-{step:08d}"
        self._mesh.agree(self._prepare(partial) if self._mesh.first else None)
        self._mesh.agree(self._write(partial, model, optimizer))
        hashes = self._mesh.gather(_hashes(partial, f"__{self._mesh.rank}_"))
        error = None
        if self._mesh.first:
            files = {name: entry for part in hashes for name, entry in part.items()}
            error = self._publish(partial, final, step, files | _hashes(partial, ".metadata"))
        self._mesh.agree(error)
        if self._mesh.first:
            self._prune()

    def load(self, model: nn.Module, optimizer: Optimizer) -> int:
        """Take up the newest whole checkpoint and return its step, 0 when there is none.

        A damaged one is set aside and told as the event ``checkpoint_damaged``; the one before
        it is taken.

        Raises
        ------
        Conflict, Corrupt
            When they belong to another recipe, or all of them are damaged.
        """
        found = self._mesh.from_first(self._found() if self._mesh.first else None)
        for name in found:
            if not self._whole(self._folder / name):
                continue
            self._read(self._folder / name, model, optimizer)
            return int(name.removeprefix("step-"))
        if found:
            self._mesh.agree(
                Corrupt(
                    f"Every checkpoint in {str(self._folder)!r} is damaged: {', '.join(found)}.",
                    cause="The files are not what they were when they were written.",
                    action="Remove the folder to begin at step 0, and check the disk.",
                )
            )
        return 0

    @property
    def latest(self) -> str | None:
        """The name of the newest checkpoint."""
        names = self._names()
        return names[0] if names else None

    def _names(self) -> list[str]:
        return sorted((path.name for path in self._folder.glob("step-*")), reverse=True)

    def _found(self) -> list[str]:
        for rest in self._folder.glob(".step-*.part"):
            shutil.rmtree(rest)  # of a save that was killed
        return self._names()

    def _prepare(self, partial: Path) -> OgaiError | None:
        try:
            if partial.exists():
                shutil.rmtree(partial)
            partial.mkdir(parents=True)
        except OSError as exc:
            return self._unwritten(exc)
        needed, free = _STATE_BYTES * self._parameters, shutil.disk_usage(partial).free
        if free >= needed:
            return None
        partial.rmdir()
        return StorageFull(
            f"There is no space left for a checkpoint: it needs about {needed / 2**20:.0f} MiB; "
            f"{str(self._folder)!r} has {free / 2**20:.0f} MiB free.",
            cause=self._kept(),
            action="Free some space on that disk and submit the job again.",
        )

    def _write(self, partial: Path, model: nn.Module, optimizer: Optimizer) -> OgaiError | None:
        weights, moments = get_state_dict(model, optimizer)
        try:
            state_dict_saver.save(
                {"model": weights, "optimizer": moments},
                storage_writer=FileSystemWriter(partial, sync_files=True),
            )
        except CheckpointException as exc:
            causes = [failure[0] for failure in exc.failures.values()]
            full = [c for c in causes if isinstance(c, OSError) and c.errno in _FULL]
            self._mesh.gather(None)  # nobody writes any more
            if self._mesh.first:
                shutil.rmtree(partial, ignore_errors=True)
            if full or any("File too large" in str(c) or "No space" in str(c) for c in causes):
                return self._unwritten(OSError(errno.ENOSPC, "no space left"))
            raise
        return None

    def _publish(
        self, partial: Path, final: Path, step: int, files: dict[str, Any]
    ) -> OgaiError | None:
        body = {"step": step, "recipe": self._recipe, "files": files}
        try:
            with (partial / MANIFEST).open("w") as file:
                json.dump(body | {"digest": _digest(body)}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            _sync(partial)
            if final.exists():
                shutil.rmtree(final)  # of a run that fell back behind it
            partial.rename(final)
            pointer = self._folder / ".latest.part"
            pointer.unlink(missing_ok=True)
            pointer.symlink_to(final.name)
            pointer.replace(self._folder / "latest")
            _sync(self._folder)
        except OSError as exc:
            shutil.rmtree(partial, ignore_errors=True)
            return self._unwritten(exc)
        return None

    def _unwritten(self, exc: OSError) -> OgaiError:
        full = exc.errno in _FULL
        kind, why = (StorageFull, "no space left") if full else (OgaiError, exc.strerror)
        return kind(
            f"The checkpoint could not be written to {str(self._folder)!r}: {why}.",
            cause=self._kept(),
            action="Free some space on that disk and submit the job again."
            if full
            else "Check the folder's disk and rights.",
        )

    def _kept(self) -> str:
        return f"The last good checkpoint is {self.latest or 'none, so training begins again'}."

    def _prune(self) -> None:
        for name in self._names()[KEEP:]:
            shutil.rmtree(self._folder / name)

    def _whole(self, folder: Path) -> bool:
        """Check a checkpoint, each rank a part of its files; set it aside when it is damaged."""
        try:
            manifest = _manifest(folder)
            mine = list(manifest["files"].items())[self._mesh.rank :: self._mesh.world_size]
            wrong = [name for name, entry in mine if _hashes(folder, name).get(name) != entry]
        except (OSError, ValueError, KeyError) as exc:
            manifest, wrong = {}, [f"{MANIFEST} ({exc})"]
        damaged = sorted({name for part in self._mesh.gather(wrong) for name in part})
        if damaged:
            if self._mesh.first:
                records.tell("checkpoint_damaged", checkpoint=folder.name, files=damaged)
                print(  # noqa: T201
                    f"{folder.name} is damaged ({', '.join(damaged)}); going back one checkpoint.",
                    flush=True,
                )
                aside = folder.with_name(f"damaged-{folder.name}")
                shutil.rmtree(aside, ignore_errors=True)
                folder.rename(aside)
            return False
        other = manifest["recipe"] != self._recipe
        self._mesh.agree(
            Conflict(
                f"{str(self._folder)!r} holds checkpoints of another recipe "
                f"({manifest['recipe'][:19]}…).",
                action="Give this training an output folder of its own.",
            )
            if other
            else None
        )
        return True

    def _read(self, folder: Path, model: nn.Module, optimizer: Optimizer) -> None:
        weights, moments = get_state_dict(model, optimizer)
        state: dict[str, Any] = {"model": weights, "optimizer": moments}
        state_dict_loader.load(state, storage_reader=FileSystemReader(folder))
        set_state_dict(
            model,
            optimizer,
            model_state_dict=state["model"],
            optim_state_dict=state["optimizer"],
        )


def _manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    body = {key: value for key, value in manifest.items() if key != "digest"}
    if manifest["digest"] != _digest(body) or folder.name != f"step-{body['step']:08d}":
        raise ValueError("its content does not fit its digest")
    return body


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _hashes(folder: Path, prefix: str) -> dict[str, dict[str, Any]]:
    return {
        path.name: {"size": path.stat().st_size, "sha256": _file_hash(path)}
        for path in sorted(folder.iterdir())
        if path.name.startswith(prefix)
    }


def _file_hash(path: Path) -> str:
    hasher = hashlib.sha256()
    for block in _blocks(path):
        hasher.update(block)
    return hasher.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
