"""Code on its way into pods: packed, stored, and unpacked by the bootstrap as a pod does it."""

from __future__ import annotations

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import InvalidInput, OgaiError, TooLarge, Unavailable
from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import delivery
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.export import export
from ogai_lab.scheduler.engines.kubernetes.layout import Layout
from ogai_lab.scheduler.snapshot import Snapshots
from ogai_lab.scheduler.spec import CommandRun, FunctionRun, JobSpec, ScriptRun


class Sender:
    """A working folder, and orders that take it along."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.blobs = folder, BlobStore(folder / "blobs")
        (folder / "home").mkdir()
        (folder / "work" / "pkg").mkdir(parents=True)
        (folder / "work" / "run.sh").write_text("#!/bin/sh\necho ran $1\n")
        (folder / "work" / "run.sh").chmod(0o755)
        (folder / "work" / "pkg" / "数据.py").write_text("x = 1\n")

    def order(self, run: Any = None, job_id: str = "jtest") -> Order:
        snapshots = Snapshots(self.blobs, self.folder / "home")
        snapshot, _ = snapshots.take(str(self.folder / "work"), [])
        spec = JobSpec(run=run or CommandRun(argv=["./run.sh", "well"]), cluster="lab")
        return Order(
            job_id=job_id,
            owner="ada",
            spec=spec,
            placements=(),
            attempt=1,
            restarts_left=0,
            snapshot=snapshot.digest,
        )

    def run(self, parcel: delivery.Parcel, **moved: str) -> tuple[int, str, Path]:
        """Run a parcel as a pod does; `moved` says where pods' paths are on this machine."""
        home = self.folder / "pod"
        mounted = self.folder / "mounted"
        mounted.mkdir(exist_ok=True)
        files = dict(parcel.files)
        if parcel.link is not None:
            files[delivery.LINK] = parcel.link.encode()
        for name, data in files.items():
            for path, here in moved.items():
                data = data.replace(f"/ogai/{path}".encode(), here.encode())
            (mounted / name).write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-I", "-S", mounted / delivery.START, mounted, home],
            env={"PATH": os.environ["PATH"], "OGAI_LAST_WORD": str(self.folder / "word")},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout, home


@pytest.fixture
def sender(tmp_path: Path) -> Sender:
    return Sender(tmp_path)


def layout(code: Any) -> Layout:
    return Layout.model_validate({"code": code, "image": "i"})


def texts(stdout: str) -> list[str]:
    records = [json.loads(line) for line in stdout.splitlines()]
    return [record["text"] for record in records if record["kind"] == "text"]


def test_a_config_map_carries_a_small_folder_with_its_modes_and_names(sender):
    parcel = delivery.deliver(sender.order(), Layout(), sender.blobs)
    assert sum(map(len, parcel.files.values())) < 200_000
    code, said, home = sender.run(parcel)
    assert (code, texts(said)) == (0, ["ran well"])
    assert (home / "work" / "pkg" / "数据.py").read_text() == "x = 1\n"
    assert (home / "output").is_dir()


def test_a_folder_too_large_for_a_config_map_is_refused_with_the_other_ways(sender):
    (sender.folder / "work" / "weights.bin").write_bytes(os.urandom(1 << 20))
    with pytest.raises(TooLarge) as refused:
        delivery.deliver(sender.order(), Layout(), sender.blobs)
    assert refused.value.field == "workdir"
    assert "1.1 MB" in refused.value.message
    assert "pvc" in refused.value.action
    assert "s3://" in refused.value.action


@pytest.mark.parametrize("code", ["configmap", {"url": "memory://code"}])
def test_arguments_too_large_for_a_config_map_are_refused_as_such(sender, code):
    run = FunctionRun(name="f", payload="A" * (1 << 20))
    with pytest.raises(TooLarge) as refused:
        delivery.deliver(sender.order(run), layout(code), sender.blobs)
    assert refused.value.field == "run"


def test_a_volume_carries_code_once_and_takes_outputs(sender):
    (sender.folder / "work" / "weights.bin").write_bytes(os.urandom(1 << 20))
    shared = sender.folder / "shared"
    shared.mkdir()
    over = layout({"pvc": "shared", "here": str(shared)})
    source = "#!/bin/sh\necho kept > $OGAI_OUTPUT/result\necho ran\n"
    (sender.folder / "work" / "run.sh").write_text(source)
    parcel = delivery.deliver(sender.order(), over, sender.blobs)
    delivery.deliver(sender.order(job_id="jother"), over, sender.blobs)
    assert len(list((shared / "code").iterdir())) == 1
    code, said, _ = sender.run(parcel, shared=str(shared))
    assert (code, texts(said)) == (0, ["ran"])
    output = delivery.output_folder(over, "jtest")
    assert output is not None
    assert (Path(output) / "result").read_text() == "kept\n"
    assert delivery.output_folder(Layout(), "jtest") is None


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ({"pvc": "shared"}, InvalidInput, "here"),
        ({"pvc": "shared", "here": "/nowhere/at/all"}, Unavailable, "/nowhere/at/all"),
        ({"url": "memory://code"}, InvalidInput, "without a credential"),
        ({"url": "nonsense://code"}, Unavailable, "nonsense"),
    ],
)
def test_a_way_that_cannot_be_gone_is_said(sender, code, kind, words):
    with pytest.raises(OgaiError) as refused:
        delivery.deliver(sender.order(), layout(code), sender.blobs)
    assert isinstance(refused.value, kind)
    assert words in str(refused.value)
    assert refused.value.action


class Signing(LocalFileSystem):
    """A store that makes links, as object stores do: files, served over HTTP."""

    protocol = "signing"
    served = ""

    def sign(self, path: str, expiration: int = 100, **_: Any) -> str:
        return f"{self.served}/{Path(path).name}?expires={expiration}"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Fails the first time it is asked for something, as stores do now and then."""

    asked: set[str] = set()

    def do_GET(self) -> None:
        if self.path not in self.asked:
            self.asked.add(self.path)
            self.send_error(503)
            return
        super().do_GET()

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "store"
    folder.mkdir()
    handler = type("OnlyOnce", (Handler,), {"asked": set()})
    served = functools.partial(handler, directory=str(folder / "code"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), served) as server:
        Signing.served = f"http://127.0.0.1:{server.server_address[1]}"
        fsspec.register_implementation("signing", Signing, clobber=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder
        server.shutdown()
        thread.join()


def test_a_store_carries_code_by_a_link_and_a_pod_tries_again(sender, store):
    (store / "code").mkdir()
    parcel = delivery.deliver(
        sender.order(), layout({"url": f"signing://{store}", "hours": 2}), sender.blobs
    )
    assert parcel.link is not None
    assert parcel.link.endswith("?expires=7200")
    assert "expires" not in repr(parcel)
    code, said, _ = sender.run(parcel)
    assert (code, texts(said)) == (0, ["ran well"])


def test_a_link_that_has_grown_old_is_said_and_not_told(sender, store):
    (store / "code").mkdir()
    over = layout({"url": f"signing://{store}"})
    parcel = delivery.deliver(sender.order(), over, sender.blobs)
    for file in (store / "code").iterdir():
        file.unlink()
    code, said, _ = sender.run(parcel)
    assert code == 68
    assert "too old" in texts(said)[0]
    assert "127.0.0.1" not in said + (sender.folder / "word").read_text()


def test_an_export_is_yaml_with_the_code_and_without_our_labels(sender):
    import base64

    import yaml

    config = ClusterConfig(name="lab", image="i")
    text = export(sender.order(ScriptRun(path="run.sh")), config, sender.blobs)
    config_map, jobset = yaml.safe_load_all(text)
    assert jobset["kind"] == "JobSet"
    assert "ogai-lab.org/installation" not in text
    files = {name: data.encode() for name, data in config_map["data"].items()}
    files |= {name: base64.b64decode(data) for name, data in config_map["binaryData"].items()}
    code, said, _ = sender.run(delivery.Parcel(files=files))
    assert code != 0  # a shell script is no Python
    assert "SyntaxError" in said


def test_what_travels_by_links_is_not_exported(sender):
    config = ClusterConfig.model_validate({"name": "lab", "code": {"url": "s3://b/c"}})
    with pytest.raises(InvalidInput, match="cannot be exported"):
        export(sender.order(), config, sender.blobs)
