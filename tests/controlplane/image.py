"""Container images without a registry: a tar archive, written here, imported into containerd."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


class Layer:
    """The one layer of an image, put together entry by entry."""

    def __init__(self) -> None:
        self._entries: list[tuple[tarfile.TarInfo, bytes]] = []

    def folder(self, name: str, mode: int = 0o755) -> None:
        """Add an empty folder."""
        self._add(name, mode, tarfile.DIRTYPE)

    def file(self, name: str, content: bytes, mode: int = 0o644) -> None:
        """Add a file."""
        self._add(name, mode, tarfile.REGTYPE, content)

    def link(self, name: str, target: str) -> None:
        """Add a symbolic link."""
        self._add(name, 0o777, tarfile.SYMTYPE, target=target)

    def content(self) -> bytes:
        """Return the layer as a tar."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for entry, content in self._entries:
                archive.addfile(entry, io.BytesIO(content))
        return buffer.getvalue()

    def _add(
        self, name: str, mode: int, kind: bytes, content: bytes = b"", target: str = ""
    ) -> None:
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.size, entry.linkname = kind, mode, len(content), target
        self._entries.append((entry, content))


def write(
    file: Path,
    name: str,
    layer: Layer,
    machine: str,
    *,
    command: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Path:
    """Write an image archive of one layer and return its path; `machine` is a `uname` name."""
    content = layer.content()
    config = {
        "architecture": _ARCHITECTURES.get(machine, machine),
        "os": "linux",
        "config": {
            "Cmd": list(command),
            "Env": [f"{key}={value}" for key, value in (environment or {}).items()],
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(content).hexdigest()}"]},
    }
    index = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    archive = Layer()
    archive.file("layer.tar", content)
    archive.file("config.json", json.dumps(config).encode())
    archive.file("manifest.json", json.dumps(index).encode())
    file.write_bytes(archive.content())
    return file
