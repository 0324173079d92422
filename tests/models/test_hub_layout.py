"""What transformers and huggingface_hub themselves see of a version."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ogai_lab.core.errors import Conflict
from ogai_lab.core.home import Home
from ogai_lab.models.hub_layout import environment, user_cache
from tests.models.conftest import Bench, layers, save
from tests.models.languages import language_model

LOAD = """
import json, os, sys
from ogai_lab.models.hub_client import prefer_local
if "PREFER" in os.environ:
    prefer_local()
    assert not any(name.startswith("huggingface") for name in sys.modules)
from transformers import AutoModelForCausalLM, AutoTokenizer
found = {}
for revision in sys.argv[1:]:
    try:
        model = AutoModelForCausalLM.from_pretrained("lab/model", revision=revision)
        tokenizer = AutoTokenizer.from_pretrained("lab/model", revision=revision)
        ids = tokenizer("hello world", return_tensors="pt")["input_ids"]
        found[revision] = [model.get_input_embeddings().weight[3, 0].item(), ids.shape[1]]
    except OSError as exc:
        found[revision] = str(exc)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def language_models(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two real causal models with their tokenizer, as save_pretrained writes them."""
    return [language_model(tmp_path_factory.mktemp("llama"), seed=seed) for seed in (1, 2)]


def load(*revisions: str, **variables: str) -> dict[str, Any]:
    """Load revisions of lab/model in a process of their own."""
    result = subprocess.run(
        [sys.executable, "-c", LOAD, *revisions],
        env={**os.environ, **variables},
        check=True,
        capture_output=True,
        text=True,
        timeout=240,
    )
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str]]]:
    """A hub that knows no model of ours, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def refuse(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_response(401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD = do_POST = refuse  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def weight(folder: Path) -> float:
    from safetensors import safe_open

    with safe_open(folder / "model.safetensors", "pt") as file:
        return float(file.get_tensor("model.embed_tokens.weight")[3, 0])


@pytest.mark.parametrize("kept", ["whole", "split"])
def test_from_pretrained_needs_no_adapter(
    kept: str,
    home: Home,
    language_models: list[Path],
    stranger: tuple[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ogai_lab.core.blobs import BlobStore
    from ogai_lab.core.database import Database
    from ogai_lab.core.events import EventLog

    if kept == "split":
        monkeypatch.setattr("ogai_lab.models.tensors.WHOLE", 0)
    database = Database(home.database_url)
    bench = Bench(home, database, BlobStore(home.blobs_url), EventLog(database))
    first, second = (bench.register(folder) for folder in language_models)
    bench.registry.alias("lab/model", "best", "v1", None)
    assert first.path is not None
    shards = len(list(Path(first.path).glob("*.safetensors")))
    assert shards == 1 if kept == "whole" else shards > 10
    one, two = ([weight(folder), 11] for folder in language_models)
    expected = {"v1": one, "v2": two, "best": one, "main": two, first.commit: one}
    if kept == "split":
        assert load(*expected, **environment(home)) == expected
    else:  # in the user's own cache
        assert load(*expected, HF_HUB_OFFLINE="1") == expected

    # A hub that knows nothing of our models is not even asked.
    url, asked = stranger
    found = load("v1", "v2", HF_ENDPOINT=url, HF_HUB_OFFLINE="0", PREFER="1")
    assert found == {"v1": one, "v2": two}
    assert [line for line in asked if "lab/model" in line] == []

    from huggingface_hub import scan_cache_dir

    for cache in (home.hub_cache, user_cache()):
        found = scan_cache_dir(cache)
        assert found.warnings == []
        (repo,) = found.repos
        assert repo.repo_id == "lab/model"
        assert {ref for revision in repo.revisions for ref in revision.refs} == {
            "v1", "v2", "best", "main",
        }  # fmt: skip

    # What `hf cache rm` deletes are links: the store keeps its blobs, and the cache comes back.
    scan_cache_dir(home.hub_cache).delete_revisions(second.commit).execute()
    assert bench.registry.verify("lab/model", "v2").intact
    bench.registry.show_all()
    assert bench.registry.version("lab/model", "v2") == second
    database.close()


def test_it_stays_out_of_other_peoples_folders(bench: Bench, folder: Path, hub_cache: Path) -> None:
    theirs = hub_cache / "models--lab--model"
    (theirs / "snapshots").mkdir(parents=True)
    with pytest.raises(Conflict, match="Hugging Face cache already"):
        bench.register(folder)
    assert bench.registry.models() == []
    assert [path.name for path in theirs.iterdir()] == ["snapshots"]
    assert bench.register(folder, "lab/other").note == ""
    assert (hub_cache / "models--lab--other").readlink() == bench.home.hub_cache.absolute() / (
        "models--lab--other"
    )


def test_a_link_of_another_home_is_taken_over_and_said(
    bench: Bench, folder: Path, hub_cache: Path, tmp_path: Path
) -> None:
    hub_cache.mkdir()
    link = hub_cache / "models--lab--model"
    link.symlink_to(tmp_path / "gone")
    assert bench.register(folder).note == ""  # its home is no more
    link.unlink()
    (tmp_path / "other").mkdir()
    link.symlink_to(tmp_path / "other")
    other = save(tmp_path / "m2", layers(seed=2))
    assert "until now" in bench.register(other).note
    link.unlink()
    link.symlink_to(tmp_path / "other")
    bench.registry.remove("lab/model", "v1")
    bench.registry.remove("lab/model", "v2")
    # The last showing took the link again, so it goes with the last version.
    assert not link.is_symlink()
    assert (tmp_path / "other").is_dir()
    assert not (bench.home.hub_cache / "models--lab--model").exists()


def test_a_cache_that_cannot_be_written_is_no_obstacle(
    bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "file" / "hub"))
    made = bench.register(folder)
    assert "cannot be written" in made.note
    assert made.path is not None
    assert (Path(made.path) / "model.safetensors").exists()


def test_the_users_cache_is_found_as_the_hub_finds_it() -> None:
    code = (
        "from huggingface_hub import constants; from ogai_lab.models.hub_layout import user_cache;"
        "assert str(user_cache()) == constants.HF_HUB_CACHE, (user_cache(), constants.HF_HUB_CACHE)"
    )
    names = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME")
    clean = {k: v for k, v in os.environ.items() if k not in names}
    for variables in (
        {},
        {"HF_HUB_CACHE": "~/x"},
        {"HF_HOME": "$HOME/y"},
        {"XDG_CACHE_HOME": "/z"},
    ):
        subprocess.run([sys.executable, "-c", code], env={**clean, **variables}, check=True)
