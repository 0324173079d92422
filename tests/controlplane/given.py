"""A cluster that somebody gives to the tests instead of the one they would start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.controlplane.client import Client

VARIABLE = "OGAI_TEST_KUBECONFIG"


class GivenCluster:
    """The cluster of ``$OGAI_TEST_KUBECONFIG``, with an administrator's rights.

    It has Kueue, JobSet and kwok with this package's stages, or the tests say what they miss.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self.api = Client.of(kubeconfig)

    def user(self, name: str, *_: object, **__: object) -> Path:
        """Skip the test: whom a given cluster lets in is not ours to say."""
        pytest.skip(f"only a cluster of our own lets {name!r} in")

    def stop(self) -> None:
        """Leave the cluster as it is."""
        self.api.close()


def given() -> GivenCluster | None:
    """Return the cluster that the environment names, if it names one."""
    path = os.environ.get(VARIABLE)
    return GivenCluster(Path(path)) if path else None
