from __future__ import annotations

import pytest

from ogai_lab.commands.mounts import secret, volume
from ogai_lab.core.errors import InvalidInput


def test_volumes_and_secrets_are_read_as_they_are_written() -> None:
    assert volume("corpus:/data:ro") == {"name": "corpus", "path": "/data", "read_only": True}
    assert volume({"kind": "empty", "path": "/tmp/x"}) == {"kind": "empty", "path": "/tmp/x"}
    assert secret("hub:token=HF_TOKEN") == {"name": "hub", "key": "token", "variable": "HF_TOKEN"}
    assert secret("hub:/etc/hub") == {"name": "hub", "path": "/etc/hub"}
    assert secret("hub") == {"name": "hub"}


@pytest.mark.parametrize("given", ["corpus", ":/data", "corpus:data", "corpus:/data:rw"])
def test_what_is_no_volume_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput, match="no volume"):
        volume(given)


@pytest.mark.parametrize("given", ["", "hub:token", "hub:=X", ":a=b"])
def test_what_is_no_secret_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput, match="no secret"):
        secret(given)
