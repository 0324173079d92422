"""Versions: numbered, named, idempotent, removed with what only they needed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ogai_lab.core.blobs import Digest
from ogai_lab.core.errors import Conflict, Corrupt, InvalidInput, NotFound, OgaiError
from ogai_lab.models import tensors
from ogai_lab.models.types import Lineage
from tests.models.conftest import Bench, layers, save

LINEAGE = Lineage(job="j1", code="sha256:1", data="sha256:2", libraries={"torch": "2"})


def test_a_version_says_where_it_comes_from(bench: Bench, folder: Path) -> None:
    made = bench.register(
        folder, aliases=["best"], tags={"who": "<b>ann</b>"}, metrics={"loss": 2.5}, lineage=LINEAGE
    )
    assert (made.revision, made.owner, made.aliases) == ("v1", "ann", ["best"])
    assert (made.tensors, made.parameters) == (8, 4 * (128 * 128 + 128))
    assert made.size == sum(f.stat().st_size for f in folder.iterdir())
    assert made.stored == bench.stored
    assert made.lineage == LINEAGE
    for revision in ("v1", "V1", "best", "main", made.commit):
        assert bench.registry.version("lab/model", revision) == made
    (model,) = bench.registry.models()
    assert (model.name, model.latest, model.versions) == ("lab/model", "v1", 1)
    told = [event.data["action"] for event in bench.events.read(0)]
    assert told == ["registered", "aliased"]


def test_what_is_not_there_is_said_with_what_is(bench: Bench, folder: Path) -> None:
    with pytest.raises(NotFound, match="Register one first"):
        bench.registry.version("lab/model", "v1")
    bench.register(folder, aliases=["best"])
    with pytest.raises(NotFound, match=r"no version 'v9'.*It has: v1, best"):
        bench.registry.version("lab/model", "v9")
    with pytest.raises(NotFound, match=r"no model 'lab/other'.*lab/model"):
        bench.registry.versions("lab/other", 10, None)


@pytest.mark.parametrize(
    "name",
    [
        "model", "/model", "lab/", "a/b/c", "../etc/passwd", "lab/..", "lab/a..b", "lab/a--b",
        "lab/.hidden", "lab/-x", "lab/x.git", "<b>lab</b>/x", "lab/x y", "lab/x\0", "lab/é",
        f"lab/{'x' * 300}", "", "lab/x\n",
    ],
)  # fmt: skip
def test_names_that_cannot_be(bench: Bench, folder: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be the name of a model") as caught:
        bench.register(folder, name)
    assert len(str(caught.value)) < 600
    assert bench.registry.models() == []
    assert bench.stored == 0


@pytest.mark.parametrize(
    "alias", ["v3", "V3", "main", "a" * 40, "", "a/b", "..", "a..b", "-x", "x y", "x" * 80, "é"]
)
def test_aliases_that_cannot_be(bench: Bench, folder: Path, alias: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be an alias"):
        bench.register(folder, aliases=["good", alias])
    assert bench.registry.models() == []


@pytest.mark.parametrize(
    "more", [{"tags": {"": "x"}}, {"tags": {"x": "y" * 2000}}, {"metrics": {"loss": float("nan")}}]
)
def test_tags_and_metrics_that_cannot_be(bench: Bench, folder: Path, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        bench.register(folder, **more)
    assert bench.stored == 0


def test_the_same_content_is_the_same_version(bench: Bench, folder: Path) -> None:
    first = bench.register(folder, tags={"a": "1"}, metrics={"loss": 1.0})
    again = bench.register(folder, aliases=["best"], tags={"b": "2"}, metrics={"loss": 9.0})
    assert again.note == "This content is v1 already."
    assert (again.number, again.aliases, again.tags) == (1, ["best"], {"a": "1", "b": "2"})
    assert again.metrics == {"loss": 1.0}
    elsewhere = bench.register(folder, "lab/other")
    assert (elsewhere.revision, elsewhere.commit, elsewhere.stored) == ("v1", first.commit, 0)


def test_the_same_key_is_the_same_registration(bench: Bench, folder: Path, tmp_path: Path) -> None:
    first = bench.register(folder, key="k")
    other = save(tmp_path / "other", layers(seed=1))
    assert bench.register(other, key="k") == first
    assert bench.register(other, key="k", owner="bob").number == 2
    with pytest.raises(Conflict, match="was used to register 'lab/model'"):
        bench.register(other, "lab/different", key="k")


def test_an_alias_moves_by_compare_and_set(bench: Bench, folder: Path, tmp_path: Path) -> None:
    bench.register(folder)
    bench.register(save(tmp_path / "other", layers(seed=1)))
    move = bench.registry.alias
    assert move("lab/model", "best", "v1", "").aliases == ["best"]
    with pytest.raises(Conflict, match="is at v1, not at no version"):
        move("lab/model", "best", "v2", "")
    with pytest.raises(Conflict, match="is at v1, not at v2"):
        move("lab/model", "best", "v2", "v2")
    assert move("lab/model", "best", "v2", "v1").aliases == ["best"]
    assert move("lab/model", "best", "v1", None).number == 1
    with pytest.raises(NotFound):
        move("lab/model", "best", "v9", None)


def test_tags_are_set_and_removed(bench: Bench, folder: Path) -> None:
    bench.register(folder, tags={"a": "1", "b": "2"})
    assert bench.registry.tag("lab/model", "v1", {"a": None, "c": "3"}).tags == {"b": "2", "c": "3"}
    with pytest.raises(InvalidInput, match="100"):
        bench.registry.tag("lab/model", "v1", {str(i): "" for i in range(200)})


@pytest.mark.usefixtures("split")
def test_removing_frees_what_only_that_version_needed(bench: Bench, tmp_path: Path) -> None:
    made = layers(8)
    bench.register(save(tmp_path / "v1", made))
    before = bench.stored
    made["model.layers.0.mlp.weight"] = made["model.layers.0.mlp.weight"] + 1
    second = bench.register(save(tmp_path / "v2", made), aliases=["best"])
    assert second.stored < 0.2 * before
    other = bench.blobs.put(b"of another layer")
    with pytest.raises(Conflict, match="alias 'best'"):
        bench.registry.remove("lab/model", "v2")
    bench.registry.alias("lab/model", "best", "v1", None)
    bench.registry.remove("lab/model", "v2")
    assert bench.stored == before
    assert bench.blobs.get(other) == b"of another layer"
    assert bench.registry.verify("lab/model", "v1").intact

    third = bench.register(save(tmp_path / "v3", layers(seed=5)))
    assert third.revision == "v3"  # a number never comes back
    assert [v.revision for v in bench.registry.versions("lab/model", 10, None)] == ["v3", "v1"]
    assert [v.revision for v in bench.registry.versions("lab/model", 10, 3)] == ["v1"]


def test_damage_is_named_and_registering_again_mends_it(bench: Bench, folder: Path) -> None:
    made = bench.register(folder)
    file = next(f for f in bench.registry.manifest(made).files if f.tensors)
    path = bench.registry.store.path(Digest(file.blobs[0]))
    assert path is not None
    path.chmod(0o644)
    with path.open("r+b") as blob:
        blob.seek(-5, os.SEEK_END)
        blob.write(b"\xff")
    found = bench.registry.verify("lab/model", "v1")
    assert not found.intact
    assert found.damages[0].tensors == ["model.layers.3.norm.weight"]
    bench.register(folder)
    assert bench.registry.verify("lab/model", "v1").intact


def test_a_broken_file_makes_no_version(bench: Bench, folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(Corrupt, match=r"model\.safetensors"):
        bench.register(folder)
    assert bench.registry.models() == []
    assert bench.stored == 0
    assert list(bench.events.read(0)) == []


def test_many_at_once_get_different_numbers(bench: Bench, tmp_path: Path) -> None:
    folders = [save(tmp_path / f"m{i}", layers(seed=i)) for i in range(6)]
    found: list[int | OgaiError] = []

    def register(folder: Path) -> None:
        try:
            found.append(bench.register(folder).number)
        except OgaiError as exc:
            found.append(exc)

    threads = [threading.Thread(target=register, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=str) == [1, 2, 3, 4, 5, 6]
    for version in bench.registry.versions("lab/model", 10, None):
        assert bench.registry.verify("lab/model", version.revision).intact
        assert version.path is not None
        assert (Path(version.path) / "config.json").exists()


def test_the_same_folder_at_once_is_one_version(bench: Bench, folder: Path) -> None:
    threads = [threading.Thread(target=bench.register, args=(folder,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bench.registry.models()[0].versions == 1
    assert bench.registry.verify("lab/model", "v1").intact


def test_nothing_is_collected_before_its_version_is_recorded(
    bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = tensors.keep
    freed: list[int] = []

    def then_collect(*args: Any) -> tensors.Kept:
        kept = keep(*args)
        freed.append(bench.registry.collect())  # as another process might at this moment
        return kept

    monkeypatch.setattr(tensors, "keep", then_collect)
    bench.register(folder)
    assert freed == [0]
    assert bench.registry.verify("lab/model", "v1").intact


def test_removing_while_registering_breaks_neither(bench: Bench, tmp_path: Path) -> None:
    for seed in range(4):
        bench.register(save(tmp_path / f"m{seed}", layers(seed=seed)))

    def register() -> None:
        for seed in range(4):  # the same bytes as those that are being removed
            bench.register(tmp_path / f"m{seed}", "lab/other")

    thread = threading.Thread(target=register)
    thread.start()
    for number in range(1, 5):
        bench.registry.remove("lab/model", f"v{number}")
    thread.join()
    for number in range(1, 5):
        assert bench.registry.verify("lab/other", f"v{number}").intact


CHILD = """
import os, sys
from pathlib import Path
from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.database import Database
from ogai_lab.core.events import EventLog
from ogai_lab.core.home import Home
from ogai_lab.models.registry import Registry
from ogai_lab.models import tensors
from ogai_lab.models.types import Lineage
tensors.WHOLE = 0
home = Home.open()
database = Database(home.database_url)
registry = Registry(database, BlobStore(home.blobs_url), EventLog(database), home)
print("ready", flush=True)
for folder in sys.argv[1:]:
    registry.register("lab/model", Path(folder), owner="x", aliases=["best"], tags={}, metrics={},
                      lineage=Lineage())
"""


def test_kill_at_any_moment_leaves_whole_versions(home: Any, tmp_path: Path) -> None:
    folders = [str(save(tmp_path / f"m{i}", layers(16, 256, seed=i))) for i in range(12)]
    random = np.random.default_rng(1)
    from ogai_lab.core.blobs import BlobStore
    from ogai_lab.core.database import Database
    from ogai_lab.core.events import EventLog

    database = Database(home.database_url)
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, *folders], stdout=subprocess.PIPE, env=dict(os.environ)
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(float(random.uniform(0.02, 0.4)))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        check_cache(home.hub_cache, complete=False)
        bench = Bench(home, database, BlobStore(home.blobs_url), EventLog(database))
        bench.registry.show_all()
        check_cache(home.hub_cache, complete=True)
        bench.registry.collect()
        known = {v.commit for m in bench.registry.models() for v in
                 bench.registry.versions(m.name, 500, None)}  # fmt: skip
        shown = {p.name for p in home.hub_cache.glob("models--*/snapshots/*")}
        assert shown == known
        for model in bench.registry.models():
            for version in bench.registry.versions(model.name, 500, None):
                assert bench.registry.verify(model.name, version.revision).intact
    assert not list(Path(home.blobs_url).glob("models/tmp/*"))
    database.close()


def check_cache(cache: Path, *, complete: bool) -> None:
    """Every snapshot is whole; with `complete`, the scanner of huggingface_hub agrees."""
    for snapshot in cache.glob("models--*/snapshots/*"):
        assert (snapshot / "config.json").exists()
        index = json.loads((snapshot / "model.safetensors.index.json").read_bytes())
        assert all((snapshot / name).exists() for name in index["weight_map"].values())
    if complete and cache.exists():
        from huggingface_hub import scan_cache_dir

        assert scan_cache_dir(cache).warnings == []


def test_a_lost_cache_is_made_again(bench: Bench, folder: Path) -> None:
    made = bench.register(folder)
    shutil.rmtree(bench.home.hub_cache)
    assert bench.registry.version("lab/model", "v1").path is None
    bench.registry.show_all()
    assert bench.registry.version("lab/model", "v1") == made
