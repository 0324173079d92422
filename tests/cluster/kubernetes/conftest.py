"""A real Kubernetes for the tests of the engine: started once, shared, with rooms of one's own.

`plane` is a cluster to read and to submit to; a test that kills parts of it takes one of its own
from `start_plane`. `space` is a namespace with a queue, `make_space` makes others, `real_space` is
one on `real_nodes`, where pods are processes of this machine (marker ``kubelet``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.controlplane import spaces
from tests.controlplane.build import BuildError, are_built, binaries
from tests.controlplane.components import Options
from tests.controlplane.fake_nodes import GPU, POOL
from tests.controlplane.given import VARIABLE, GivenCluster, given
from tests.controlplane.network import PodNetwork
from tests.controlplane.plane import Plane
from tests.controlplane.real_node import RealNode, missing
from tests.controlplane.spaces import Space

_BUILD_SECONDS = 1800

PlaneStarter = Callable[..., Plane]
SpaceMaker = Callable[..., Space]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the test that comes first the time to build the binaries."""
    if not os.environ.get(VARIABLE) and not are_built():
        for item in items:
            if item.get_closest_marker("kubernetes"):
                item.add_marker(pytest.mark.timeout(_BUILD_SECONDS))


@pytest.fixture(scope="session")
def start_plane() -> Iterator[PlaneStarter]:
    """Start control planes; the keywords are the fields of `Options`. All end with the session.

    A plane takes about 1 GiB: a test that starts one stops it.
    """
    try:
        built = binaries()
    except BuildError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no cluster under test: {error}")
    started: list[Plane] = []

    def start(**options: bool) -> Plane:
        plane = Plane(Options(**options), built)
        started.append(plane)
        return plane.start()

    yield start
    for plane in started:
        plane.stop()


@pytest.fixture(scope="session")
def plane(request: pytest.FixtureRequest) -> Iterator[Plane | GivenCluster]:
    """The cluster that all tests share: the one that is given, else one of our own."""
    cluster = given()
    if cluster:
        yield cluster
        cluster.stop()
    else:
        start: PlaneStarter = request.getfixturevalue("start_plane")
        own = start()
        yield own
        own.stop()


@pytest.fixture
def make_space(plane: Plane) -> Iterator[SpaceMaker]:
    """Make namespaces with queues; the keywords are those of `spaces.make`."""
    made: list[Space] = []

    def make(*arguments: Any, **options: Any) -> Space:
        space = spaces.make(plane.api, *arguments, **options)
        made.append(space)
        return space

    yield make
    for space in made:
        space.remove()


@pytest.fixture
def space(make_space: SpaceMaker) -> Space:
    """A namespace whose queue has a quota of 64 GPUs; it has no nodes yet."""
    return make_space()


@pytest.fixture(scope="session")
def kubelet() -> None:
    """What a real node needs is here, or the test is skipped; in CI it fails."""
    reason = missing()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def real_nodes(kubelet: None, plane: Plane) -> Iterator[list[RealNode]]:
    """Two real kubelets of the shared cluster, with 8 GPUs each by name alone."""
    if not isinstance(plane, Plane):
        pytest.skip("a kubelet joins only a cluster of our own")
    with ExitStack() as undo:
        network = PodNetwork(plane)
        undo.callback(network.stop)
        network.start()
        nodes = [RealNode(plane, network, number) for number in range(2)]
        for node in nodes:
            undo.callback(node.stop)
            node.start()
        yield nodes


@pytest.fixture
def real_space(real_nodes: list[RealNode], make_space: SpaceMaker) -> Space:
    """A namespace whose queue has the 16 GPUs of `real_nodes`."""
    return make_space({"real": {GPU: 16}}, labels={POOL: "real"})
