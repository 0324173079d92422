"""The home folder: where everything that must outlive a process is kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ogai_lab.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one user's OGAI Lab, and the addresses of its two stores.

    Parameters
    ----------
    path
        The folder. Several servers and kernels of one user may share it.
    database_url
        SQLAlchemy URL; SQLite in the folder by default.
    blobs_url
        fsspec URL of the blob store; a folder in the home by default.
    """

    path: Path
    database_url: str
    blobs_url: str

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        database_url: str | None = None,
        blobs_url: str | None = None,
    ) -> Home:
        """Return the home folder at `path`, made if need be.

        The defaults come from ``OGAI_HOME``, ``OGAI_DATABASE_URL`` and ``OGAI_BLOBS_URL``, then
        ``$XDG_DATA_HOME/ogai_lab`` (``~/.local/share/ogai_lab``).

        Raises
        ------
        InvalidInput
            When the folder cannot be made or written.
        """
        data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
        chosen = path or os.environ.get("OGAI_HOME") or f"{data}/ogai_lab"
        folder = Path(chosen).expanduser().absolute()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as exc:
            raise InvalidInput(
                f"The home folder {str(folder)!r} cannot be made: {exc.strerror}.",
                action="Set OGAI_HOME to a folder that you can write.",
                field="home",
            ) from exc
        return cls(
            folder,
            database_url or os.environ.get("OGAI_DATABASE_URL") or f"sqlite:///{folder}/ogai.db",
            blobs_url or os.environ.get("OGAI_BLOBS_URL") or str(folder / "blobs"),
        )

    @property
    def jobs(self) -> Path:
        """The folder that holds one folder a job."""
        return self.path / "jobs"

    @property
    def hub_cache(self) -> Path:
        """The Hugging Face cache in which model versions appear."""
        return self.path / "hub"


def expanded(path: str) -> Path:
    """Return a path with ``~`` filled in; where there is no such user, it stays as it is."""
    expand = os.path.expanduser  # that of Path raises
    return Path(expand(path))


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; one that no system can have, such as too long a name, is none."""
    is_one = os.path.isdir  # that of Path raises
    return is_one(path)
