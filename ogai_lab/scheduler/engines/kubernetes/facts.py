"""What the mapping needs to know of a cluster's state, where it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a cluster has that the layout of a job may name.

    Without it nothing is guessed: a job may then name only what the configuration says.

    Parameters
    ----------
    flavors
        The labels of nodes of each ResourceFlavor, by its name.
    levels
        The labels of nodes that are levels of some Topology.
    """

    flavors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    levels: tuple[str, ...] = ()
