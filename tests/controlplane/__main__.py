"""``make cluster``: a real Kubernetes with Kueue and JobSet, up until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack

from tests.controlplane import spaces
from tests.controlplane.build import BuildError
from tests.controlplane.containers import IMAGE
from tests.controlplane.fake_nodes import GPU, POOL
from tests.controlplane.network import PodNetwork
from tests.controlplane.plane import Plane
from tests.controlplane.real_node import RealNode, missing
from tests.controlplane.spaces import Space

_GPUS = 8
_PLANE = """
  export KUBECONFIG={kubeconfig}

  Logs of every process: {folder}/*.log
  No kubectl here? The same by curl:
  curl -s --cacert {authority} -H "Authorization: Bearer {token}" {url}/api/v1/nodes"""
_SPACE = """
  Namespace {namespace}, queue {queue}: {gpus} GPUs on {nodes}.
  {about}"""
_FAKE = "kwok plays these nodes: pods start there and run until they are deleted; no program does."
_REAL = f"Real kubelets: programs run there, in the image {IMAGE}, which has this Python."


def main() -> int:
    """Start a plane, say how to reach it, and wait for a signal."""
    parser = argparse.ArgumentParser(prog="make cluster", description=__doc__)
    parser.add_argument("--nodes", type=int, default=16, help="fake nodes (default: 16)")
    parser.add_argument("--real", type=int, default=0, help="real kubelets, as root; at most 4")
    arguments = parser.parse_args()
    reason = missing() if arguments.real else ""
    if reason:
        return _refuse(reason)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as undo:
        try:
            plane = undo.enter_context(Plane())
            print(_about_plane(plane))
            if arguments.nodes:
                print(_with_fake_nodes(plane, arguments.nodes))
            if arguments.real:
                print(_with_real_nodes(plane, arguments.real, undo.callback))
            print("\nCtrl-C ends all of it.", flush=True)
            signal.pause()
        except BuildError as error:
            return _refuse(str(error))
        except KeyboardInterrupt:
            print()
    return 0


def _refuse(reason: str) -> int:
    print(f"No cluster: {reason}.", file=sys.stderr)
    return 1


def _about_plane(plane: Plane) -> str:
    return _PLANE.format(
        kubeconfig=plane.kubeconfig,
        folder=plane.folder,
        authority=plane.authority.certificate,
        token=plane.token,
        url=plane.url,
    )


def _with_fake_nodes(plane: Plane, count: int) -> str:
    gpus = count * _GPUS
    space = spaces.make(plane.api, {"h100": {GPU: gpus}}, name="team-a")
    space.fake_nodes(count, gpus=_GPUS)
    return _about_space(space, gpus, f"{count} nodes of {_GPUS}", _FAKE)


def _with_real_nodes(plane: Plane, count: int, undo: Callable[..., object]) -> str:
    network = PodNetwork(plane)
    undo(network.stop)
    network.start()
    nodes = [RealNode(plane, network, number, gpus=_GPUS) for number in range(count)]
    for node in nodes:
        undo(node.stop)
        node.start()
    quota = {"real": {GPU: count * _GPUS}}
    space = spaces.make(plane.api, quota, name="team-b", labels={POOL: "real"})
    names = ", ".join(node.name for node in nodes)
    return _about_space(space, count * _GPUS, names, _REAL)


def _about_space(space: Space, gpus: int, nodes: str, about: str) -> str:
    return _SPACE.format(
        namespace=space.name, queue=space.queue, gpus=gpus, nodes=nodes, about=about
    )


if __name__ == "__main__":
    sys.exit(main())
