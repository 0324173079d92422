"""The agent's archive: one zipapp with all that an agent needs, named by its content."""

from __future__ import annotations

import functools
import hashlib
import io
import os
import zipfile
from pathlib import Path

import ogai_lab.core
import ogai_lab.scheduler

_MAIN = "from ogai_lab.scheduler.agent.main import main\n\nmain()\n"
# A rank finds the archive at the end of its path. Where the whole of ogai_lab is installed, too,
# the modules that the archive lacks must still be found there.
_EXTEND = "\n__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def agent_archive(folder: Path) -> Path:
    """Return the archive of the installed agent in `folder`, made there if need be.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    data = _build()
    target = folder / f"{hashlib.sha256(data).hexdigest()[:32]}.pyz"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(f".{os.getpid()}.part")
        try:
            temporary.write_bytes(data)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    return target


@functools.cache
def _build() -> bytes:
    """Return the archive's bytes: the same for the same sources, whoever builds it."""
    core, scheduler = Path(ogai_lab.core.__path__[0]), Path(ogai_lab.scheduler.__path__[0])
    sources = [core / "__init__.py", core / "records.py", scheduler / "__init__.py"]
    sources += sorted((scheduler / "agent").glob("*.py"))
    root = core.parent
    if (root / "__init__.py").exists():
        sources.insert(0, root / "__init__.py")
    files = {
        f"ogai_lab/{path.relative_to(root).as_posix()}": path.read_text("utf-8") for path in sources
    }
    files.setdefault("ogai_lab/__init__.py", "")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "__main__.py", _MAIN)
        for name, text in files.items():
            _add(archive, name, text + _EXTEND if name.endswith("/__init__.py") else text)
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), text)
