"""The pods' network on this machine: a bridge, addresses, and CoreDNS for their names."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
from pathlib import Path

from tests.controlplane.access import CONTEXT
from tests.controlplane.plane import Plane

_PLUGINS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"))
_DOMAIN = "cluster.local"
_numbers = itertools.count()


def plugins() -> Path | None:
    """Return the folder with the CNI plugins that pods need, if they are installed."""
    needed = ("bridge", "host-local")
    found = (folder for folder in _PLUGINS if all((folder / name).exists() for name in needed))
    return next(found, None)


class PodNetwork:
    """A bridge of one plane, on which pods of all its nodes see each other by name.

    Attributes
    ----------
    gateway : str
        The bridge's own address, at which CoreDNS answers.
    """

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        _sweep()
        self._bridge = f"ogai{os.getpid()}-{next(_numbers)}"
        self._net = f"10.201.{_free_number()}"
        self.gateway = f"{self._net}.1"
        self.domain = _DOMAIN
        self.folder = plane.folder / "cni"

    def start(self) -> None:
        """Make the bridge and answer names on it."""
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("addr", "add", f"{self.gateway}/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")
        self.folder.mkdir()
        plugin = {
            "type": "bridge",
            "bridge": self._bridge,
            "isGateway": True,
            "ipMasq": False,
            "ipam": {
                "type": "host-local",
                "dataDir": str(self._plane.folder / "addresses"),
                "ranges": [[{"subnet": f"{self._net}.0/24", "gateway": self.gateway}]],
            },
        }
        config = {"cniVersion": "0.4.0", "name": "pods", "plugins": [plugin]}
        (self.folder / "10-pods.conflist").write_text(json.dumps(config))
        corefile = self._plane.folder / "Corefile"
        corefile.write_text(
            f".:53 {{\n bind {self.gateway}\n errors\n kubernetes {_DOMAIN} {{\n"
            f"  kubeconfig {self._plane.kubeconfig} {CONTEXT}\n  ttl 0\n }}\n}}\n"
        )
        dns = str(self._plane.binaries.folder / "dns")
        self._plane.processes.start("coredns", [dns, "-conf", str(corefile)])

    def stop(self) -> None:
        """Remove the bridge; idempotent."""
        self._plane.processes.end("coredns")
        _ip("link", "del", self._bridge, check=False)


def _ip(*arguments: str, check: bool = True) -> str:
    done = subprocess.run(["ip", *arguments], check=check, capture_output=True, text=True)
    return done.stdout


def _free_number() -> int:
    taken = {int(number) for number in re.findall(r"10\.201\.(\d+)\.", _ip("-4", "-o", "addr"))}
    return next(number for number in range(256) if number not in taken)


def _sweep() -> None:
    """Remove the bridges of runs that were killed."""
    for name, pid in re.findall(r"\b(ogai(\d+)-\d+):", _ip("-o", "link")):
        if not Path(f"/proc/{pid}").exists():
            _ip("link", "del", name, check=False)
