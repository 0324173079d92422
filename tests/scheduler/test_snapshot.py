from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from ogai_lab.core.blobs import BlobStore, check_digest
from ogai_lab.core.errors import InvalidInput, TooLarge
from ogai_lab.scheduler.snapshot import Files, Snapshots
from ogai_lab.scheduler.types import Snapshot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    write(folder, {"train.py": "print(1)", "src/model.py": "x = 1", "src/notes.txt": "hm"})
    return folder


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "home" / "blobs")


@pytest.fixture
def snapshots(tmp_path: Path, store: BlobStore) -> Snapshots:
    return Snapshots(store, tmp_path / "home", most_bytes=100_000, most_files=50)


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def paths(store: BlobStore, snapshot: Snapshot) -> list[str]:
    manifest = json.loads(store.get(check_digest(snapshot.digest)))
    return [one["path"] for one in manifest["files"]]


def reasons(snapshot: Snapshot) -> dict[str, str]:
    return {one.path: one.reason for one in snapshot.left_out}


def test_a_folder_is_kept_by_content(folder, snapshots, store) -> None:
    (folder / "train.py").chmod(0o755)
    first, files = snapshots.take(str(folder), [])
    assert paths(store, first) == ["src/model.py", "src/notes.txt", "train.py"]
    assert (first.files, first.size, first.left_out_count) == (3, 15, 0)
    assert files.read("train.py") == b"print(1)"
    manifest = json.loads(store.get(check_digest(first.digest)))
    assert [oct(one["mode"]) for one in manifest["files"]] == ["0o644", "0o644", "0o755"]
    (folder / "train.py").touch()
    assert snapshots.take(str(folder), [])[0].digest == first.digest
    (folder / "train.py").write_text("print(2)")
    assert snapshots.take(str(folder), [])[0].digest != first.digest


def test_gitignore_is_honoured_nested_and_negated(folder, snapshots, store) -> None:
    write(
        folder,
        {
            ".gitignore": "*.log\n/data/\n",
            "a.log": "",
            "data/big": "",
            "src/.gitignore": "!keep.log\nnotes.txt\n",
            "src/keep.log": "",
            "src/data/small": "",
            "__pycache__/x.pyc": "",
            ".git/config": "",
        },
    )
    snapshot, files = snapshots.take(str(folder), [])
    assert paths(store, snapshot) == [
        ".gitignore",
        "src/.gitignore",
        "src/data/small",
        "src/keep.log",
        "src/model.py",
        "train.py",
    ]
    assert reasons(snapshot) == {
        "a.log": "ignored by .gitignore",
        "data/": "ignored by .gitignore",
        "src/notes.txt": "ignored by .gitignore",
        ".git/": "never travels",
        "__pycache__/": "never travels",
    }
    assert "data/ does not travel (ignored" in files.why_missing("data/big")


def test_the_repository_around_counts_unless_it_ignores_the_folder(folder, snapshots, store):
    write(folder.parent, {".gitignore": "notes.txt\n", ".git/config": ""})
    assert "src/notes.txt" not in paths(store, snapshots.take(str(folder), [])[0])
    write(folder.parent, {".gitignore": "notes.txt\nwork/\n"})
    assert "src/notes.txt" in paths(store, snapshots.take(str(folder), [])[0])


def test_include_names_all_that_travels(folder, snapshots, store) -> None:
    assert paths(store, snapshots.take(str(folder), ["src"])[0]) == [
        "src/model.py",
        "src/notes.txt",
    ]
    assert paths(store, snapshots.take(str(folder), ["*.py"])[0]) == ["src/model.py", "train.py"]
    write(folder, {".gitignore": "src/model.py\n"})
    assert paths(store, snapshots.take(str(folder), ["src"])[0]) == ["src/notes.txt"]
    assert "src/model.py" in paths(store, snapshots.take(str(folder), ["src", "src/model.py"])[0])
    with pytest.raises(InvalidInput, match="names nothing"):
        snapshots.take(str(folder), ["srcs"])
    with pytest.raises(InvalidInput, match="below the working folder"):
        snapshots.take(str(folder), ["../secrets"])


def test_what_cannot_travel_is_told(folder, snapshots, store, tmp_path) -> None:
    outside = tmp_path / "outside"
    write(outside, {"secret": "s"})
    (folder / "out").symlink_to(outside)
    (folder / "secret").symlink_to(outside / "secret")
    (folder / "broken").symlink_to("nowhere")
    (folder / "loop").symlink_to(".")
    (folder / "inner").symlink_to("src")
    (folder / "script.py").symlink_to("train.py")
    os.mkfifo(folder / "pipe")
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text("")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "sock"))
        snapshot, _ = snapshots.take(str(folder), [])
    assert paths(store, snapshot) == [
        "inner/model.py",
        "inner/notes.txt",
        "script.py",
        "src/model.py",
        "src/notes.txt",
        "train.py",
    ]
    assert reasons(snapshot) == {
        "broken": "a link that leads nowhere",
        "caf\\udce9.txt": "its name is not UTF-8",
        "loop/": "a link to a folder around it",
        "out/": "a link out of the folder",
        "pipe": "a pipe",
        "secret": "a link out of the folder",
        "sock": "a socket",
    }


def test_a_large_folder_is_refused_unread(folder, snapshots, store) -> None:
    with (folder / "weights.bin").open("wb") as file:
        file.truncate(10_000_000_000)  # a file of holes: 10 GB that take no space
    with pytest.raises(TooLarge) as refused:
        snapshots.take(str(folder), [])
    assert "weights.bin (10,000.0 MB)" in refused.value.cause
    assert ".gitignore" in refused.value.action
    assert list(store.digests()) == []


def test_too_many_files_are_refused(folder, snapshots) -> None:
    write(folder, {f"data/{number}": "" for number in range(60)})
    with pytest.raises(TooLarge, match="63 files") as refused:
        snapshots.take(str(folder), [])
    assert "data/ (60 files)" in refused.value.cause


def test_the_home_folder_never_travels(tmp_path, snapshots, store, folder) -> None:
    write(tmp_path, {"home/jobs/j1/records.jsonl": "x" * 1000})
    snapshot, _ = snapshots.take(str(tmp_path), [])
    assert not [path for path in paths(store, snapshot) if path.startswith("home/")]


def test_an_unchanged_file_is_not_read_again(folder, snapshots, monkeypatch) -> None:
    old = 1_700_000_000
    for file in folder.rglob("*.*"):
        os.utime(file, (old, old))
    first, _ = snapshots.take(str(folder), [])
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail(f"read {self}"))
    monkeypatch.setattr("ogai_lab.scheduler.snapshot._recall", _recall_through_open)
    again, _ = snapshots.take(str(folder), [])
    assert again == first


def _recall_through_open(file: Path) -> dict[str, list[int | str]]:
    with file.open("rb") as opened:
        found: dict[str, list[int | str]] = json.load(opened)
    return found


@pytest.mark.parametrize("workdir", ["relative/path", "/no/such/folder"])
def test_a_wrong_folder_names_its_field(snapshots, workdir) -> None:
    with pytest.raises(InvalidInput) as refused:
        snapshots.take(workdir, [])
    assert refused.value.field == "workdir"


def test_a_folder_that_is_refused_is_not_kept(folder, snapshots, store) -> None:
    def check(files: Files) -> None:
        assert files.read("train.py") == b"print(1)"
        raise InvalidInput("It has a syntax error.")

    with pytest.raises(InvalidInput):
        snapshots.take(str(folder), [], check)
    assert list(store.digests()) == []
