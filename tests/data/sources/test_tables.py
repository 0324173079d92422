import gzip
import json
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from ogai_lab.core.errors import Conflict, InvalidInput
from ogai_lab.data import sources
from ogai_lab.data.sources import huggingface, packed, parquet
from ogai_lab.data.sources.batches import batch
from ogai_lab.data.sources.locations import digest
from ogai_lab.data.types import HuggingFace, JsonLines, Parquet, Pdf, Source, TextFolder

ROWS = [{"body": f"row {n} 文字", "score": n / 2, "language": "zh"} for n in range(2000)]


def read(source: Source) -> pa.RecordBatch:
    pieces = sources.pieces(source)
    return batch(source, pieces, [digest(piece) for piece in pieces])


def write_arrow(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(rows)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=100)


def test_row_groups_are_read_by_many_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "x.parquet", row_group_size=100)
    source = Parquet(path=str(tmp_path), field="body", columns={"score": "double", "no": "string"})
    whole = read(source)
    assert whole["text"].to_pylist() == [row["body"] for row in ROWS]
    assert whole["score"].to_pylist() == [row["score"] for row in ROWS]
    assert whole["no"].null_count == len(ROWS)
    monkeypatch.setattr(parquet, "_PIECE", 2000)
    assert len(sources.pieces(source)) > 3
    found = read(source)
    assert found.drop_columns(["doc_id"]).equals(whole.drop_columns(["doc_id"]))
    assert len(set(found["doc_id"].to_pylist())) == len(ROWS)


def test_a_data_set_on_disk_needs_no_library_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_arrow(tmp_path / "d/train/data-00000-of-00001.arrow", ROWS)
    write_arrow(tmp_path / "d/test/data-00000-of-00001.arrow", ROWS[:3])
    source = HuggingFace(path=str(tmp_path / "d"), field="body", split="train")
    monkeypatch.setattr(huggingface, "_PIECE", 5000)
    assert len(sources.pieces(source)) > 3
    found = read(source)
    assert found["text"].to_pylist() == [row["body"] for row in ROWS]
    assert len(set(found["doc_id"].to_pylist())) == len(ROWS)
    every = source.model_copy(update={"split": None})
    assert read(every).num_rows == len(ROWS) + 3
    with pytest.raises(InvalidInput, match="Splits: test, train"):
        sources.pieces(source.model_copy(update={"split": "dev"}))


@pytest.mark.parametrize("source", [Parquet(path="x"), HuggingFace(path="x")])
def test_a_column_that_is_not_there_is_named_with_those_that_are(
    tmp_path: Path, source: Source
) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "x.parquet")
    write_arrow(tmp_path / "x.arrow", ROWS)
    with pytest.raises(InvalidInput, match="no column 'text'; it has: body, score, language"):
        read(source.model_copy(update={"path": str(tmp_path)}))


def lines(texts: list[str]) -> bytes:
    return "".join(json.dumps({"text": text, "n": len(text)}) + "\n" for text in texts).encode()


@pytest.mark.parametrize(("ending", "pack"), [(".gz", gzip.compress), (".zst", zstandard.compress)])
def test_packed_lines_are_those_that_were_packed(tmp_path: Path, ending: str, pack: object) -> None:
    texts = [f"line {n} " * (n % 7 + 1) for n in range(500)]
    half = len(texts) // 2
    data = [lines(texts[:half]), lines(texts[half:])]
    assert callable(pack)
    (tmp_path / f"x.jsonl{ending}").write_bytes(b"".join(pack(part) for part in data))
    source = JsonLines(path=str(tmp_path), columns={"n": "int64"})
    found = read(source)
    assert found["text"].to_pylist() == texts
    assert found["n"].to_pylist() == [len(text) for text in texts]
    whole = (tmp_path / f"x.jsonl{ending}").read_bytes()
    (tmp_path / f"x.jsonl{ending}").write_bytes(whole[: len(whole) - 40])
    cut = read(source)
    good = [
        t for t, d in zip(cut["text"].to_pylist(), cut["damage"].to_pylist(), strict=True) if not d
    ]
    assert good == texts[: len(good)]
    assert sum(cut["damage"].to_pylist()) == 1


def test_a_bomb_ends_before_it_fills_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "_FREE", 1 << 20)
    (tmp_path / "x.jsonl.gz").write_bytes(gzip.compress(lines(["a"]) + b"b" * 200_000_000))
    found = read(JsonLines(path=str(tmp_path), cut=1 << 30))
    assert found["damage"].to_pylist() == [0, 1]
    assert found["bytes"].to_pylist()[1] <= 64 << 20


def test_values_that_do_not_fit_a_column_are_null(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": "a", "b": True, "i": 1, "f": 1, "s": "s"},
        {key: [] for key in "bifs"},
        {},
    ]
    rows[1]["text"] = rows[2]["text"] = "b"
    (tmp_path / "x.jsonl").write_text("\n".join(map(json.dumps, rows)))
    columns = {"b": "bool", "i": "int64", "f": "double", "s": "string"}
    found = read(JsonLines.model_validate({"path": str(tmp_path), "columns": columns}))
    assert [found[name].to_pylist() for name in columns] == [
        [True, None, None], [1, None, None], [1.0, None, None], ["s", None, None],
    ]  # fmt: skip


def test_sources_that_disagree_about_a_column_are_refused() -> None:
    one, two = (
        JsonLines(path="a", columns={"n": "int64"}),
        Parquet(path="b", columns={"n": "string"}),
    )
    with pytest.raises(InvalidInput, match="'n' is int64 in one source and string in another"):
        sources.columns([one, two])
    with pytest.raises(InvalidInput):
        sources.columns([JsonLines(path="a", columns={"text": "string"})])


def test_files_behind_a_url_and_a_pattern(tmp_path: Path) -> None:
    with fsspec.open("memory://tables/a/x.jsonl", "wb") as file:
        file.write(lines(["far"]))
    for path in ("memory://tables", "memory://tables/*/x.jsonl", "memory://tables/a/x.jsonl"):
        assert read(JsonLines(path=path))["text"].to_pylist() == ["far"]
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/x.txt").write_text("near")
    found = read(TextFolder(path=f"{tmp_path}/*/x.txt"))
    assert (found["text"].to_pylist(), found["path"].to_pylist()) == (["near"], ["deep/x.txt"])
    for path in ("memory://nowhere", f"{tmp_path}/*.none", "nosuch://x"):
        with pytest.raises(InvalidInput):
            read(TextFolder(path=path))


def test_a_file_that_changed_meanwhile_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("one")
    source = TextFolder(path=str(tmp_path))
    pieces = sources.pieces(source)
    before = [digest(piece) for piece in pieces]
    (tmp_path / "x.txt").write_text("two")
    with pytest.raises(Conflict):
        batch(source, pieces, before)


def test_the_text_of_a_pdf_and_of_none(tmp_path: Path) -> None:
    content = b"BT /F1 12 Tf 72 720 Td (Hello tokens) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\n" % table
    data += b"startxref\n%d\n%%%%EOF" % (len(data) - len(table) - 71)
    (tmp_path / "a.pdf").write_bytes(data)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 nothing")
    found = read(Pdf(path=str(tmp_path)))
    assert found["text"].to_pylist() == ["Hello tokens", "\ufffd"]
    assert found["damage"].to_pylist() == [0, 1]
