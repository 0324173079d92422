"""Our models without a call to the Hugging Face hub, in a process that is online.

By default transformers asks the hub what revision ``v2`` of a model is, and which chat templates
it has, before it looks into the cache. The hub does not know our models: it refuses, and some
files of a model are then given up; without a network each question is retried for half a minute.
`prefer_local` makes `huggingface_hub` answer for our models from the cache at once. No other
model is affected, and no name of ours leaves the machine. With ``HF_HUB_OFFLINE=1`` nothing of
this is needed.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

MARK = ".ogai-lab"
"""A file of this name says that a model's folder in a cache is ours."""

_CLIENT = "huggingface_hub.hf_api"
_DONE = "_ogai_lab_prefers_local"


def prefer_local() -> None:
    """Let this process find our models without asking the hub. Idempotent; imports nothing.

    Works whether huggingface_hub was imported already, will be later, or is not installed.
    """
    module = sys.modules.get(_CLIENT)
    if module is not None:
        _wrap(module)
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    """Waits for the import of the hub's client."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _CLIENT:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def then_wrap(module: ModuleType) -> None:
                execute(module)
                _wrap(module)

            spec.loader.exec_module = then_wrap  # type: ignore[method-assign]
        return spec


def _wrap(module: ModuleType) -> None:
    api: Any = getattr(module, "HfApi", None)
    _wrap_method(module, api, "resolve_revision", _from_the_cache)
    _wrap_method(module, api, "list_repo_tree", _as_when_offline)


def _wrap_method(module: ModuleType, api: Any, name: str, ours: Callable[..., Any]) -> None:
    original = getattr(api, name, None)
    if original is None or hasattr(original, _DONE):  # older clients look into the cache anyway
        return

    @functools.wraps(original)
    def wrapped(self: Any, repo_id: str, *args: Any, **options: Any) -> Any:
        if _is_ours(module, repo_id, options):
            return ours(original, self, repo_id, *args, **options)
        return original(self, repo_id, *args, **options)

    setattr(wrapped, _DONE, True)
    setattr(api, name, wrapped)


def _from_the_cache(original: Callable[..., Any], *args: Any, **options: Any) -> Any:
    return original(*args, **{**options, "local_files_only": True})


def _as_when_offline(*_args: Any, **_options: Any) -> Any:
    """Refuse as in offline mode: callers then look into the cache."""
    from huggingface_hub.errors import OfflineModeIsEnabled

    raise OfflineModeIsEnabled("Models of OGAI Lab are not on the hub; see the cache.")


def _is_ours(module: ModuleType, repo_id: str, options: dict[str, Any]) -> bool:
    if options.get("repo_type") not in (None, "model"):
        return False
    constants: Any = getattr(module, "constants", None)
    cache = str(options.get("cache_dir") or getattr(constants, "HF_HUB_CACHE", ""))
    folder = "models--" + str(repo_id).replace("/", "--")
    return (Path(cache).expanduser() / folder / MARK).is_file()
