"""Our models without a call to the Hugging Face hub, in a process that is online.

By default transformers asks the hub what revision ``v2`` of a model is, before it looks into the
cache. The hub does not know our models: it refuses, and some files of a model are then given up.
`prefer_local` makes `huggingface_hub` answer for our models from the cache at once. No other
model is affected, and no name of ours leaves the machine. Offline (``HF_HUB_OFFLINE=1``, or no
network at all) nothing of this is needed.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.util
import sys
from collections.abc import Sequence
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
    original = getattr(api, "resolve_revision", None)
    if original is None or hasattr(original, _DONE):  # older clients look into the cache anyway
        return

    @functools.wraps(original)
    def resolve_revision(self: Any, repo_id: str, **options: Any) -> Any:
        if _is_ours(module, repo_id, options):
            options["local_files_only"] = True
        return original(self, repo_id, **options)

    setattr(resolve_revision, _DONE, True)
    api.resolve_revision = resolve_revision


def _is_ours(module: ModuleType, repo_id: str, options: dict[str, Any]) -> bool:
    if options.get("repo_type") not in (None, "model"):
        return False
    constants: Any = getattr(module, "constants", None)
    cache = str(options.get("cache_dir") or getattr(constants, "HF_HUB_CACHE", ""))
    folder = "models--" + str(repo_id).replace("/", "--")
    return (Path(cache).expanduser() / folder / MARK).is_file()
