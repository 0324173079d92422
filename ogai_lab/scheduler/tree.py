"""Which files of a working folder travel with a job, and why the others do not.

What .gitignore files say is honoured, nested ones too, also those of the repository around the
folder. Where `include` is given, only what it names travels; a path that it names exactly travels
even if it is ignored. Files are only looked at here, not read, so that a folder of any size is
answered at once.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.types import LeftOut

NEVER = frozenset({".git", "__pycache__", ".ipynb_checkpoints", "node_modules", ".venv"})
_WILD = frozenset("*?[")
_KINDS = {
    stat.S_IFSOCK: "a socket",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A file that travels: its path below the folder, and what `stat` says of it."""

    path: str
    status: os.stat_result


@dataclass(slots=True)
class Tree:
    """What was found in a working folder."""

    files: list[Found] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    cut: bool = False
    """Whether the search was given up because there are far too many files."""


class Walk:
    """One search through a working folder.

    Parameters
    ----------
    root
        The folder.
    include
        Paths below it, or patterns as in .gitignore; only what they name travels.
    avoid
        A folder that never travels: the home folder of OGAI Lab.
    most
        How many files to find at most.
    """

    def __init__(self, root: Path, include: Sequence[str], avoid: Path, most: int) -> None:
        self._root = root
        self._avoid = avoid.stat() if avoid.exists() else None
        self._most = most
        self._real_root = os.path.realpath(root)
        self._include = _include(include)
        self._around = _rules_around(root)
        self.tree = Tree()

    def run(self) -> Tree:
        """Search, and return what was found, sorted by path."""
        self._folder("", [], (self._real_root,))
        self.tree.files.sort(key=lambda found: found.path)
        return self.tree

    def _folder(
        self, path: str, rules: list[tuple[str, GitIgnoreSpec]], above: tuple[str, ...]
    ) -> None:
        here = self._root / path
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError as exc:
            self._leave(f"{path}/", f"it cannot be read ({exc.strerror})")
            return
        if any(entry.name == ".gitignore" for entry in entries):
            rules = [*rules, (f"{path}/" if path else "", _rules(here / ".gitignore"))]
        for entry in entries:
            if len(self.tree.files) >= self._most:
                self.tree.cut = True
                return
            self._entry(entry, f"{path}/{entry.name}" if path else entry.name, rules, above)

    def _entry(
        self,
        entry: os.DirEntry[str],
        path: str,
        rules: list[tuple[str, GitIgnoreSpec]],
        above: tuple[str, ...],
    ) -> None:
        try:
            path.encode()
        except UnicodeEncodeError:
            self._leave(path.encode("utf-8", "backslashreplace").decode(), "its name is not UTF-8")
            return
        try:
            status = entry.stat()  # of what a link leads to
        except OSError as exc:
            broken = entry.is_symlink()
            reason = "a link that leads nowhere" if broken else f"it is gone ({exc.strerror})"
            self._leave(path, reason)
            return
        is_folder = stat.S_ISDIR(status.st_mode)
        if not self._include.may_hold(path, is_folder):
            return  # it was not asked for
        why = self._reason(entry, path, status, is_folder, rules, above)
        if why is not None:
            self._leave(f"{path}/" if is_folder else path, why)
        elif is_folder:
            self._folder(path, rules, (*above, os.path.realpath(entry.path)))
        else:
            self.tree.files.append(Found(path, status))

    def _reason(
        self,
        entry: os.DirEntry[str],
        path: str,
        status: os.stat_result,
        is_folder: bool,
        rules: list[tuple[str, GitIgnoreSpec]],
        above: tuple[str, ...],
    ) -> str | None:
        """Return why an entry does not travel, None when it does."""
        if entry.name in NEVER:
            return "never travels"
        if self._avoid is not None and os.path.samestat(status, self._avoid):
            return "the home folder of OGAI Lab"
        asked = self._include.names(path)  # what was asked for by its name travels, ignored or not
        if not asked and self._is_ignored(f"{path}/" if is_folder else path, rules):
            return "ignored by .gitignore"
        if entry.is_symlink():
            target = os.path.realpath(entry.path)
            if not target.startswith(self._real_root + os.sep) and target != self._real_root:
                return "a link out of the folder"
            if is_folder and any(one == target or one.startswith(target + os.sep) for one in above):
                return "a link to a folder around it"
        if not is_folder and not stat.S_ISREG(status.st_mode):
            return _KINDS.get(stat.S_IFMT(status.st_mode), "not a file")
        if not os.access(entry.path, os.R_OK):
            return "it may not be read"
        return None

    def _is_ignored(self, path: str, rules: list[tuple[str, GitIgnoreSpec]]) -> bool:
        for base, spec in reversed(rules):
            verdict = spec.check_file(path[len(base) :]).include
            if verdict is not None:
                return verdict
        return any(
            verdict
            for verdict in (spec.check_file(base + path).include for base, spec in self._around)
            if verdict is not None
        )

    def _leave(self, path: str, reason: str) -> None:
        self.tree.left_out.append(LeftOut(path=path, reason=reason))


class _Include:
    """What was asked for by name (`paths`) or by pattern."""

    def __init__(self, paths: set[str], patterns: GitIgnoreSpec | None) -> None:
        self._paths = paths
        self._patterns = patterns

    def names(self, path: str) -> bool:
        """Whether exactly this path was asked for."""
        return path in self._paths

    def may_hold(self, path: str, is_folder: bool) -> bool:
        """Whether a path was asked for, or is a folder in which something was."""
        if not self._paths and self._patterns is None:
            return True
        if any(path == one or path.startswith(f"{one}/") for one in self._paths):
            return True
        if is_folder:
            return self._patterns is not None or any(
                one.startswith(f"{path}/") for one in self._paths
            )
        return self._patterns is not None and self._patterns.match_file(path)


def _include(include: Sequence[str]) -> _Include:
    for one in include:
        if not one.strip("/") or one.startswith("/") or ".." in one.split("/"):
            raise InvalidInput(
                f"{one[:100]!r} is not a path below the working folder.",
                action="Give paths or patterns relative to workdir, such as src or *.py.",
                field="include",
            )
    plain = {one.strip("/").removeprefix("./") for one in include if not _WILD & set(one)}
    wild = [one for one in include if _WILD & set(one)]
    return _Include(plain, GitIgnoreSpec.from_lines(wild) if wild else None)


def _rules(file: Path) -> GitIgnoreSpec:
    try:
        lines = file.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    return GitIgnoreSpec.from_lines(lines)


def _rules_around(root: Path) -> list[tuple[str, GitIgnoreSpec]]:
    """Return the rules of the repository around a folder, nearest first.

    A folder that its repository ignores, such as the packages of an environment, was asked for
    by name; the rules around it then do not count.
    """
    found: list[tuple[str, GitIgnoreSpec]] = []
    if (root / ".git").exists():
        return found
    for parent in root.parents:
        if (parent / ".gitignore").is_file():
            base = f"{root.relative_to(parent).as_posix()}/"
            spec = _rules(parent / ".gitignore")
            if spec.match_file(base):
                return []
            found.append((base, spec))
        if (parent / ".git").exists():
            return found
    return []
