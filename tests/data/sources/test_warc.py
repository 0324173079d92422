import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data import sources
from ogai_lab.data.sources import warc
from ogai_lab.data.sources.batches import batch
from ogai_lab.data.sources.files import Document
from ogai_lab.data.sources.locations import digest
from ogai_lab.data.types import HtmlFolder, Source, Wacz, Warc
from tests.data import corpus


def read(source: Source) -> list[Document]:
    return [
        document
        for piece in sources.pieces(source)
        for document in sources.documents(source, piece, piece.read())
    ]


def urls(found: list[Document]) -> list[str]:
    return [document.more["url"] for document in found]


PACKINGS: dict[str, Callable[[list[bytes]], bytes]] = {
    "x.warc": b"".join,
    "x.warc.gz": corpus.archive,
    "x.warc.zst": lambda records: b"".join(zstandard.compress(record) for record in records),
}


@pytest.mark.parametrize("name", PACKINGS)
def test_an_archive_is_cut_at_records_and_each_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # A page that holds the beginning of a record, as an archive of archives would.
    records = [*corpus.web(30), corpus.record(30, b"<p>\r\n\r\nWARC/1.0\r\nWARC-Type: response")]
    (tmp_path / name).write_bytes(PACKINGS[name](records))
    source = Warc(path=str(tmp_path / name))
    whole = read(source)
    assert urls(whole) == [f"https://site.test/{n}" for n in range(31)]
    assert not any(document.damage for document in whole)
    assert corpus.page("zh", 1).encode() == whole[1].more["html"]
    monkeypatch.setattr(warc, "_PIECE", 2000)
    assert len(sources.pieces(source)) > 4
    assert read(source) == whole


def test_what_is_no_page_is_no_document_and_text_needs_no_extraction(tmp_path: Path) -> None:
    records = [
        corpus.record(0, b"\x89PNG", "image/png"),
        corpus.record(1, b"gone", status=404),
        corpus.record(2, b"<p>yes", "TEXT/HTML;charset=gbk"),
        corpus.conversion(3, "extracted 文字"),
    ]
    (tmp_path / "x.warc.gz").write_bytes(corpus.archive(records))
    page, text = read(Warc(path=str(tmp_path)))
    assert page.more == {
        "html": b"<p>yes",
        "url": "https://site.test/2",
        "time": "2024-05-06T07:08:09Z",
        "content_type": "TEXT/HTML;charset=gbk",
    }
    assert (text.text, text.more.get("html")) == ("extracted 文字", None)


def test_damage_costs_the_record_that_has_it_alone(tmp_path: Path) -> None:
    members = [corpus.archive([record]) for record in corpus.web(6)]
    broken = bytearray(members[2])
    broken[len(broken) // 2] ^= 0xFF
    (tmp_path / "x.warc.gz").write_bytes(
        members[0] + members[1] + broken + members[3] + b"no member" + members[4] + members[5][:-60]
    )
    found = read(Warc(path=str(tmp_path)))
    good = [d.more["url"][-1] for d in found if d.kind == "page" and not d.damage]
    assert good == ["0", "1", "3", "4"]
    assert sum(d.damage > 0 for d in found) == 2


def test_a_bomb_is_cut_and_counts_as_damaged(tmp_path: Path) -> None:
    bomb = gzip.compress(b"a" * 50_000_000)
    records = [
        *corpus.web(1),
        corpus.record(1, b"a" * 50_000_000),
        corpus.record(2, bomb, headers=["Content-Encoding: gzip"]),
        corpus.record(3, gzip.compress(b"<p>small"), headers=["Content-Encoding: gzip"]),
        corpus.record(4, b"not gzip", headers=["Content-Encoding: gzip"]),
        corpus.record(5, b"<p>last"),
    ]
    (tmp_path / "x.warc.gz").write_bytes(corpus.archive(records))
    found = read(Warc(path=str(tmp_path), most=4096))
    by_url = {d.more.get("url", "")[-1:]: (len(d.more.get("html") or b""), d.damage) for d in found}
    assert by_url["1"] == by_url["2"] == (4096, 1)
    assert by_url["3"] == (8, 0)
    assert by_url["5"] == (7, 0)
    assert by_url["4" if "4" in by_url else ""][1] == 1


def test_a_collection_is_read_where_it_lies(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.wacz", "w") as held:
        held.writestr("pages/pages.jsonl", "{}")
        held.writestr("archive/data.warc.gz", corpus.archive(corpus.web(3)))
    source = Wacz(path=str(tmp_path))
    (piece,) = sources.pieces(source)
    assert piece.path == "x.wacz/archive/data.warc.gz"
    assert urls(read(source)) == [f"https://site.test/{n}" for n in range(3)]
    with zipfile.ZipFile(tmp_path / "y.wacz", "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr("archive/data.warc.gz", corpus.archive(corpus.web(3)))
    with pytest.raises(InvalidInput, match="compressed by zip"):
        sources.pieces(source)


def test_no_archive_at_all_is_damage_not_a_crash(tmp_path: Path) -> None:
    for name, data in {"a": b"", "b": b"garbage " * 99, "c": gzip.compress(b"no record")}.items():
        (tmp_path / f"{name}.warc.gz").write_bytes(data)
    assert [(d.kind, d.damage) for d in read(Warc(path=str(tmp_path)))] == [("damaged", 1)] * 2


def test_pages_of_a_folder_and_their_batch(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(corpus.page("zh", 1))
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.htm").write_bytes(b"x" * 3000)
    (tmp_path / "c.txt").write_text("no")
    source = HtmlFolder(path=str(tmp_path), most=2048)
    pieces = sources.pieces(source)
    types = {**sources.columns([source]), "score": "double"}
    found = batch(source, pieces, [digest(piece) for piece in pieces], types)
    assert found.schema.names == list(types)
    assert found["damage"].to_pylist() == [0, 1]
    assert [len(page) for page in found["html"].to_pylist()] == [
        len(corpus.page("zh", 1).encode()),
        2048,
    ]
    assert found["score"].null_count == found["url"].null_count == 2
    assert len(set(found["doc_id"].to_pylist())) == 2


def test_a_window_of_a_large_file_reads_like_the_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ogai_lab.data.sources import locations

    (tmp_path / "x.warc.gz").write_bytes(b"skipped" + corpus.archive(corpus.web(5)))
    source = Warc(path=str(tmp_path))
    (file,) = warc.files(source)
    piece = file._replace(start=7)
    expected = list(sources.documents(source, piece, piece.read()))
    monkeypatch.setattr(locations, "IN_MEMORY", 0)
    with locations.stream(piece) as opened:
        assert not isinstance(opened, io.BytesIO)
        assert list(sources.documents(source, piece, opened)) == expected
    assert len(expected) == 5
