"""The agent's archive: one zipapp with all that an agent needs, named by its content."""

from __future__ import annotations

import functools
import hashlib
import io
import os
import py_compile
import tempfile
import zipfile
from pathlib import Path

import ogai_lab.core
import ogai_lab.scheduler

_MAIN = """
import sys

# The package as it stands is for ranks; the agent need not wait for what that imports.
package = type(sys)("ogai_lab")
package.__path__ = [sys.path[0] + "/ogai_lab"]
sys.modules["ogai_lab"] = package

from ogai_lab.scheduler.agent.main import main

main()
"""
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
    data = archive_bytes()
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
def archive_bytes(*, compiled: bool = True) -> bytes:
    """Return the archive's bytes: the same for the same sources, whoever builds it.

    Parameters
    ----------
    compiled
        Whether bytecode for this Python is part of it, which makes it start faster, and larger.
    """
    core, scheduler = Path(ogai_lab.core.__path__[0]), Path(ogai_lab.scheduler.__path__[0])
    sources = [core / "__init__.py", core / "records.py", scheduler / "__init__.py"]
    sources += sorted((scheduler / "agent").glob("*.py"))
    root = core.parent
    if (root / "__init__.py").exists():
        sources.insert(0, root / "__init__.py")
    files = {f"ogai_lab/{p.relative_to(root).as_posix()}": p.read_text("utf-8") for p in sources}
    files.setdefault("ogai_lab/__init__.py", "")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, tempfile.TemporaryDirectory() as scratch:
        _add(archive, "__main__.py", _MAIN.encode())
        for name, text in files.items():
            source = text + _EXTEND if name.endswith("/__init__.py") else text
            _add(archive, name, source.encode())
            if compiled:
                _add(archive, f"{name}c", _compiled(source, name, Path(scratch)))
    return buffer.getvalue()


def _compiled(source: str, name: str, scratch: Path) -> bytes:
    """Return bytecode for this Python; another one finds that out and takes the source."""
    path, compiled = scratch / "source.py", scratch / "compiled.pyc"
    path.write_text(source, "utf-8")
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(
        str(path), str(compiled), dfile=name, doraise=True, invalidation_mode=unchecked
    )
    return compiled.read_bytes()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)
