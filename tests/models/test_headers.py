"""A safetensors file is believed only after everything about it has been checked."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from ogai_lab.core.errors import Corrupt
from ogai_lab.models.headers import read_header, write_header

F32: dict[str, Any] = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


def made(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(raw) if length is None else length).to_bytes(8, "little") + raw + data


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it has 0 bytes"),
        (b"\x01\x02", "it has 2 bytes"),
        (made({"a": F32}, bytes(8), length=10_000), "header has 10000 bytes, but only"),
        (made(b"{}", length=1 << 60), "the limit is"),
        (made(b"not json"), "not JSON"),
        (made(b"[" * 100_000), "not JSON"),
        (made(b"[1]"), "not a table"),
        (made(b"\xff\xfe{}"), "not JSON"),
        (made(b'{"a":1,"a":2}'), "'a' twice"),
        (made({"a": 1}), "lacks dtype"),
        (made({"a": {**F32, "dtype": "F31"}}, bytes(8)), "unknown type 'F31'"),
        (made({"a": {**F32, "shape": [-2]}}, bytes(8)), "not whole numbers"),
        (made({"a": {**F32, "shape": [True]}}, bytes(8)), "not whole numbers"),
        (made({"a": {**F32, "shape": [3]}}, bytes(8)), "takes 12 bytes, but its offsets give it 8"),
        (made({"a": {**F32, "data_offsets": [8, 0]}}, bytes(8)), "offsets give it -8"),
        (made({"a": F32, "b": {**F32, "data_offsets": [4, 12]}}, bytes(12)), "'a' and 'b' overlap"),
        (made({"a": F32, "b": {**F32, "data_offsets": [12, 20]}}, bytes(20)), "4 bytes before 'b'"),
        (made({"a": F32}, bytes(5)), "cut short: its tensors take 8 bytes, 5 are there"),
        (made({"a": F32}, bytes(9)), "1 bytes at its end"),
        (made({"a": F32, "__metadata__": {"x": 1}}, bytes(8)), "__metadata__"),
        (made({"a": {"dtype": "F4", "shape": [3], "data_offsets": [0, 1]}}, bytes(1)), "1.5 bytes"),
    ],
)
def test_what_is_wrong_is_named(content: bytes, problem: str) -> None:
    with pytest.raises(Corrupt) as caught:
        read_header(io.BytesIO(content), len(content), "model.safetensors")
    assert problem in caught.value.message
    assert "model.safetensors" in caught.value.message


def test_what_the_library_writes_is_read() -> None:
    tensors = {
        "b": np.arange(6, dtype=np.float32).reshape(2, 3),
        "a": np.arange(3, dtype=np.int64),
        "empty": np.zeros((0, 4), dtype=np.float16),
        "scalar": np.array(1.5, dtype=np.float64),
    }
    content = save(tensors, {"format": "pt"})
    header = read_header(io.BytesIO(content), len(content), "x")
    assert {(t.name, t.shape) for t in header.tensors} == {(n, v.shape) for n, v in tensors.items()}
    assert header.metadata == {"format": "pt"}
    assert content.startswith(header.raw)
    for tensor in header.tensors:
        start = len(header.raw) + tensor.start
        assert content[start : start + tensor.size] == tensors[tensor.name].tobytes()


def test_what_we_write_the_library_reads() -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    head = write_header([("模型.w", "F32", (2, 3), 24), ("e", "F16", (0,), 0)], {"format": "pt"})
    assert len(head) % 8 == 0
    found = load(head + values.tobytes())
    assert (found["模型.w"] == values).all()
    assert found["e"].shape == (0,)
