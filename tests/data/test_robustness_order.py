"""One end, whatever computes it and in whatever order; another end, where anything changed."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.data import cache, executors, extra, reading, writing
from ogai_lab.data.authoring import stage
from ogai_lab.data.course import Run
from ogai_lab.data.types import Pipeline, Policy, StageSpec
from tests.data import chain
from tests.data.executors import Here, Shuffled


@stage({"length_of_it": "int64"})
def fussy(text: str) -> int:
    if "number 4000" in text:
        raise LookupError("not this one")
    return len(text)


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_TASK_BYTES", 4096)
    monkeypatch.setattr(writing, "_SHARD_BYTES", 16384)


def test_the_same_bytes_whatever_computes_them(tmp_path: Path) -> None:
    over = chain.pipeline(chain.write(tmp_path / "in"), [fussy])

    def made(pool: Executor, name: str) -> dict[str, bytes]:
        out = tmp_path / name
        Run(over, BlobStore(str(tmp_path / f"blobs-{name}")), pool, out=str(out))()
        return chain.contents(out)

    expected = made(Here(), "here")
    fates = list(chain.check_account(tmp_path / "here", over).values())
    assert fates.count("quarantine") == 1
    for seed in (1, 2):
        assert made(Shuffled(seed), f"shuffled{seed}") == expected
    with ThreadPoolExecutor(2) as threads:
        assert made(threads, "threads") == expected
    for workers in (1, 2):
        with executors.executor("processes", workers) as pool:
            assert made(pool, f"processes{workers}") == expected
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        executors.executor(cluster.scheduler_address) as pool,
    ):
        assert made(pool, "dask") == expected


def test_what_changed_never_gives_what_was_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = chain.write(tmp_path / "in")
    store = BlobStore(str(tmp_path / "blobs"))

    def run(over: Pipeline, *, into: BlobStore = store) -> tuple[str, Here]:
        here = Here()
        return Run(over, into, here)(), here

    def terms(*listed: str) -> Pipeline:
        over = chain.pipeline(folder)
        place = [spec.stage for spec in over.stages].index("terms")
        over.stages[place] = StageSpec(stage="terms", options={"own": {"mine": list(listed)}})
        return over

    plain, _ = run(terms("tokens"))
    again, here = run(terms("tokens"))
    assert again == plain
    assert set(here.calls) == {"fingerprint"}

    stricter = terms("tokens")
    rules = [
        rule.model_copy(update={"value": 400.0}) if rule.reason == "too_short" else rule
        for rule in chain.RULES
    ]
    stricter.policy = Policy(name="p", rules=rules)
    listed, keyed = terms("tokens", "model"), terms("tokens")
    keyed.stages[-1] = StageSpec(stage="minhash", options={"seed": 2})
    for changed, anew in ((stricter, "divide"), (listed, "read"), (keyed, "gather")):
        digest, here = run(changed)
        assert digest != plain
        assert anew in here.calls
        assert digest == run(changed, into=BlobStore(str(tmp_path / f"fresh-{anew}")))[0]

    with (folder / "a.warc.gz").open("ab") as file:
        file.write((folder / "b.warc.gz").read_bytes())
    digest, here = run(terms("tokens"))
    assert digest != plain
    assert "read" in here.calls


@pytest.mark.parametrize("library", ["unicode", *extra.COMPUTING])
def test_another_version_of_a_library_is_another_code(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, known = cache.code_version(), cache.versions()
    assert known[library]
    monkeypatch.setattr(cache, "versions", lambda: known | {library: "0.0.0"})
    assert cache.code_version.__wrapped__() != before


def test_other_code_computes_everything_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = chain.pipeline(chain.write(tmp_path / "in", pages=4))
    store = BlobStore(str(tmp_path / "blobs"))
    Run(over, store, Here())()
    monkeypatch.setattr(cache, "code_version", lambda: "sha256:" + "1" * 64)
    here = Here()
    Run(over, store, here)()
    assert {"read", "gather", "compare", "divide"} <= set(here.calls)
