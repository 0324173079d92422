"""Remote twins: an instance of a service's own class whose operations travel.

`remote(Scheduler, transport)` has the methods of `Scheduler`, with the same types and the same
errors; only who calls need not be said, because the other end knows. A stream that is cut is
taken up where it was, if its items say where that is: an operation with a parameter ``offset``
whose items have an ``offset``, or with ``after`` whose items have a ``seq``.
"""

from __future__ import annotations

import functools
import inspect
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from ogai_lab.core.errors import InvalidInput, Unavailable
from ogai_lab.core.operations import Operation, Service

S = TypeVar("S", bound=Service)

_POSITIONS = {"offset": "offset", "after": "seq"}
_RESUME_WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, *(7.5 for _ in range(7)))
"""Seconds before each try to take a stream up again: a minute, in which a server can restart.

Items that arrive give all tries back; a stream that never began is not tried again.
"""


@dataclass(frozen=True)
class Request:
    """One call of an operation, ready to travel. `body` is None where the method has none."""

    method: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    repeatable: bool = False


class Transport(Protocol):
    """What carries a call to where the service runs."""

    def call(self, request: Request) -> Any:
        """Make one call and return its decoded JSON; raise `OgaiError` on a problem."""

    def stream(self, request: Request) -> Iterator[Any]:
        """Make one call and yield its decoded NDJSON items as they arrive."""


def remote(service: type[S], transport: Transport) -> S:
    """Return an instance of `service` whose operations travel over `transport`."""
    namespace = {op.name: _travelling(service, op) for op in service.operations()}
    twin = type(f"Remote{service.__name__}", (service,), namespace)
    instance: S = object.__new__(twin)
    instance.__dict__["_transport"] = transport
    return instance


def _travelling(service: type[Service], op: Operation) -> Callable[..., Any]:
    signature = inspect.signature(op.function)

    @functools.wraps(op.function)
    def travel(self: Any, *args: Any, **kwargs: Any) -> Any:
        bound = signature.bind_partial(self, *args, **kwargs).arguments
        for parameter in op.parameters:
            if parameter.required and parameter.place != "caller" and parameter.name not in bound:
                raise TypeError(f"{op.name}() is missing the argument {parameter.name!r}")
        request = _request(service, op, bound)
        if op.streams:
            items = _resuming(op, request, self._transport)
            return (op.result_adapter.validate_python(item) for item in items)
        return op.result_adapter.validate_python(self._transport.call(request))

    return travel


def _request(service: type[Service], op: Operation, bound: Mapping[str, Any]) -> Request:
    path = f"/{service.route}{op.path}"
    query: dict[str, Any] = {}
    body: dict[str, Any] = {}
    for parameter in op.parameters:
        name = parameter.name
        if name == "idempotency_key" and bound.get(name) is None:
            value: Any = uuid.uuid4().hex  # so that a repeated request is not a second one
        elif name not in bound or parameter.place == "caller":
            continue
        else:
            value = parameter.adapter.dump_python(parameter.check(bound[name]), mode="json")
        if parameter.place == "path":
            if str(value) in ("", ".", ".."):  # these would change the path itself
                raise InvalidInput(f"{name}: {value!r} is not a name.", field=name)
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        elif parameter.place == "body":
            body[name] = value
        elif value is not None:
            query[name] = value
    has_body = op.method in ("POST", "PUT", "PATCH")
    repeatable = op.method in ("GET", "PUT") or op.takes_key
    return Request(op.method, path, query, body if has_body else None, repeatable)


def _resuming(op: Operation, request: Request, transport: Transport) -> Iterator[Any]:
    known = {parameter.name for parameter in op.parameters}
    resume_by = next((name for name in _POSITIONS if name in known), None)
    waits: Iterator[float] = iter(())
    while True:
        try:
            for item in transport.stream(request):
                waits = iter(_RESUME_WAITS)
                if resume_by and isinstance(item, dict) and _POSITIONS[resume_by] in item:
                    position = {resume_by: item[_POSITIONS[resume_by]]}
                    rest = {key: value for key, value in request.query.items() if key != "tail"}
                    request = replace(request, query=rest | position)
                yield item
        except Unavailable:
            wait = next(waits, None)
            if resume_by is None or wait is None:
                raise
            time.sleep(wait)
        else:
            return
