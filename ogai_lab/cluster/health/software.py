"""Checks of what is installed: Python, torch, and whether torch and the driver fit together."""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from ogai_lab.cluster.telemetry import gpus
from ogai_lab.cluster.types import Check, Outcome

_CUDA = re.compile(r"^cuda\b[^=]*=\s*['\"]([\d.]+)['\"]", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Versions. `torch_cuda` is None for a build without CUDA, `driver_cuda` without a driver."""

    python: tuple[int, int]
    torch: str | None
    torch_cuda: str | None
    driver_cuda: str | None
    gpus: int


def gather() -> Facts:
    """Return what is installed; torch is not imported for it."""
    found = gpus.survey()
    torch, cuda = _torch()
    return Facts(
        python=(sys.version_info.major, sys.version_info.minor),
        torch=torch,
        torch_cuda=cuda,
        driver_cuda=found.cuda,
        gpus=len(found.gpus),
    )


def judge(facts: Facts) -> list[Check]:
    """Judge whether training can run with what is installed."""
    return [_python(facts), _training(facts)]


def _python(facts: Facts) -> Check:
    major, minor = facts.python
    new_enough = facts.python >= (3, 11)
    return Check(
        name="python",
        outcome="ok" if new_enough else "critical",
        finding=f"Python {major}.{minor}.",
        remedy="" if new_enough else "Make an environment with Python 3.11 or newer.",
        evidence={"python": list(facts.python)},
    )


def _training(facts: Facts) -> Check:
    outcome: Outcome = "ok"
    finding, remedy = f"torch {facts.torch} is installed.", ""
    if facts.torch is None:
        outcome, finding = "warn", "torch is not installed, so nothing can be trained here."
        remedy = "Run: pip install 'ogai-lab[training]'"
    elif facts.gpus and facts.torch_cuda is None:
        outcome, finding = "warn", f"torch {facts.torch} cannot use this machine's GPUs."
        remedy = "Install a torch built for CUDA; pytorch.org/get-started names the command."
    elif facts.gpus and facts.driver_cuda is None:
        outcome, finding = "unknown", "The driver does not tell which CUDA it runs."
        remedy = "Run nvidia-smi, which shows it or says what is wrong."
    elif facts.gpus and _major(facts.torch_cuda) > _major(facts.driver_cuda):
        outcome = "critical"
        finding = f"torch needs CUDA {facts.torch_cuda}, the driver runs {facts.driver_cuda}."
        remedy = "Install a newer NVIDIA driver, or a torch built for the driver's CUDA."
    return Check(
        name="torch", outcome=outcome, finding=finding, remedy=remedy, evidence=asdict(facts)
    )


def _major(version: str | None) -> int:
    # Within one major version, a driver runs what was built for a newer minor one.
    return int((version or "0").split(".")[0])


def _torch() -> tuple[str | None, str | None]:
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return None, None
    try:
        version = metadata.version("torch")
        text = (Path(spec.origin).parent / "version.py").read_text()
    except (metadata.PackageNotFoundError, OSError):
        return None, None
    found = _CUDA.search(text)
    return version, found.group(1) if found else None
