"""Topology: what people say about how near nodes should stand, in Kueue's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ogai_lab.core.errors import InvalidInput

_KUEUE = "kueue.x-k8s.io/podset-{}-topology"
_USUAL = {
    "node": "kubernetes.io/hostname",
    "host": "kubernetes.io/hostname",
    "zone": "topology.kubernetes.io/zone",
    "region": "topology.kubernetes.io/region",
}


def wishes(wanted: str, levels: Mapping[str, str], known: Sequence[str] = ()) -> dict[str, str]:
    """Return the annotations of pods that are to stand near one another.

    Parameters
    ----------
    wanted
        ``same-rack``, ``required:LEVEL`` or ``preferred:LEVEL``; nothing for no wish.
    levels
        Words for levels and the labels of nodes that they mean, as configured.
    known
        The labels of the cluster's topologies, where they are known.

    Raises
    ------
    InvalidInput
        When no label, or more than one, could be meant.
    """
    if not wanted:
        return {}
    if wanted.startswith("same-"):
        strength, word = "required", wanted.removeprefix("same-")
    else:
        strength, _, word = wanted.partition(":")
    return {_KUEUE.format(strength): _label(word.strip(), levels, known)}


def _label(word: str, levels: Mapping[str, str], known: Sequence[str]) -> str:
    if word in levels:
        return levels[word]
    if word in known or (not known and "/" in word):
        return word
    meant = sorted({label for label in known if word.lower() in _name(label).split("-")})
    if not meant and word in _USUAL and (not known or _USUAL[word] in known):
        meant = [_USUAL[word]]
    if len(meant) == 1:
        return meant[0]
    choices = ", ".join([*levels, *known] or _USUAL)
    if meant:
        message = f"The level {word[:100]!r} of a topology may be any of {', '.join(meant)}."
    else:
        message = f"This cluster knows no level {word[:100]!r} of a topology."
    raise InvalidInput(
        message,
        action=f"Use one of: {choices}; or name the label of nodes under levels in clusters.yaml.",
        field="topology",
    )


def _name(label: str) -> str:
    return label.rpartition("/")[2].lower().replace("_", "-").replace(".", "-")
