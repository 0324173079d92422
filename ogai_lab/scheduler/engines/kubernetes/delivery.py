"""How a job's code gets into its pods: packed, put where pods can have it, and named there.

One archive holds the working folder and the agent; with the order and the bootstrap it makes a
parcel. The order always travels in a ConfigMap; the archive there as well while it is small, else
by a volume that this server has mounted, too, or by an object store.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import tarfile
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ogai_lab.core.blobs import BlobStore, Digest, check_digest
from ogai_lab.core.errors import InvalidInput, StorageFull, TooLarge, Unavailable
from ogai_lab.scheduler.agent import bootstrap
from ogai_lab.scheduler.agent.files import FULL
from ogai_lab.scheduler.engines.archive import archive_bytes
from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import names
from ogai_lab.scheduler.engines.kubernetes.layout import Layout, StoreCode, VolumeCode

PARCEL, HOME, SHARED = "/ogai/parcel", "/ogai/job", "/ogai/shared"
"""Where pods have the parcel, the job's folder, and the shared volume."""

MOST_BYTES = 900 << 10
"""Bytes that a ConfigMap takes, with room for what else an object says."""

ARCHIVE, LINK, ORDER, START = "code.tar.gz", "code.link", "order.json", "start.py"
_MEMORY = 64 << 20


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """What a job's pods are given: files, one that is secret, a volume that carries the code."""

    files: dict[str, bytes] = field(repr=False)
    link: str | None = field(default=None, repr=False)
    volume: VolumeCode | None = None


def deliver(order: Order, layout: Layout, blobs: BlobStore) -> Parcel:
    """Put a job's code where its pods can have it.

    Raises
    ------
    TooLarge
        When it does not fit into a ConfigMap; the other two ways are named.
    InvalidInput, Unavailable
        When the volume or the store of the configuration cannot be used.
    NotFound, Corrupt
        When the snapshot cannot be had.
    """
    match layout.code:
        case VolumeCode() as volume:
            code = {"path": f"{SHARED}/code/{_on_volume(order, volume, blobs)}"}
            files = _files(order, layout, code, blobs)
            return Parcel(files=_checked(order, files), volume=volume)
        case StoreCode() as store:
            files = _checked(order, _files(order, layout, {"link": LINK}, blobs))
            return Parcel(files=files, link=_in_store(order, store, blobs))
        case _:
            files = _files(order, layout, {"path": ARCHIVE}, blobs)
            with _packed(order, blobs) as archive:
                files[ARCHIVE] = archive.read(MOST_BYTES + 1)
                size = archive.seek(0, io.SEEK_END)
            return Parcel(files=_checked(order, files, size))


def output_folder(layout: Layout, job_id: str) -> str | None:
    """Return where this server sees a job's outputs; None where they stay in the pods."""
    if isinstance(layout.code, VolumeCode) and layout.code.here:
        return str(Path(layout.code.here) / "jobs" / job_id / "output")
    return None


def _files(
    order: Order, layout: Layout, code: dict[str, str], blobs: BlobStore
) -> dict[str, bytes]:
    spec = order.spec
    fabric = layout.fabric(spec.fabric)
    shared = f"{SHARED}/jobs/{order.job_id}/output"
    content: dict[str, Any] = {
        "job_id": order.job_id,
        "owner": order.owner,
        "attempt": order.attempt,
        "seconds_left": order.seconds_left,
        "spec": spec.model_dump(mode="json"),
        "nodes": spec.nodes,
        "ranks_per_node": spec.ranks_per_node,
        "environment": order.environment,
        "blobs_url": blobs.url if "://" in blobs.url else "",
        "address": names.head_address(order.job_id) if spec.nodes > 1 else "127.0.0.1",
        "port": names.master_port(order.job_id, fabric is not None and fabric.host_network),
        "code": code,
        "output": shared if isinstance(layout.code, VolumeCode) else "",
    }
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return {ORDER: text.encode(), START: Path(bootstrap.__file__).read_bytes()}


def _checked(order: Order, files: dict[str, bytes], archive: int = 0) -> dict[str, bytes]:
    """Return files of a ConfigMap that takes them; `archive` is the whole size of the code."""
    size = sum(map(len, files.values()))
    if size <= MOST_BYTES:
        return files
    if archive and size - len(files[ARCHIVE]) <= MOST_BYTES // 2:
        raise TooLarge(
            f"The working folder has {archive / 1e6:.1f} MB when it is packed; "
            f"{MOST_BYTES / 1e6:.1f} MB travel to this cluster.",
            cause="Its code travels in a ConfigMap.",
            action="Let less travel (include=[…], .gitignore); or have code travel by a volume "
            "(code: {pvc: …, here: …}) or an object store (code: {url: s3://…}) in clusters.yaml.",
            field="workdir",
        )
    raise TooLarge(
        f"What the job of {order.owner!r} says has {size / 1e6:.1f} MB; "
        f"{MOST_BYTES / 1e6:.1f} MB travel to this cluster.",
        action="Put what is long, such as the arguments of a function, into a file of the "
        "working folder.",
        field="run",
    )


def _on_volume(order: Order, volume: VolumeCode, blobs: BlobStore) -> str:
    """Put the archive on the volume, once for the same code; return its name there."""
    if not volume.here:
        raise InvalidInput(
            f"The volume {volume.pvc!r} cannot carry code: where this server sees it is not said.",
            action="Mount it here, too, and add here: /the/folder to its entry in clusters.yaml.",
            field="cluster",
        )
    name = _archive_name(order)
    folder = Path(volume.here) / "code"
    target = folder / name
    try:
        if not target.exists():
            folder.mkdir(exist_ok=True)
            _write(order, blobs, target)
        (Path(volume.here) / "jobs" / order.job_id / "output").mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        if exc.errno in FULL:
            raise StorageFull(f"The volume {volume.pvc!r} is full.", action="Free some.") from exc
        raise Unavailable(
            f"The folder {volume.here!r} of the volume {volume.pvc!r} cannot be written: "
            f"{exc.strerror or exc}.",
            action="Mount the volume here and let this server write to it.",
        ) from exc
    return name


def _write(order: Order, blobs: BlobStore, target: Path) -> None:
    coming = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
    try:
        with coming.open("wb") as file:
            _pack(file, order, blobs)
        coming.replace(target)
    finally:
        coming.unlink(missing_ok=True)


def _in_store(order: Order, store: StoreCode, blobs: BlobStore) -> str:
    """Put the archive into the object store, once for the same code; return a link to it."""
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(store.url)
        path = f"{root.rstrip('/')}/code/{_archive_name(order)}"
        if not system.exists(path):
            with _packed(order, blobs) as archive, system.open(path, "wb") as file:
                while block := archive.read(1 << 20):
                    file.write(block)
        return str(system.sign(path, expiration=int(store.hours * 3600)))
    except NotImplementedError as exc:
        raise InvalidInput(
            f"The store {store.url!r} cannot carry code: it makes no links without a credential.",
            action="Use one that can, such as s3:// or gs://, or have code travel by a volume.",
            field="cluster",
        ) from exc
    except (OSError, ImportError, ValueError) as exc:
        raise Unavailable(
            f"The code could not be put into {store.url!r}: {exc}.",
            action="Look at the address and the rights of this server there.",
        ) from exc


def _archive_name(order: Order) -> str:
    agent = hashlib.sha256(archive_bytes(compiled=False)).hexdigest()
    both = f"{order.snapshot or ''}\n{agent}"
    return f"{hashlib.sha256(both.encode()).hexdigest()[:32]}.tar.gz"


@contextlib.contextmanager
def _packed(order: Order, blobs: BlobStore) -> Iterator[IO[bytes]]:
    with tempfile.SpooledTemporaryFile(_MEMORY) as file:
        _pack(file, order, blobs)
        file.seek(0)
        yield file


def _pack(file: IO[bytes], order: Order, blobs: BlobStore) -> None:
    """Write the archive: the agent, and the working folder as it was at submission."""
    with tarfile.open(fileobj=file, mode="w|gz", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, "agent.pyz", archive_bytes(compiled=False))
        if order.snapshot is None:
            return
        for entry in json.loads(blobs.get(check_digest(order.snapshot)))["files"]:
            data = blobs.get(Digest(entry["digest"]))
            _add(archive, f"work/{entry['path']}", data, entry["mode"] & 0o777 | 0o600)


def _add(archive: tarfile.TarFile, name: str, data: bytes, mode: int = 0o644) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), mode
    archive.addfile(info, io.BytesIO(data))
