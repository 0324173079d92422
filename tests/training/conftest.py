from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.ranks import Launcher, TinyData, make_data


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> TinyData:
    return make_data(tmp_path_factory.mktemp("blobs"))


@pytest.fixture
def launch(data: TinyData, tmp_path: Path) -> Launcher:
    return Launcher(tmp_path, data.store)
