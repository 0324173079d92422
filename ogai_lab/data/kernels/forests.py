"""Connected components: trees in memory, stars in a stream of sorted edges.

An edge between nodes a > b is the number ``a << 32 | b`` (uint64).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ogai_lab.data.kernels.compiled import compiled
from ogai_lab.data.kernels.hashing import mixed

_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_STEP = np.uint64(0x9E3779B97F4A7C15)


@compiled
def root(forest: Any, node: Any) -> Any:
    """Return the root of a node's tree, and make the way there shorter."""
    while forest[node] != node:
        forest[node] = forest[forest[node]]
        node = forest[node]
    return node


@compiled
def unite(forest: Any, found: Any) -> None:
    """Join the trees of each edge's ends; the smaller root is the root of both."""
    for edge in found:
        a, b = root(forest, np.uint32(edge >> _32)), root(forest, np.uint32(edge & _LOW))
        if a < b:
            forest[b] = a
        else:
            forest[a] = b


@compiled
def flatten(forest: Any) -> None:
    """Let every node point to its root."""
    for node in range(len(forest)):
        forest[node] = forest[forest[node]]  # parents are smaller, so they are done


@compiled
def large_star(found: Any, state: Any, out: Any) -> int:
    """Join each node's larger neighbours to the smallest node among it and its neighbours.

    Parameters
    ----------
    found
        Each edge in both directions, ``node << 32 | neighbour``, sorted, some of them.
    state
        uint64, shape (2,): the node of the last one and the smallest that was found for it, all
        ones at first.
    out
        Room for as many edges.

    Returns
    -------
    int
        How many were written. Raimondas Kiveris et al., Connected Components in MapReduce and
        Beyond (2014), algorithm Large-Star.
    """
    made = 0
    for edge in found:
        node, neighbour = edge >> _32, edge & _LOW
        if node != state[0]:
            state[0], state[1] = node, min(node, neighbour)  # the first neighbour is the smallest
        if neighbour > node:
            out[made] = (neighbour << _32) | state[1]
            made += 1
    return made


@compiled
def small_star(found: Any, state: Any, out: Any) -> int:
    """Join each node and its smaller neighbours to the smallest of these (Small-Star, ibid.).

    Parameters
    ----------
    found
        Edges, ``node << 32 | smaller neighbour``, sorted, some of them.
    """
    made = 0
    for edge in found:
        node, neighbour = edge >> _32, edge & _LOW
        if node != state[0]:
            state[0], state[1] = node, neighbour
            out[made] = edge
            made += 1
        elif neighbour != state[1]:
            out[made] = (neighbour << _32) | state[1]
            made += 1
    return made


@compiled
def digest(found: Any, total: Any) -> None:
    """Add the hashes of numbers to ``total[0]`` (uint64): a digest of them as a set."""
    for number in found:
        total[0] += mixed(number + _STEP)
