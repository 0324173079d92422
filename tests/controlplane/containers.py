"""containerd and runc of one node: its configuration, and images made on the spot."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.controlplane import image

IMAGE = "localhost/python:1"
_PAUSE = "localhost/pause:1"
_MERGED = ("bin", "sbin", "lib", "lib64")
_EMPTY = ("dev", "etc", "home", "proc", "root", "run", "sys", "usr", "var", "work")


def configure(folder: Path, plugins: Path, networks: Path) -> Path:
    """Write containerd's configuration, for 1.6 and newer, and return its path.

    ``restrict_oom_score_adj`` is for machines that are containers themselves: there runc may not
    lower it and dies.
    """
    config = folder / "containerd.toml"
    config.write_text(
        f"""version = 2
root = "{folder}/root"
state = "{folder}/state"
[grpc]
  address = "{folder}/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "{folder}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{_PAUSE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{plugins}"
    conf_dir = "{networks}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    base_runtime_spec = "{folder}/base.json"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
      Root = "{folder}/runc"
"""
    )
    return config


def write_base(folder: Path) -> None:
    """Write what every container starts from: containerd's default, and this machine's Python.

    So the image looks like one with Python and all that the tests' environment has, without a
    copy of it; nothing of it can be written.
    """
    default = subprocess.run(["ctr", "oci", "spec"], check=True, capture_output=True, text=True)
    spec = json.loads(default.stdout)
    for path in sorted({"/usr", *_prefixes()}):
        spec["mounts"].append(
            {
                "destination": path,
                "type": "bind",
                "source": path,
                "options": ["rbind", "ro", "nosuid", "nodev"],
            }
        )
    (folder / "base.json").write_text(json.dumps(spec))


def images(folder: Path, pause: Path) -> list[Path]:
    """Write the archives of the two images that pods need: `IMAGE`, and the sandbox's."""
    machine = platform.machine()
    sandbox = image.Layer()
    sandbox.file("pause", pause.read_bytes(), 0o755)
    python = image.Layer()
    for name in _EMPTY:
        python.folder(name)
    python.folder("tmp", 0o1777)
    for name in _MERGED:
        python.link(name, f"usr/{name}")
    python.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
    python.file("etc/group", b"root:x:0:\n")
    path = os.pathsep.join([str(Path(sys.prefix) / "bin"), "/usr/local/bin", "/usr/bin", "/bin"])
    return [
        image.write(folder / "pause.tar", _PAUSE, sandbox, machine, command=["/pause"]),
        image.write(
            folder / "python.tar",
            IMAGE,
            python,
            machine,
            environment={"PATH": path, "HOME": "/root"},
        ),
    ]


def client(folder: Path) -> Sequence[str]:
    """Return how containerd's own command reaches the node's pods."""
    return ["ctr", "-a", str(folder / "containerd.sock"), "-n", "k8s.io"]


def _prefixes() -> set[str]:
    """Return the folders of this Python that are not below ``/usr``."""
    found = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parents[1])}
    return {path for path in found if not path.startswith("/usr")}
