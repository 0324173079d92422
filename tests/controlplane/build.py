"""The binaries of the cluster under test, built once from Go modules into a user's cache.

``python -m tests.controlplane.build`` builds them ahead of the tests.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parent / "go"
_OURS = ("cp", "dns", "pause")
_PACKAGES = (
    *(f"./{name}" for name in _OURS),
    "sigs.k8s.io/kueue/cmd/kueue",
    "sigs.k8s.io/jobset",
    "sigs.k8s.io/kwok/cmd/kwok",
)
# The first leaves out an alpha feature of Kueue whose module cannot be verified.
_TAGS = "exclude_scheduler_library,grpcnotrace"
_VERSION_VARIABLES = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
_MANIFESTS = {"kueue": "config/components", "jobset": "config/components", "kwok": "kustomize"}


class BuildError(Exception):
    """There are no binaries and none can be made here; the message says what is missing."""


@dataclass(frozen=True)
class Binaries:
    """A folder of binaries, and beside them the manifests of Kueue, JobSet and kwok."""

    folder: Path

    def command(self, component: str) -> list[str]:
        """Return how `component` is called; ``$KUBEBUILDER_ASSETS`` goes first."""
        assets = os.environ.get("KUBEBUILDER_ASSETS")
        for folder in (Path(assets) if assets else None, self.folder):
            if folder and (folder / component).is_file():
                return [str(folder / component)]
        return [str(self.folder / "cp"), component]

    def manifests(self, project: str) -> Path:
        """Return the folder with the manifests of kueue, jobset or kwok."""
        return self.folder / "manifests" / project


def binaries() -> Binaries:
    """Return the binaries, built first where the cache has none.

    Raises
    ------
    BuildError
        Not Linux, no Go, or Go refused.
    """
    if sys.platform != "linux":
        raise BuildError("the cluster under test runs on Linux")
    folder = _folder()
    if not folder.is_dir():
        with _lock(folder.with_suffix(".lock")):
            if not folder.is_dir():
                _build(folder)
    return Binaries(folder)


def are_built() -> bool:
    """Tell whether `binaries` would return at once."""
    return _folder().is_dir()


def optimised() -> bool:
    """Tell whether compilers optimise: figures want it, tests save a minute without."""
    return bool(os.environ.get("OGAI_CONTROLPLANE_OPTIMISED"))


def _folder() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256()
    for file in sorted(path for path in SOURCES.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(SOURCES)}\n".encode() + file.read_bytes())
    digest.update("\n".join([*_flags(), *_PACKAGES, platform.machine()]).encode())
    return cache / "ogai-lab" / f"k8s-{digest.hexdigest()[:16]}"


def _flags() -> list[str]:
    version = _version("k8s.io/kubernetes")
    major, minor = version.removeprefix("v").split(".")[:2]
    variables = " ".join(
        f"-X {name}.gitVersion={version} -X {name}.gitMajor={major} -X {name}.gitMinor={minor}"
        for name in _VERSION_VARIABLES
    )
    faster_to_compile = [] if optimised() else ["-gcflags=all=-N -l -dwarf=false"]
    return [
        *("-mod=readonly", "-trimpath", "-buildvcs=false", "-tags", _TAGS, *faster_to_compile),
        f"-ldflags=-s -w {variables}",
    ]


def _version(module: str) -> str:
    found = re.search(rf"^\s+{re.escape(module)} (v\S+)$", (SOURCES / "go.mod").read_text(), re.M)
    assert found, f"go.mod does not require {module}"
    return found[1]


@contextmanager
def _lock(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _build(folder: Path) -> None:
    if not shutil.which("go"):
        raise BuildError("the cluster under test is built with Go 1.25 or newer; see go.dev")
    version = _version("k8s.io/kubernetes")
    print(f"Building Kubernetes {version} for the tests: once, minutes…", flush=True)
    made = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    try:
        _go("build", *_flags(), "-o", f"{made}/", *_PACKAGES)
        for project, manifests in _MANIFESTS.items():
            source = Path(_go("list", "-m", "-f", "{{.Dir}}", f"sigs.k8s.io/{project}").strip())
            # The module cache is read-only; what is copied from it must not be.
            shutil.copytree(
                source / manifests, made / "manifests" / project, copy_function=shutil.copyfile
            )
        for kept in [made, *(path for path in made.rglob("*") if path.is_dir())]:
            kept.chmod(0o755)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _go(*arguments: str) -> str:
    surroundings = {"GOGC": "400"} | os.environ | {"CGO_ENABLED": "0", "GOWORK": "off"}
    done = subprocess.run(
        ["go", *arguments], cwd=SOURCES, env=surroundings, capture_output=True, text=True
    )
    if done.returncode:
        raise BuildError(f"go {arguments[0]} failed:\n{done.stderr[-4000:]}")
    return done.stdout


if __name__ == "__main__":
    try:
        print(f"The cluster under test: {binaries().folder}")
    except BuildError as error:
        if os.environ.get("CI"):
            raise
        print(f"Tests on Kubernetes will be skipped: {error}")
