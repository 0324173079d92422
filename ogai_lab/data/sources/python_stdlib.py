"""The Python standard library: text that is on every machine.

Each byte of a file is in one document at most: documentation strings that have lines of their own
are cut out of the code that they stand in. A file that this Python cannot parse (there are some,
as test data) is one document.
"""

from __future__ import annotations

import ast
import inspect
import io
import itertools
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path

from ogai_lab.data.sources.files import Document, Piece, decoded, walk
from ogai_lab.data.types import PythonStdlib

_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_Span = tuple[int, int]


def files(source: PythonStdlib) -> Iterator[Piece]:
    """Yield the library's Python files."""
    return walk(Path(sysconfig.get_path("stdlib")), "*.py", _foreign)


def pieces(file: Piece) -> Iterator[Piece]:
    """Yield the file whole: a part of one cannot be parsed."""
    yield file


def documents(source: PythonStdlib, piece: Piece, data: bytes) -> Iterator[Document]:
    """Yield a file's documentation strings, functions, classes, methods, statements, comments."""
    text, damage = _decoded(data)
    if damage:  # it may parse all the same, but what is a string's is no longer known
        yield Document(0, "file", text, damage)
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        yield Document(0, "file", text)
        return
    found = list(_Module(text, tree).documents())
    yield from sorted(found, key=lambda document: document.offset)


def _foreign(name: str) -> bool:
    """Whether a name is not the library's own: installed packages, caches, this build's facts."""
    return name in ("site-packages", "dist-packages", "__pycache__") or name.startswith(
        ("config-", "_sysconfigdata")
    )


def _decoded(data: bytes) -> tuple[str, int]:
    """Return a file's text by the encoding that it declares (PEP 263), with Unix line ends."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text, damage = data.decode(encoding), 0
    except (SyntaxError, UnicodeDecodeError):
        text, damage = decoded(data)
    return text.replace("\r\n", "\n").replace("\r", "\n"), damage


class _Module:
    """One parsed file. Positions are byte offsets in its text as UTF-8, as `ast` counts them."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        self._data = text.encode("utf-8", "replace")
        lines = self._data.split(b"\n")
        self._starts = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
        self._tree = tree
        self._strings = [found for found in self._documentation() if self._alone(found[0])]
        self._cuts = sorted(self._span(node) for node, _ in self._strings)
        self._methods = [
            self._span(method)
            for node in tree.body
            if isinstance(node, ast.ClassDef)
            for method in node.body
            if _kind(method) == "function"
        ]

    def documents(self) -> Iterator[Document]:
        for node, cleaned in self._strings:
            offset = self._starts[node.lineno - 1] + node.col_offset
            yield Document(offset, "docstring", cleaned)
        end = 0
        for nodes in self._parts():
            start, stop = self._span(nodes[0])[0], self._span(nodes[-1])[1]
            yield from self._comments(end, start)
            yield from self._code(_kind(nodes[0]), start, stop, self._cuts)
            end = stop
        yield from self._comments(end, len(self._data))

    def _code(self, kind: str, start: int, stop: int, cuts: list[_Span]) -> Iterator[Document]:
        """Yield one part, and the methods of a class apart from it."""
        inside = [cut for cut in cuts if start <= cut[0] and cut[1] <= stop]
        methods = [span for span in self._methods if start <= span[0] and span[1] <= stop]
        if kind == "class":
            for span in methods:
                yield from self._code("method", *span, inside)
            inside = sorted(inside + methods)
        kept = []
        position = start
        for begin, end in inside:
            if begin >= position:  # a string that stands in a method is cut with it
                kept.append((position, begin))
                position = end
        kept.append((position, stop))
        first = next((span for span in kept if self._data[slice(*span)].strip()), None)
        if first is not None:
            text = b"".join(self._data[slice(*span)] for span in kept).decode()
            yield Document(first[0], kind, text.strip("\n").rstrip())

    def _documentation(self) -> Iterator[tuple[ast.Expr, str]]:
        for node in _statements(self._tree):
            if isinstance(node, _Documented) and node.body:
                match node.body[0]:
                    case ast.Expr(value=ast.Constant(value=str(text))) as first if text.strip():
                        storable = text.encode("utf-8", "replace").decode()
                        yield first, inspect.cleandoc(storable)

    def _parts(self) -> Iterator[list[ast.stmt]]:
        """Yield each function and class by itself, and runs of other statements."""
        for kind, nodes in itertools.groupby(self._tree.body, _kind):
            if kind == "statements":
                yield list(nodes)
            else:
                yield from ([node] for node in nodes)

    def _span(self, node: ast.stmt) -> _Span:
        """Return the byte offsets of a statement's first line's start and its last line's end."""
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        return self._starts[first - 1], self._starts[node.end_lineno or node.lineno]

    def _alone(self, node: ast.Expr) -> bool:
        """Whether nothing but the string, and perhaps a comment, stands on its lines."""
        start, end = self._span(node)
        last = self._starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        before, after = self._data[start : start + node.col_offset], self._data[last:end]
        return not before.strip() and after.strip()[:1] in (b"", b"#")

    def _comments(self, start: int, stop: int) -> Iterator[Document]:
        """Yield the blocks of comment lines between two statements."""
        offset = start
        for commented, lines in itertools.groupby(
            self._data[start:stop].splitlines(keepends=True), lambda line: line.startswith(b"#")
        ):
            block = b"".join(lines)
            if commented:
                yield Document(offset, "comment", block.decode().rstrip())
            offset += len(block)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and the statements inside it; `ast.walk` visits every expression as well."""
    yield node
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        for child in getattr(node, name, None) or ():
            yield from _statements(child)


def _kind(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return "function"
        case ast.ClassDef():
            return "class"
        case _:
            return "statements"
