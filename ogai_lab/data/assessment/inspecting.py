"""One document looked into: its text before and after, every signal, what each rule says."""

from __future__ import annotations

from typing import Any

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import NotFound
from ogai_lab.data import tables
from ogai_lab.data.accounts import Value
from ogai_lab.data.assessment.frame import Frame
from ogai_lab.data.assessment.marking import marked
from ogai_lab.data.assessment.types import Inspection, Judgement, Piece
from ogai_lab.data.quarantine import QUARANTINE
from ogai_lab.data.stages.base import RAW_TEXT
from ogai_lab.data.types import Manifest, Policy

_TEXTS = ("text", "html", RAW_TEXT, "doc_id", "path")
_MOST = 20_000
_ONE_BY_ONE = ("below", "above", "is", "outside")


def inspect(blobs: BlobStore, manifest: Manifest, doc_id: str) -> Inspection:
    """Return what is known of one document of a run.

    Raises
    ------
    NotFound
        When the run has no document with this id.
    """
    frame = Frame(blobs, manifest)
    found = frame.document(doc_id)
    if found is None:
        return _set_aside(frame, doc_id)
    row, columns = found
    why = frame.decided.slice(row, 1).to_pylist()[0]
    before = before_of(columns)
    after = columns["text"] or ""
    signals = {name: plain(columns[name]) for name in columns if name not in _TEXTS}
    policy = frame.pipeline.policy
    if why["heldout"] and frame.pipeline.split.policy is not None:
        policy = frame.pipeline.split.policy
    return Inspection(
        doc_id=columns["doc_id"],
        path=columns["path"],
        url=columns.get("url"),
        state=frame.state(row),
        stage=why["stage"],
        reason=why["reason"],
        value=why["value"],
        kept_id=why["kept_id"],
        pieces=_shown(after) if before is None else marked(before, after),
        before_known=before is not None,
        signals=signals,
        stages={name: frame.makers[name][1] for name in signals if name in frame.makers},
        judgements=judged(policy, signals, columns["kind"]),
    )


def before_of(columns: dict[str, Any]) -> str | None:
    """Return a document's text before the stages: of a page all of it, menus too; None if unknown.

    Parameters
    ----------
    columns
        Its columns by name.
    """
    page = columns.get("html")
    if page is not None:
        return visible(page, columns.get("content_type"))
    raw = columns.get(RAW_TEXT)
    return raw if isinstance(raw, str) else None


def visible(page: bytes, content_type: str | None) -> str:
    """Return all text of a page, as somebody sees it: what `extract` chooses from."""
    from ogai_lab.data.extraction.decoding import decode
    from ogai_lab.data.extraction.fast import extract

    return extract(decode(page, content_type).text, main_content=False).text


def judged(policy: Policy, signals: dict[str, Value], kind: str) -> list[Judgement]:
    """Return what each rule of a policy says of a document with these signals.

    Parameters
    ----------
    kind
        The document's; a rule for other kinds says nothing.
    """
    found = []
    for rule in policy.rules:
        if rule.kinds and kind not in rule.kinds:
            continue
        value = signals.get(rule.column)
        fits: bool | None = None
        if rule.drop in _ONE_BY_ONE:
            fits = value is not None and _fits(rule.drop, value, rule.value, rule.among)
        elif rule.drop == "present" and value is None:
            fits = False
        limit = None if rule.value is None else float(rule.value)
        found.append(
            Judgement(
                reason=rule.reason,
                column=rule.column,
                drop=rule.drop,
                limit=limit,
                value=value,
                fits=fits,
            )
        )
    return found


def plain(value: Any) -> Value:
    """Return a value that JSON can hold; NaN as none, a list or a struct as text."""
    if isinstance(value, float) and value != value:
        return None
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def _fits(drop: str, value: Any, limit: Any, among: list[str]) -> bool:
    if drop == "outside":
        return value not in among
    number, bound = float(value), float(limit or 0)
    return {"below": number < bound, "above": number > bound, "is": number == bound}[drop]


def _shown(text: str) -> list[Piece]:
    return [Piece(kind="same", text=text[:_MOST])] if text else []


def _set_aside(frame: Frame, doc_id: str) -> Inspection:
    """Return a document on which a stage raised.

    Raises
    ------
    NotFound
        When there is none with this id.
    """
    for table in frame.corpus:
        for digest in table.quarantine:
            for row in tables.load(frame.blobs, Digest(digest)).to_pylist():
                if row["doc_id"] == doc_id:
                    return Inspection(
                        doc_id=doc_id,
                        path=row["path"],
                        state=QUARANTINE,
                        stage=row["stage"],
                        reason=QUARANTINE,
                        error=row["error"],
                        pieces=_shown(row["excerpt"] or ""),
                        before_known=False,
                        signals={},
                        stages={},
                        judgements=[],
                    )
    raise NotFound(
        f"The manifest {frame.manifest.name!r} has no document {doc_id!r}.",
        action="Ids are those of the ledger and of the output's files: doc_id.",
    )
