"""The routes: which operation a method and a path mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ogai_lab.core.errors import InvalidInput, NotFound
from ogai_lab.core.operations import Operation, Service


@dataclass(frozen=True)
class Match:
    """What a request means: an operation of a service, and the values in its path."""

    service: Service
    operation: Operation
    in_path: Mapping[str, str]


class WrongMethod(NotFound):
    """The path exists, but not with this method; `allowed` are those it has."""

    status = 405

    def __init__(self, method: str, path: str, allowed: list[str]) -> None:
        super().__init__(f"{path} has no {method}.", action=f"It has {', '.join(allowed)}.")
        self.allowed = allowed


class Router:
    """The routes of some services, by the path templates of their operations."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._routes: dict[str, dict[str, tuple[Service, Operation]]] = {}
        for service in services:
            for op in service.operations():
                template = f"/{service.route}{op.path}"
                self._routes.setdefault(template, {})[op.method] = (service, op)
        self._patterns = [(_pattern(template), template) for template in self._routes]

    def routes(self) -> list[tuple[str, str]]:
        """Return every method and path template."""
        return [(method, template) for template, ways in self._routes.items() for method in ways]

    def match(self, method: str, path: str) -> Match:
        """Return what `method` on the undecoded `path` (below ``/ogai``) means.

        Raises
        ------
        NotFound
            When no operation has that path; `WrongMethod` when one has, with another method.
        """
        for pattern, template in self._patterns:
            found = pattern.fullmatch(path)
            if found is None:
                continue
            ways = self._routes[template]
            if method not in ways:
                raise WrongMethod(method, f"/ogai{template}", sorted(ways))
            service, op = ways[method]
            return Match(service, op, {k: _decoded(k, v) for k, v in found.groupdict().items()})
        raise NotFound(
            f"There is no /ogai{path[:200]}.", action="/ogai/openapi.json lists what there is."
        )


def query_values(op: Operation, query: Mapping[str, list[bytes]]) -> dict[str, Any]:
    """Return the parameters of `op` in a query; what belongs to the transport is left out.

    Raises
    ------
    InvalidInput
        When a value is not UTF-8, or given twice where there can be one.
    """
    many = {parameter.name for parameter in op.parameters if parameter.many}
    values: dict[str, Any] = {}
    for name, given in query.items():
        if name in _NOT_OURS or (name.isdigit() and given == [b""]):
            continue  # the digits are what JupyterLab adds so that browsers do not cache
        try:
            texts = [value.decode() for value in given]
        except UnicodeDecodeError as exc:
            raise InvalidInput(f"The value of {name!r} is not UTF-8.", field=name) from exc
        if name in many:
            values[name] = texts
        elif len(texts) == 1:
            values[name] = texts[0]
        else:
            raise InvalidInput(f"{name!r} was given {len(texts)} times.", field=name)
    return values


_NOT_OURS = frozenset({"token", "_xsrf", "no_track_activity"})


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)))


def _decoded(name: str, value: str) -> str:
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError as exc:
        raise InvalidInput(f"The value of {name!r} is not UTF-8.", field=name) from exc
