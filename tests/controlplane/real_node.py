"""A real kubelet with containerd and runc, joined to a plane: pods are processes here. Root only.

It lives in mount and PID namespaces of its own: ``/run``, ``/var/lib`` and ``/var/log`` are empty
there, and when the first process of the namespace ends, the whole node is gone as by a power cut.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import yaml

from tests.controlplane import containers
from tests.controlplane.client import Object, holds, until
from tests.controlplane.components import HOST, free_ports
from tests.controlplane.fake_nodes import BLOCK, GPU, NODES, POOL, RACK
from tests.controlplane.kernel import Cgroup, Settings
from tests.controlplane.network import PodNetwork, plugins
from tests.controlplane.plane import Plane

_NEEDED = ("containerd", "ctr", "runc", "nsenter", "unshare", "ip")
_HIDDEN = ("/run", "/var/lib", "/var/log", "/usr/libexec")
_KUBELET: dict[str, Any] = {
    "apiVersion": "kubelet.config.k8s.io/v1beta1",
    "kind": "KubeletConfiguration",
    "address": HOST,
    "readOnlyPort": 0,
    "healthzPort": 0,
    "authorization": {"mode": "Webhook"},
    "rotateCertificates": False,
    "resolvConf": "",
    "makeIPTablesUtilChains": False,
    "cgroupDriver": "cgroupfs",
    "cgroupsPerQOS": True,
    "enforceNodeAllocatable": ["pods"],
    "failCgroupV1": False,
    "failSwapOn": False,
    # How full the machine is must not decide a test.
    "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%"},
    "imageGCHighThresholdPercent": 100,
    "imageGCLowThresholdPercent": 99,
    "maxPods": 64,
    "serializeImagePulls": False,
    "registryPullQPS": 0,
    "syncFrequency": "10s",
}


def missing() -> str:
    """Say what keeps a real node from running here; empty when nothing does."""
    if os.geteuid():
        return "a real kubelet needs root"
    absent = [name for name in _NEEDED if not shutil.which(name)]
    if absent:
        return f"a real kubelet needs {', '.join(absent)}; `make system` installs them on Debian"
    if not plugins():
        return "pods need CNI plugins (containernetworking-plugins); `make system` installs them"
    return ""


def programs(pod: Object) -> list[int]:
    """Return the ids, seen from this machine, of the processes of a pod's containers."""
    uid = pod["metadata"]["uid"]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            groups, name = (process / "cgroup").read_text(), (process / "comm").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if uid in groups.replace("_", "-") and name != "pause\n":
            found.append(int(process.name))
    return sorted(found)


class RealNode:
    """One node; its name is ``real-<number>``, `number` below 4.

    Attributes
    ----------
    labels : dict[str, str]
        Its pool, ``sim/pool=real``, and its place in the topology.
    """

    def __init__(
        self, plane: Plane, network: PodNetwork, number: int = 0, *, gpus: int = 8
    ) -> None:
        self.name = f"real-{number}"
        self.labels = {POOL: "real", BLOCK: "real", RACK: "real"}
        self._plane, self._network, self._gpus = plane, network, gpus
        self._number = number
        self._folder = plane.folder / f"node{number}"
        self._path = f"{NODES}/{self.name}"
        self._port = free_ports(["kubelet"])["kubelet"]
        self._inside: Sequence[str] = ()
        self._settings: Settings | None = None
        self._cgroup: Cgroup | None = None

    def start(self) -> Self:
        """Start the node and wait until it takes pods; call it from the main thread."""
        self._folder.mkdir()
        self._settings, self._cgroup = Settings(), Cgroup()
        self._hold_namespaces()
        self._start_containerd()
        self._start_kubelet(self._cgroup.name)
        self._register()
        return self

    def crash(self) -> None:
        """Cut the node's power: kubelet, containerd and all containers are gone at once."""
        for process in ("holder", "kubelet", "containerd"):
            self._plane.processes.end(self._called(process))

    def stop(self) -> None:
        """Crash the node, and put back what it has changed on this machine; idempotent."""
        self.crash()
        self._plane.api.delete(self._path)
        if self._settings:
            self._settings.put_back()
        if self._cgroup:
            self._cgroup.remove()

    def kill_kubelet(self) -> None:
        """End the kubelet alone; containers go on."""
        os.kill(self._plane.processes.child(self._called("kubelet")), signal.SIGKILL)

    def _called(self, process: str) -> str:
        return f"{process}{self._number}"

    def _hold_namespaces(self) -> None:
        ready, init = self._folder / "ready", self._folder / "init"
        shutil.copy(self._plane.binaries.folder / "pause", init)
        hide = " && ".join(f"mount -t tmpfs none {path}" for path in _HIDDEN)
        holder = self._called("holder")
        self._plane.processes.start(
            holder,
            [
                *("unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"),
                *("--propagation", "private", "sh", "-c"),
                f"{hide} && touch {ready} && exec {init}",
            ],
        )
        self._plane.processes.until(holder, "its namespaces", ready.exists)
        first = self._plane.processes.child(holder)
        self._inside = ["nsenter", "-t", str(first), "-m", "-p"]

    def _start_containerd(self) -> None:
        folder, plane = self._folder, self._plane
        found = plugins()
        assert found
        config = containers.configure(folder, found, self._network.folder)
        containers.write_base(folder)
        ctr = [*self._inside, *containers.client(folder)]
        command = [*self._inside, "containerd", "-c", str(config)]
        plane.processes.start(self._called("containerd"), command)
        serves = partial(_succeeds, [*ctr, "version"])
        plane.processes.until(self._called("containerd"), "it serves", serves)
        for archive in containers.images(folder, plane.binaries.folder / "pause"):
            subprocess.run(
                [*ctr, "images", "import", str(archive)], check=True, capture_output=True
            )

    def _start_kubelet(self, cgroup: str) -> None:
        file = self._folder / "kubelet.yaml"
        file.write_text(yaml.safe_dump(self._kubelet(cgroup)))
        labels = ",".join(f"{key}={value}" for key, value in self.labels.items())
        flags = [
            f"--config={file}",
            f"--kubeconfig={self._plane.wiring.kubeconfig(self._called('kubelet'))}",
            f"--hostname-override={self.name}",
            f"--root-dir={self._folder}/kubelet",
            f"--cert-dir={self._folder}/certificates",
            "--cloud-provider=external",
            f"--node-labels={labels}",
        ]
        command = [*self._inside, *self._plane.binaries.command("kubelet"), *flags]
        self._plane.processes.start(self._called("kubelet"), command)

    def _kubelet(self, cgroup: str) -> dict[str, Any]:
        folder, plane = self._folder, self._plane
        fast = plane.options.fails_fast
        serving = plane.authority.issue(
            f"serving-{self.name}",
            f"system:node:{self.name}",
            ["system:nodes"],
            hosts=[self.name, HOST],
        )
        return _KUBELET | {
            "port": self._port,
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": str(plane.authority.certificate)},
            },
            "tlsCertFile": str(serving.certificate),
            "tlsPrivateKeyFile": str(serving.key),
            "containerRuntimeEndpoint": f"unix://{folder}/containerd.sock",
            "podLogsDir": f"{folder}/pod-logs",
            "volumePluginDir": f"{folder}/volume-plugins",
            "clusterDNS": [self._network.gateway],
            "clusterDomain": self._network.domain,
            "cgroupRoot": cgroup,
            "nodeStatusUpdateFrequency": "1s" if fast else "4s",
            "nodeLeaseDurationSeconds": 8 if fast else 40,
        }

    def _register(self) -> None:
        """Wait for the node and do for it what a cloud's controller and a device plugin do."""
        api = self._plane.api
        self._plane.processes.until(
            self._called("kubelet"), "the node registers", partial(api.exists, self._path)
        )
        gpus = {GPU: str(self._gpus)}
        addresses = [
            {"type": "InternalIP", "address": HOST},
            {"type": "Hostname", "address": self.name},
        ]
        status = {"addresses": addresses, "capacity": gpus, "allocatable": gpus}
        api.patch(f"{self._path}/status", {"status": status})
        until("the node has no cloud provider's taint", self._drop_taint)
        self._plane.processes.until(self._called("kubelet"), "the node is ready", self._takes_pods)

    def _drop_taint(self) -> bool:
        """Drop the cloud provider's taint from what was read, unless it has changed since."""
        node = self._plane.api.get(self._path)
        kept = [taint for taint in _taints(node) if "cloudprovider" not in taint["key"]]
        version = node["metadata"]["resourceVersion"]
        body = {"metadata": {"resourceVersion": version}, "spec": {"taints": kept or None}}
        self._plane.api.patch(self._path, body)
        return True

    def _takes_pods(self) -> bool:
        node = self._plane.api.get(self._path)
        return holds(node, "Ready") and not any("node." in taint["key"] for taint in _taints(node))


def _taints(node: Object) -> list[Object]:
    taints: list[Object] = node["spec"].get("taints", [])
    return taints


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
