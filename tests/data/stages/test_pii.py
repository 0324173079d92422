from __future__ import annotations

from typing import Any

import pyarrow as pa

from ogai_lab.data.stages.pii import Pii, PiiOptions


def process(texts: list[str | None], **options: Any) -> list[dict[str, Any]]:
    stage = Pii(PiiOptions.model_validate(options))
    sizes = [len((text or "").encode()) for text in texts]
    batch = pa.record_batch({"text": pa.array(texts, pa.large_string()), "bytes": pa.array(sizes)})
    rows: list[dict[str, Any]] = stage.process(batch.slice(1)).to_pylist()
    return rows


def test_marks_and_counts() -> None:
    rows = process(["sliced off: x@y.cn", "写信到 a@b.com 或 c@d.cn，电话13800138000", None, "无"])
    assert rows[0]["text"] == "写信到 <EMAIL> 或 <EMAIL>，电话<PHONE>"
    assert (rows[0]["pii_email"], rows[0]["pii_phone"], rows[0]["pii_ip"]) == (2, 1, 0)
    assert rows[0]["bytes"] == len(rows[0]["text"].encode())
    assert [row["text"] for row in rows[1:]] == [None, "无"]


def test_only_what_is_asked_for_and_marks_of_ones_own() -> None:
    options = {"kinds": ["email"], "marks": {"email": "email@example.com"}}
    (row,) = process(["", "a@b.com 8.8.8.8"], **options)
    assert (row["text"], row["pii_ip"]) == ("email@example.com 8.8.8.8", 0)
    (row,) = process(["", "a@b.com 8.8.8.8"], replace=False)
    assert (row["text"], row["pii_email"], row["pii_ip"]) == ("a@b.com 8.8.8.8", 1, 1)
