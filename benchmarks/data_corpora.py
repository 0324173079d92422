"""Real corpora: handbooks of Debian's packages, crawled into WARC over loopback by our crawler.

Other benchmarks call `archive`; alone it prints what each crawl has and how long it took. The
packages are fetched by apt and unpacked into the folder; nothing is installed. What stands in the
folder already is neither fetched nor crawled again. Whole: about 62 MB of HTML in Chinese
(simplified and traditional), 93 MB in English.

    python -m benchmarks.data_corpora FOLDER [--size 10]
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import hashlib
import html
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator, WarcRecordType

_HELP, _BOOK = "usr/share/libreoffice/help", "usr/share/doc/debian-handbook/html"
# package → patterns of its pages, below where it is unpacked
PACKAGES = {
    "zh": {
        "libreoffice-help-zh-cn": (f"{_HELP}/zh-CN/text/**/*.html",),
        "libreoffice-help-zh-tw": (f"{_HELP}/zh-TW/text/**/*.html",),
        "debian-handbook": (f"{_BOOK}/zh-CN/*.html", f"{_BOOK}/zh-TW/*.html"),
        "debian-reference-zh-cn": ("usr/share/debian-reference/*.zh-cn.html",),
        "debian-reference-zh-tw": ("usr/share/debian-reference/*.zh-tw.html",),
        "lilypond-doc-html-zh": ("usr/share/doc/lilypond/html/**/*.zh.html",),
    },
    "en": {
        "libreoffice-help-en-us": (f"{_HELP}/en-US/text/**/*.html",),
        "debian-handbook": (f"{_BOOK}/en-US/*.html",),
        "python3.11-doc": ("usr/share/doc/python3.11/html/**/*.html",),
        "postgresql-doc-15": ("usr/share/doc/postgresql-doc-15/html/*.html",),
    },
}


def archive(folder: Path, language: str, size: float | None = None) -> Path:
    """Return the archive of a language's pages: all of them, or about `size` MB of HTML."""
    name = language if size is None else f"{language}-{size:g}"
    found, done = folder / name / "pages.warc.gz", folder / name / "done"
    if not done.exists():
        pages = _pages(folder, language, size)
        shutil.rmtree(found.parent, ignore_errors=True)  # half a crawl: its site had another port
        site = folder / f"{name}-site"
        site.mkdir(parents=True, exist_ok=True)
        links = (f'<a href="{html.escape(page.as_posix())}">x</a>' for page in pages)
        (site / "index.html").write_text("\n".join(links))
        for top in {page.parts[0] for page in pages}:
            with contextlib.suppress(FileExistsError):
                (site / top).symlink_to((folder / "tree" / top).absolute())
        with served(site) as url:
            crawl = [sys.executable, "-m", "ogai_lab.data.crawl", f"{url}/index.html"]
            more = ["--out", str(found.parent), "--delay", "0", "--depth", "1"]
            subprocess.run([*crawl, *more], check=True, stdout=subprocess.DEVNULL)
        done.touch()
    return found


def bodies(file: Path) -> list[bytes]:
    """Return the pages of an archive, as they were fetched."""
    with file.open("rb") as data:
        records = ArchiveIterator(data, record_types=WarcRecordType.response)
        return [record.reader.read() for record in records]


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback while the block lasts."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        pass


def _pages(folder: Path, language: str, size: float | None) -> list[Path]:
    """Return pages below the tree, in an order of chance that is always the same."""
    tree = folder / "tree"
    found: set[Path] = set()
    for package, patterns in PACKAGES[language].items():
        _unpack(folder, package)
        found |= {page for pattern in patterns for page in tree.glob(pattern) if page.is_file()}
    chosen, total = [], 0
    for page in sorted(found, key=lambda page: hashlib.sha256(page.name.encode()).digest()):
        if size is not None and total > size * 1e6:
            break
        total += page.stat().st_size
        chosen.append(page.relative_to(tree))
    return chosen


def _unpack(folder: Path, package: str) -> None:
    debs = folder / "debs"
    debs.mkdir(parents=True, exist_ok=True)
    if not list(debs.glob(f"{package}_*.deb")):
        subprocess.run(["apt-get", "download", package], cwd=debs, check=True, capture_output=True)
    marker = debs / f"{package}.unpacked"
    if not marker.exists():
        (deb,) = debs.glob(f"{package}_*.deb")
        subprocess.run(["dpkg", "-x", str(deb), str(folder / "tree")], check=True)
        marker.touch()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=float, help="MB of HTML a language; all when left out")
    asked = parser.parse_args()
    for language in PACKAGES:
        start = time.perf_counter()
        file = archive(asked.folder, language, asked.size)
        seconds = time.perf_counter() - start
        sizes = [len(body) for body in bodies(file)]
        print(
            f"{language}: {len(sizes)} pages, {sum(sizes) / 1e6:.1f} MB of HTML, "
            f"{file.stat().st_size / 1e6:.1f} MB of WARC, {seconds:.0f} s"
        )


if __name__ == "__main__":
    main()
