from __future__ import annotations

import pytest

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import NotFound
from ogai_lab.data import answers
from ogai_lab.data.assessment.inspecting import inspect
from ogai_lab.data.assessment.marking import marked
from ogai_lab.data.types import Manifest
from tests.data.assessment.conftest import Make


def id_of(store: BlobStore, made: Manifest, path: str) -> str:
    (found,) = answers.documents(store, made, None, path, None, 9, 0).items
    return found.doc_id


def test_the_pieces_of_two_texts_give_both() -> None:
    before = "菜单 首页\n电话 13800138000 请拨打\n\nThe end is near.\n"
    after = "电话 <PHONE> 请拨打\nThe end is near.\n"
    pieces = marked(before, after)
    assert "".join(p.text for p in pieces if p.kind != "removed") == after
    assert "".join(p.text for p in pieces if p.kind != "put") == before.replace("\n\n", "\n")
    assert [p.text for p in pieces if p.kind == "put"] == ["<PHONE>"]
    assert [p.text for p in pieces if p.kind == "removed"] == ["菜单 首页\n", "13800138000"]


def test_a_document_shows_what_was_removed_and_what_each_rule_says(
    run: Make, store: BlobStore
) -> None:
    made = run()
    found = inspect(store, made, id_of(store, made, "short.html"))
    assert (found.state, found.reason, found.value) == ("dropped", "short", 11)
    short, twin = found.judgements
    assert (short.fits, short.limit, short.value) == (True, 100, 11)
    assert twin.fits is False
    assert found.stages["characters"] == "length"
    whole = inspect(store, made, id_of(store, made, "03.html"))
    assert whole.state == "kept"
    assert whole.before_known
    removed = "".join(piece.text for piece in whole.pieces if piece.kind == "removed")
    assert "首页" in removed  # the menu
    assert "text" not in whole.signals


def test_without_the_raw_text_nothing_is_said_to_be_removed(run: Make, store: BlobStore) -> None:
    made = run(keep_raw=False)
    found = inspect(store, made, id_of(store, made, "03.html"))
    assert not found.before_known
    assert {piece.kind for piece in found.pieces} == {"same"}
    with pytest.raises(NotFound, match="nobody"):
        inspect(store, made, "nobody")
