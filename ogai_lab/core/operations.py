"""Operations: a layer's API, defined once as methods of a class.

From ``@operation("POST", "/jobs", action="execute")`` on a typed method come the REST route, its
authorisation, the OpenAPI document, the TypeScript types and the client (`core.remote`). This
module holds what all of these read: the description of an operation, the checking of its input and
the encoding of its output. It knows no layer and no transport.
"""

from __future__ import annotations

import functools
import getpass
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeVar, cast

from ogai_lab.core.errors import InvalidInput

if typing.TYPE_CHECKING:
    from pydantic import TypeAdapter

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Action = Literal["read", "write", "execute", "delete"]
Place = Literal["path", "query", "body", "caller"]

F = TypeVar("F", bound=Callable[..., Any])

_MARK = "__ogai_operation__"
_PATH_NAME = re.compile(r"{(\w+)}")
_INTEGERS = 1 << 63
_TEXT = re.compile(r"[^\0\ud800-\udfff]*")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. A parameter of this type is filled by the transport, never by the caller."""

    name: str

    @classmethod
    def local(cls) -> Caller:
        """Return the user that runs this process."""
        try:
            return cls(getpass.getuser())
        except (KeyError, OSError):
            return cls("user")


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation, and where a request carries it."""

    name: str
    annotation: Any
    default: Any
    place: Place

    @property
    def required(self) -> bool:
        """Whether the caller must give it."""
        return self.default is inspect.Parameter.empty

    @functools.cached_property
    def many(self) -> bool:
        """Whether it is a list, which a query carries as a repeated key."""
        return any(typing.get_origin(form) is list for form in _forms(self.annotation))

    @functools.cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """The pydantic adapter that checks a value of this parameter."""
        return _adapter(self.annotation)

    def check(self, value: Any) -> Any:
        """Return `value` as the type of this parameter.

        Raises
        ------
        InvalidInput
            When it is not of that type, or no database keeps it; `field` names the part at fault.
        """
        from pydantic import ValidationError

        try:
            checked = self.adapter.validate_python(value)
        except ValidationError as exc:
            raise invalid(exc, self.name) from exc
        for one in checked if isinstance(checked, list) else (checked,):
            if (unfit := _unfit(one)) is not None:
                raise InvalidInput(
                    f"{self.name}: {unfit}",
                    action=f"Correct {self.name} and try again.",
                    field=self.name,
                )
        return checked


@dataclass(frozen=True)
class Operation:
    """One operation of a service: everything that a transport needs to know about it."""

    name: str
    method: Method
    path: str
    action: Action
    function: Callable[..., Any] = field(repr=False)

    @functools.cached_property
    def _hints(self) -> dict[str, Any]:
        return typing.get_type_hints(self.function, include_extras=True)

    @functools.cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters in order, ``self`` left out."""
        in_path = set(_PATH_NAME.findall(self.path))
        rest: Place = "query" if self.method in ("GET", "DELETE") else "body"
        found = []
        for name, parameter in list(inspect.signature(self.function).parameters.items())[1:]:
            annotation = self._hints[name]
            place: Place = "caller" if annotation is Caller else "path" if name in in_path else rest
            found.append(Parameter(name, annotation, parameter.default, place))
        return tuple(found)

    @functools.cached_property
    def streams(self) -> bool:
        """Whether the result is a stream of items (NDJSON over HTTP)."""
        return typing.get_origin(self._hints.get("return")) in (Iterator, Iterable)

    @functools.cached_property
    def returns(self) -> Any:
        """The type of the result, or of one item where the operation streams."""
        annotation = self._hints.get("return", type(None))
        return typing.get_args(annotation)[0] if self.streams else annotation

    @functools.cached_property
    def result_adapter(self) -> TypeAdapter[Any]:
        """The pydantic adapter of the result, or of one item of a stream."""
        return _adapter(self.returns)

    @functools.cached_property
    def takes_key(self) -> bool:
        """Whether a repeated request with the same ``idempotency_key`` is one request."""
        return any(parameter.name == "idempotency_key" for parameter in self.parameters)

    @property
    def summary(self) -> str:
        """The first line of the method's docstring."""
        return (inspect.getdoc(self.function) or self.name).splitlines()[0]

    def arguments(self, values: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
        """Check the values of a request and return the method's keyword arguments.

        Raises
        ------
        InvalidInput
            When a value is missing, unknown or not of its type; `field` names it.
        """
        expected = {p.name: p for p in self.parameters if p.place != "caller"}
        for name in values:
            if name not in expected:
                raise InvalidInput(
                    f"Unknown field {name!r} for {self.name}.",
                    action=f"Known fields: {', '.join(sorted(expected)) or 'none'}.",
                    field=name,
                )
        arguments: dict[str, Any] = {}
        for parameter in self.parameters:
            if parameter.place == "caller":
                arguments[parameter.name] = caller
            elif parameter.name in values:
                arguments[parameter.name] = parameter.check(values[parameter.name])
            elif parameter.required:
                raise InvalidInput(
                    f"The field {parameter.name!r} is missing for {self.name}.",
                    action=f"Give {parameter.name!r}.",
                    field=parameter.name,
                )
        return arguments


def invalid(exc: Any, prefix: str = "") -> InvalidInput:
    """Turn pydantic's `ValidationError` into one `InvalidInput` that names the first bad field."""
    errors = exc.errors(include_url=False, include_input=False, include_context=False)
    first = errors[0]
    path = ".".join([*([prefix] if prefix else []), *(str(part) for part in first["loc"])])
    more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    message = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = "This field is not known"
    text = f"{path}: {message}{more}" if path else f"{message}{more}"
    action = f"Correct {path} and try again." if path else "Correct it and try again."
    return InvalidInput(text, action=action, field=path or None)


def operation(method: Method, path: str, *, action: Action) -> Callable[[F], F]:
    """Mark a method of a `Service` as an operation; a direct call is checked as a request is.

    Parameters
    ----------
    method
        The HTTP method. GET and DELETE carry their parameters in the query, others as JSON.
    path
        The route below the service's; ``{name}`` is filled from the parameter of that name.
    action
        What the caller must be allowed to do on the service's resource.
    """

    def mark(function: F) -> F:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            for parameter in described.parameters:
                if parameter.place != "caller" and parameter.name in bound.arguments:
                    given = bound.arguments[parameter.name]
                    bound.arguments[parameter.name] = parameter.check(given)
            return function(*bound.args, **bound.kwargs)

        described = Operation(function.__name__, method, path, action, function=function)
        setattr(checked, _MARK, described)
        return cast("F", checked)

    return mark


class Service:
    """A class of operations. `route` is its place in URLs, `resource` what authorisation names."""

    route: ClassVar[str]
    resource: ClassVar[str]

    @classmethod
    @functools.cache
    def operations(cls) -> tuple[Operation, ...]:
        """Return the operations of this class, in the order of their definition."""
        found: dict[str, Operation] = {}
        for base in reversed(cls.__mro__):
            for name, member in vars(base).items():
                described = getattr(member, _MARK, None)
                if described is not None:
                    found[name] = described
        return tuple(found.values())


def _unfit(value: Any) -> str | None:
    """Say why no database keeps a number or a text, None where it does."""
    if isinstance(value, int) and not -_INTEGERS <= value < _INTEGERS:
        return "This number has more than 64 bits"
    if isinstance(value, str) and not _TEXT.fullmatch(value):
        return "This text holds NUL or half of a character"
    return None


def _forms(annotation: Any) -> Iterator[Any]:
    """Yield what an annotation may be: the members of a union, without what is annotated to it."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _forms(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for member in typing.get_args(annotation):
            yield from _forms(member)
    else:
        yield annotation


def _adapter(annotation: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(annotation)
