"""Finds the sentences that layers make, as the templates of `ogai_lab.locale.sentences`.

``python -m tests.locale.sentences`` prints those that are not translated, as JSON to fill in.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import ogai_lab
from ogai_lab.core.errors import OgaiError

PACKAGE = Path(ogai_lab.__file__).parent
CATALOGUE = PACKAGE / "locale" / "zh_CN" / "sentences.json"
LAYERS = ("core", "cluster", "scheduler", "data", "training", "models")
SERVER = PACKAGE.parent / "server" / "ogai_lab_server"
_SILENT = {PACKAGE / "core" / "migrations", PACKAGE / "data" / "kernels"}
"""Folders that say nothing to people: what looks like a sentence there is SQL, or a list."""
_SENTENCE = re.compile(r"""(?:[A-Z{'"]|[a-z_]+=\{1\}(?:GiB)? )[^\n]*\s[^\n]*\s\S+""")
_END = re.compile(r"""[.!?:…]["')]*\s*$|\}$|[a-z0-9)]$""")
_NOT_SENTENCES = re.compile(
    r"SELECT |INSERT |UPDATE |DELETE |BEGIN|PRAGMA |CREATE |WITH "
    r"|[A-Z_]+ \{|OGAI Lab: |Authorization: |.*\(\?P<"
)
_TOLD_TO_PROGRAMS = {"Field", "_", "getLogger", "debug", "info", "warning", "error", "exception"}


def templates() -> set[str]:
    """Return the templates of all sentences of the layers and of the server's handlers."""
    files = [file for layer in LAYERS for file in (PACKAGE / layer).rglob("*.py")]
    files += [*(PACKAGE / "workbench").glob("*.py"), *SERVER.glob("*.py")]
    found = {kind.title for kind in (OgaiError, *OgaiError.__subclasses__())}
    for file in files:
        if _SILENT.isdisjoint(file.parents):
            found.update(_sentences(ast.parse(file.read_text(encoding="utf-8"))))
    return found


def _sentences(tree: ast.AST) -> Iterator[str]:
    if isinstance(tree, ast.Call) and _name(tree.func) in _TOLD_TO_PROGRAMS:
        return
    if isinstance(tree, ast.Assign | ast.AnnAssign) and _is_help(tree):
        return
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return  # a docstring
    text = _template(tree)
    if text is not None:
        if _is_sentence(text):
            yield text
        return
    for child in ast.iter_child_nodes(tree):
        yield from _sentences(child)


def _template(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts, number = [], 0
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
        else:
            number += 1
            parts.append(f"{{{number}}}")
    return "".join(parts)


def _is_sentence(text: str) -> bool:
    words = re.sub(r"\{\d+\}|[^\w\s]", " ", text).split()
    fewest = 2 if "{1}" in text and text[0].isupper() else 3
    return (
        len([word for word in words if word.isalpha()]) >= fewest
        and bool(_SENTENCE.match(text))
        and bool(_END.search(text))
        and not _NOT_SENTENCES.match(text)
    )


def _is_help(node: ast.Assign | ast.AnnAssign) -> bool:
    return isinstance(node.value, ast.Call) and _name(node.value.func) in {"Unicode", "Int", "Bool"}


def _name(function: ast.expr) -> str:
    return getattr(function, "id", None) or getattr(function, "attr", "")


if __name__ == "__main__":
    done = json.loads(CATALOGUE.read_text(encoding="utf-8")) if CATALOGUE.exists() else {}
    print(json.dumps(dict.fromkeys(sorted(templates() - done.keys()), ""), indent=1))
