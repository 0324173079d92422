"""The Hugging Face cache in which versions appear, so that ``from_pretrained`` needs no adapter.

    <home>/hub/models--org--name/
        refs/{main,v1,v2,<alias>}      each holds a commit
        snapshots/<commit>/…           links into blobs/
        blobs/<hex>                    links into the store
    <the user's HF cache>/models--org--name  ->  <home>/hub/models--org--name

The second line is how a notebook finds versions beside the models that its user downloaded. A
folder in the user's cache that is not such a link of ours is never touched.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import Conflict
from ogai_lab.core.home import Home
from ogai_lab.models.hub_client import MARK
from ogai_lab.models.projection import lay_out, take_away
from ogai_lab.models.types import VersionManifest

_PROBED = (
    "adapter_config.json",
    "generation_config.json",
    "model.safetensors",
    "model.safetensors.index.json",
    "processor_config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "added_tokens.json",
    "special_tokens_map.json",
    "chat_template.jinja",
    "chat_template.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
)
"""Files that transformers asks for though a model may not have them: we note their absence, as
the hub's own client does, or each would cost a call to the hub."""


def environment(home: Home) -> dict[str, str]:
    """Return the environment in which a process sees our versions alone, and asks no hub."""
    return {"HF_HUB_CACHE": str(home.hub_cache), "HF_HUB_OFFLINE": "1"}


def user_cache() -> Path:
    """Return the user's Hugging Face cache, by the rules of huggingface_hub."""
    chosen = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if chosen:
        return Path(os.path.expandvars(chosen)).expanduser()
    data = os.environ.get("HF_HOME")
    if not data:
        data = os.environ.get("XDG_CACHE_HOME", "~/.cache") + "/huggingface"
    return Path(os.path.expandvars(data)).expanduser() / "hub"


class HubLayout:
    """The cache folder of one home.

    Parameters
    ----------
    cache
        The folder, ``home.hub_cache``.
    store
        Where the blobs of versions are.
    """

    def __init__(self, cache: Path, store: BlobStore) -> None:
        self._cache = cache
        self._store = store

    def repo(self, name: str) -> Path:
        """Return the folder of the model `name`."""
        return self._cache / _folder(name)

    def snapshot(self, name: str, commit: str) -> Path | None:
        """Return the folder of a version, where it can be seen."""
        path = self.repo(name) / "snapshots" / commit
        return path if path.is_dir() else None

    def check_free(self, name: str) -> None:
        """Make sure that the user's cache holds no model of another origin under `name`.

        Raises
        ------
        Conflict
            When it does: `from_pretrained` would give that one.
        """
        link = user_cache() / _folder(name)
        if link.exists() and not link.is_symlink() and link != self.repo(name):
            raise Conflict(
                f"{name!r} is the name of a model in your Hugging Face cache already.",
                cause=f"{str(link)!r} was downloaded; from_pretrained would load it instead of "
                "what is registered here.",
                action="Choose another name, or remove that model from the cache "
                f"(hf cache rm model/{name}).",
            )

    def sync(
        self,
        name: str,
        wanted: Callable[[], Mapping[str, str]],
        load: Callable[[str], VersionManifest],
    ) -> str:
        """Make the folder of a model show what the registry says.

        One process at a time does this for a model, and asks what is wanted when it is its turn:
        whoever is last shows the newest state.

        Parameters
        ----------
        name
            The model.
        wanted
            Gives the refs and the commit that each points to.
        load
            Gives the manifest of a commit.

        Returns
        -------
        str
            A note for the user, where there is something to say; else nothing.
        """
        repo = self.repo(name)
        with self._turn(name):
            refs = dict(wanted())
            if not refs:
                self._unlink(name)
                self._discard(repo)
                return ""
            self._make_repo(repo)
            commits = set(refs.values())
            for commit in sorted(commits):
                if self.snapshot(name, commit) is None:
                    _note_absent(repo, lay_out(load(commit), commit, self._store, repo))
            _write_refs(repo / "refs", refs)
            shown = {path.name for path in (repo / "snapshots").iterdir()}
            if shown - commits:
                take_away(repo, shown - commits)
            return self._link(name)

    def _make_repo(self, repo: Path) -> None:
        """Make an empty repository appear whole: scanners warn about one without snapshots."""
        if repo.is_dir():
            shutil.rmtree(repo / ".staging", ignore_errors=True)  # of a process that was killed
            return
        fresh = self._cache / ".locks" / uuid.uuid4().hex
        for part in ("refs", "snapshots", "blobs"):
            (fresh / part).mkdir(parents=True)
        (fresh / MARK).touch()
        fresh.rename(repo)

    def _discard(self, repo: Path) -> None:
        gone = self._cache / ".locks" / uuid.uuid4().hex
        if repo.is_dir():
            repo.rename(gone)  # at once, so that nobody sees half of it
            shutil.rmtree(gone, ignore_errors=True)

    def _link(self, name: str) -> str:
        """Show the model in the user's own cache; return a note when that took something."""
        link, repo = user_cache() / _folder(name), self.repo(name).absolute()
        if link == repo or (link.is_symlink() and link.readlink() == repo):
            return ""
        other = link.readlink() if link.is_symlink() else None
        if other is None and link.exists():
            return f"{str(link)!r} is another model: load this one by its path."
        part = link.with_name(f".{uuid.uuid4().hex}")
        try:
            link.parent.mkdir(parents=True, exist_ok=True)
            part.symlink_to(repo)
            part.replace(link)
        except OSError as exc:
            return (
                f"The Hugging Face cache {str(link.parent)!r} cannot be written "
                f"({exc.strerror}): load the model by its path, or set HF_HUB_CACHE="
                f"{self._cache}."
            )
        if other is not None and other.exists():
            return f"from_pretrained({name!r}) gave the model of {str(other)!r} until now."
        return ""

    def _unlink(self, name: str) -> None:
        link = user_cache() / _folder(name)
        if link.is_symlink() and link.readlink() == self.repo(name).absolute():
            with contextlib.suppress(OSError):
                link.unlink()

    @contextlib.contextmanager
    def _turn(self, name: str) -> Iterator[None]:
        locks = self._cache / ".locks"
        locks.mkdir(parents=True, exist_ok=True)
        with (locks / f"{_folder(name)}.ogai").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _folder(name: str) -> str:
    return "models--" + name.replace("/", "--")


def _note_absent(repo: Path, snapshot: Path) -> None:
    notes = repo / ".no_exist" / snapshot.name
    notes.mkdir(parents=True, exist_ok=True)
    for name in _PROBED:
        if not (snapshot / name).exists():
            (notes / name).touch()


def _write_refs(folder: Path, refs: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, commit in refs.items():
        if (folder / name).is_file() and (folder / name).read_text() == commit:
            continue
        part = folder.parent / ".staging" / uuid.uuid4().hex
        part.parent.mkdir(exist_ok=True)
        part.write_text(commit)
        part.replace(folder / name)
    for ref in folder.iterdir():
        if ref.name not in refs:
            ref.unlink()
