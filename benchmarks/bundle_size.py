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

from benchmarks import chromium
from tests.browser.bundle import ALL, BEFORE_A_TAB, everything, loaded_before_a_tab
from tests.browser.lab import BUILT

PEER = "jupyter-scheduler==2.11.0"


def main() -> None:
    with chromium.lab() as lab, chromium.browser() as browser, chromium.window(browser) as page:
        before = loaded_before_a_tab(lab, page)
    ours, theirs = everything(), _peer()
    print(f"{'JavaScript, gzip -9':<32}{'bytes':>10}")
    print(f"{'@ogai/lab, before a tab is open':<32}{before:>10,}   of {BEFORE_A_TAB:,} at most")
    print(f"{'@ogai/lab, all':<32}{ours:>10,}   of {ALL:,} at most")
    print(f"{PEER:<32}{theirs:>10,}")
    print(f"ratio: {ours / theirs:.2f}")
    if not 0 < before <= BEFORE_A_TAB or ours > ALL:
        sys.exit(f"{BUILT} is too large; `import()` what only a tab needs, or make it smaller")


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
