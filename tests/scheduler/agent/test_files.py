from __future__ import annotations

import errno

import pytest

from ogai_lab.scheduler.agent import files
from ogai_lab.scheduler.agent.files import Reserve, read_json, write_json


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"a": 1'])
def test_what_is_not_a_whole_object_is_nothing(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    assert read_json(str(path)) is None
    assert read_json(str(tmp_path / "missing")) is None


def test_a_write_replaces_the_whole_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "x.json"
    write_json(str(path), {"long": "x" * 1000})
    write_json(str(path), {"a": 1})
    assert read_json(str(path)) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_the_last_word_fits_on_a_full_disk(tmp_path, monkeypatch):
    reserve = Reserve(str(tmp_path / "reserve"))
    reserve.fill()
    assert (tmp_path / "reserve").stat().st_size == files.RESERVED

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "write_json", full)
    reserve.write_json(str(tmp_path / "exit.json"), {"kind": "storage_full"})
    assert read_json(str(tmp_path / "exit.json")) == {"kind": "storage_full"}
    assert not (tmp_path / "reserve").exists()
