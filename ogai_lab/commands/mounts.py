"""Volumes and secrets of a cluster as people write them: ``claim:/data:ro``, ``name:key=NAME``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ogai_lab.core.errors import InvalidInput
from ogai_lab.locale import _
from ogai_lab.scheduler.mounts import Secret, Volume


def volume(given: str | Mapping[str, Any] | Volume) -> dict[str, Any] | Volume:
    """Return the fields of a volume; a text is a claim: ``NAME:/PATH`` or ``NAME:/PATH:ro``.

    Raises
    ------
    InvalidInput
        When the text is none.
    """
    if not isinstance(given, str):
        return given if isinstance(given, Volume) else dict(given)
    name, sign, rest = given.partition(":")
    path, _sign, how = rest.partition(":")
    if not name or not sign or not path.startswith("/") or how not in ("", "ro"):
        raise InvalidInput(
            _("{given!r} is no volume.").format(given=given),
            action=_("Write for example: corpus:/data or corpus:/data:ro"),
            field="volumes",
        )
    return {"name": name, "path": path, "read_only": how == "ro"}


def secret(given: str | Mapping[str, Any] | Secret) -> dict[str, Any] | Secret:
    """Return the fields of a secret: ``NAME``, ``NAME:KEY=VARIABLE`` or ``NAME:/PATH``.

    Raises
    ------
    InvalidInput
        When the text is none.
    """
    if not isinstance(given, str):
        return given if isinstance(given, Secret) else dict(given)
    name, sign, rest = given.partition(":")
    if name and not sign:
        return {"name": name}
    if name and rest.startswith("/"):
        return {"name": name, "path": rest}
    key, equals, variable = rest.partition("=")
    if name and key and equals and variable:
        return {"name": name, "key": key, "variable": variable}
    raise InvalidInput(
        _("{given!r} is no secret.").format(given=given),
        action=_("Write for example: hub:token=HF_TOKEN or hub:/etc/hub"),
        field="secrets",
    )
