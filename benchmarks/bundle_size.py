"""How much JavaScript the front end is, compressed as a server sends it.

The peer is jupyter-scheduler, JupyterLab's own list of jobs. Its wheel is fetched for the run.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

BUILT = Path(__file__).parents[1] / "ogai_lab" / "labextension" / "static"
PEER = "jupyter-scheduler==2.11.0"
LIMIT = 100_000
"""Bytes; what the front end may weigh at most."""


def main() -> None:
    ours = _size(path.read_bytes() for path in BUILT.glob("*.js"))
    theirs = _peer()
    print(f"{'JavaScript, gzip -9':<24}{'bytes':>10}")
    print(f"{'@ogai/lab':<24}{ours:>10,}   of {LIMIT:,} at most")
    print(f"{PEER:<24}{theirs:>10,}")
    print(f"ratio: {ours / theirs:.2f}")
    if not 0 < ours <= LIMIT:
        sys.exit(f"{BUILT} holds {ours} bytes; build it with `jlpm build:prod`, or make it smaller")


def _peer() -> int:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, PEER]
        subprocess.run(command, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            scripts = [name for name in archive.namelist() if _is_script(name)]
            return _size(archive.read(name) for name in scripts)


def _is_script(name: str) -> bool:
    return "/labextensions/" in name and "/static/" in name and name.endswith(".js")


def _size(files: Iterable[bytes]) -> int:
    return sum(len(gzip.compress(data, 9)) for data in files)


if __name__ == "__main__":
    main()
