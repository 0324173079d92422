"""The language of what is shown: English in the code, other languages in one JSON file each.

`_("text")` gives the text in the user's language. The language is ``OGAI_LANG``, else what
JupyterLab is set to (inside a kernel), else the usual ``LC_ALL``, ``LC_MESSAGES``, ``LANG``.
"""

from __future__ import annotations

import functools
import json
import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)


def _(text: str) -> str:
    """Return `text` in the user's language; as it is where there is no translation."""
    return _catalogue(language()).get(text, text)


def language() -> str:
    """Return the user's language, such as ``en`` or ``zh_CN``."""
    return named(os.environ.get("OGAI_LANG") or _jupyterlab_language() or _system_language())


def named(chosen: str) -> str:
    """Return the language of ours that ``zh-CN`` or ``zh_CN.UTF-8`` means, ``en`` if none."""
    name = re.split(r"[.,;@]", chosen, maxsplit=1)[0].strip().replace("-", "_")
    if name.lower().startswith("zh") and not name.endswith(("TW", "HK", "Hant")):
        return "zh_CN"
    return name if name.isidentifier() and (HERE / name).is_dir() else "en"


@functools.cache
def _catalogue(name: str) -> dict[str, str]:
    file = HERE / name / "python.json"
    if not file.exists():
        return {}
    entries: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return entries


@functools.cache
def _jupyterlab_language() -> str:
    """Return the language that the user chose in JupyterLab, when this is a kernel of theirs."""
    if "ipykernel" not in sys.modules:
        return ""
    from jupyter_core.paths import jupyter_config_dir

    folder = (
        os.environ.get("JUPYTERLAB_SETTINGS_DIR") or f"{jupyter_config_dir()}/lab/user-settings"
    )
    file = Path(folder) / "@jupyterlab/translation-extension/plugin.jupyterlab-settings"
    try:
        settings = json.loads(_COMMENT.sub("", file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return ""
    locale = settings.get("locale", "") if isinstance(settings, dict) else ""
    return "" if locale == "default" else str(locale)


def _system_language() -> str:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((os.environ[name] for name in names if os.environ.get(name)), "en")
