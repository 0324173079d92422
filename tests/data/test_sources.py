import json
import os
import socket
import textwrap
from pathlib import Path

import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.data import sources
from ogai_lab.data.sources import jsonl, python_stdlib
from ogai_lab.data.sources.files import Document, Piece, chosen, cut
from ogai_lab.data.types import JsonLines, PythonStdlib, TextFolder

MODULE = '''\
# A block of
# comments.

"""What the module does."""

import os


@os.cached
def function(x):
    """What the function does.

        Indented.
    """
    # inside
    return """not documentation"""


class Thing(Base):
    "A thing."
    size = 1

    def method(self): "on one line"; return 1

    async def other(self):
        """Other."""
        def inner():
            """Inner."""
            return 2
        return inner


TABLE = {
    1: "é",
}
'''


def read_python(text: str | bytes) -> list[Document]:
    data = text.encode() if isinstance(text, str) else text
    piece = Piece("m.py", "", 0, len(data))
    return list(python_stdlib.documents(PythonStdlib(), piece, data))


def test_a_module_becomes_its_parts_in_order() -> None:
    found = read_python(MODULE)
    assert [document.kind for document in found] == [
        "comment", "docstring", "statements", "function", "docstring", "class", "docstring",
        "method", "method", "docstring", "docstring", "statements",
    ]  # fmt: skip
    texts = {document.text for document in found}
    assert "What the function does.\n\nIndented." in texts
    function = next(d for d in found if d.kind == "function")
    assert function.text.startswith("@os.cached\ndef function(x):\n    # inside")
    assert '"""not documentation"""' in function.text
    thing = next(d for d in found if d.kind == "class")
    assert thing.text.split() == ["class", "Thing(Base):", "size", "=", "1"]
    for document in found:
        if document.kind in ("function", "method", "statements", "comment"):
            first = document.text.split("\n")[0].encode()
            assert first in MODULE.encode()[document.offset :][: len(first) + 2]


def test_no_line_of_code_is_in_two_documents() -> None:
    lines = [
        line
        for document in read_python(MODULE)
        if document.kind != "docstring"
        for line in document.text.split("\n")
        if line.strip()
    ]
    assert len(lines) == len(set(lines))


def test_a_file_that_cannot_be_parsed_is_one_document() -> None:
    (old,) = read_python("print 'hello'\n")
    assert (old.kind, old.damage) == ("file", 0)
    (broken,) = read_python(b"x = '\xff\xfe'\n")
    assert broken.damage == 2
    deep = "(" * 5000 + ")" * 5000
    assert read_python(deep)[0].kind == "file"


def test_a_declared_encoding_is_honoured() -> None:
    (found,) = read_python("# -*- coding: latin-1 -*-\r\nname = 'é'\r\n".encode("latin-1"))[1:]
    assert found.text == "name = 'é'"
    assert found.damage == 0


def test_the_library_of_this_python_is_read_whole_and_in_order() -> None:
    source = PythonStdlib(fraction=0.02)
    pieces = sources.pieces(source)
    assert [piece.path for piece in pieces] == [piece.path for piece in sources.pieces(source)]
    assert not any("site-packages" in piece.path for piece in pieces)
    more = {piece.path for piece in sources.pieces(PythonStdlib(fraction=0.04))}
    assert {piece.path for piece in pieces} < more
    for piece in pieces:
        found = list(sources.documents(source, piece, piece.read()))
        assert len({document.offset for document in found}) == len(found)


def test_pieces_of_a_large_jsonl_file_hold_each_line_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "_PIECE", 100)
    lines = [json.dumps({"text": f"line {n} " + "é" * (n % 40)}) for n in range(50)]
    (tmp_path / "x.jsonl").write_text("\n".join(lines))
    source = JsonLines(path=str(tmp_path / "x.jsonl"))
    pieces = sources.pieces(source)
    assert len(pieces) > 5
    texts = [d.text for p in pieces for d in sources.documents(source, p, p.read())]
    assert texts == [json.loads(line)["text"] for line in lines]


def test_bad_lines_are_kept_as_damaged_text(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(
        b'{"text": "good"}\n\n{"text": 7}\n{"tex\n{"text": "\xff"}\n{"text": "\\ud800"}\n'
    )
    source = JsonLines(path=str(tmp_path))
    (piece,) = sources.pieces(source)
    found = list(sources.documents(source, piece, piece.read()))
    assert [(document.text, document.damage) for document in found] == [
        ("good", 0), ('{"text": 7}', 1), ('{"tex', 1), ("\ufffd", 1), ("?", 1),
    ]  # fmt: skip


def test_only_regular_files_with_any_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_text("b")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s.txt"))
        pieces = sources.pieces(TextFolder(path=str(tmp_path)))
    assert [piece.path for piece in pieces] == ["a.txt", "\\xff.txt"]
    assert [piece.read() for piece in pieces] == [b"a", b"b"]


@pytest.mark.parametrize("path", ["empty", "missing"])
def test_a_source_without_files_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput) as caught:
        sources.pieces(TextFolder(path=str(tmp_path / path)))
    assert str(caught.value.field).startswith("sources")
    assert path in str(caught.value)


def test_a_limit_takes_files_by_chance_but_always_the_same() -> None:
    files = [Piece(f"{n}.txt", "", 0, 10) for n in range(100)]
    found = chosen(files, 1.0, 200)
    assert len(found) == 20
    assert found == sorted(found, key=files.index) == chosen(files[::-1], 1.0, 200)[::-1]
    assert len(chosen(files, 1.0, 1)) == 1


@pytest.mark.parametrize("text", ["x" * 5000, "wörter " * 900, "line\n" * 2000, "漢" * 3000])
def test_a_long_document_is_cut_without_loss(text: str) -> None:
    parts = list(cut(Document(7, "text", text), 1024))
    assert "".join(part.text for part in parts) == text
    assert all(len(part.text.encode()) <= 1024 for part in parts)
    raw = text.encode()
    assert all(raw[part.part :].startswith(part.text.encode()) for part in parts)


def test_documentation_is_dedented_as_people_read_it() -> None:
    text = textwrap.dedent(
        '''
        def f():
            """First.

            Second.
            """
        '''
    )
    assert read_python(text)[1].text == "First.\n\nSecond."
