"""Operations: what comes in is checked, what travels arrives, and both twins say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import BaseModel, Field, computed_field

from ogai_lab.core import remote as remote_module
from ogai_lab.core.errors import InvalidInput, NotFound, Unavailable
from ogai_lab.core.openapi import document
from ogai_lab.core.operations import Caller, Service, operation
from ogai_lab.core.remote import Request, remote
from ogai_lab.core.types import Bytes, Strict
from ogai_lab_server.router import Router, query_values


class Size(Strict):
    memory: Bytes = 0
    tags: list[str] = []


class Thing(BaseModel):
    id: str
    owner: str
    size: Size
    key: str | None = None
    level: float = 1.5


class Both(BaseModel):
    value: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def doubled(self) -> int:
        return 2 * self.value


class Line(BaseModel):
    offset: int
    text: str


class Things(Service):
    route: ClassVar[str] = "things"
    resource: ClassVar[str] = "ogai:things"

    @operation("POST", "/things", action="write")
    def make(
        self, size: Size, caller: Caller, name: str = "x", idempotency_key: str | None = None
    ) -> Thing:
        """Make a thing.

        Longer words.
        """
        return Thing(id=name, owner=caller.name, size=size, key=idempotency_key)

    @operation("GET", "/things", action="read")
    def things(
        self,
        label: list[str] | None = None,
        limit: Annotated[int, Field(ge=1, le=9)] = 5,
        deep: bool = False,
        kind: Literal["a", "b"] = "a",
    ) -> dict[str, Any]:
        """List what was asked for."""
        return {"label": label, "limit": limit, "deep": deep, "kind": kind}

    @operation("GET", "/things/{name}", action="read")
    def thing(self, name: str) -> str:
        """Return the name."""
        if name == "none":
            raise NotFound("There is none.", action="Make one.", field="name")
        return name

    @operation("PUT", "/things/{name}", action="write")
    def replace(self, name: str, size: Size | None = None) -> Size | None:
        """Replace a thing."""
        return size

    @operation("PATCH", "/things/{name}", action="write")
    def change(self, name: str, tags: dict[str, str]) -> dict[str, str]:
        """Change a thing."""
        return tags

    @operation("POST", "/both", action="write")
    def both(self, both: Both) -> Both:
        """Return what was given."""
        return both

    @operation("DELETE", "/things/{name}", action="delete")
    def delete(self, name: str, force: bool = False) -> None:
        """Delete a thing."""

    @operation("GET", "/lines", action="read")
    def lines(self, offset: int = 0, tail: int | None = None) -> Iterator[Line]:
        """Yield lines."""
        start = offset if tail is None else 10 - tail
        for number in range(start, 10):
            yield Line(offset=number + 1, text=f"line {number}")


class Wire:
    """Carries requests as HTTP would: as a URL and bytes, through the server's own router."""

    def __init__(self, service: Service) -> None:
        self._router = Router([service])
        self.requests: list[Request] = []
        self.cut_after: int | None = None

    def _operation(self, request: Request) -> Any:
        self.requests.append(request)
        url = httpx.Request(request.method, f"http://x{request.path}", params=request.query).url
        match = self._router.match(request.method, url.raw_path.decode().partition("?")[0])
        values: dict[str, Any] = dict(match.in_path)
        if request.body is None:
            query = parse_qs(url.query.decode(), keep_blank_values=True)
            given = {name: [text.encode() for text in texts] for name, texts in query.items()}
            values |= query_values(match.operation, given)
        else:
            values |= json.loads(json.dumps(request.body))
        arguments = match.operation.arguments(values, Caller("over there"))
        return match.operation, match.operation.function(match.service, **arguments)

    def call(self, request: Request) -> Any:
        op, result = self._operation(request)
        return json.loads(op.result_adapter.dump_json(result))

    def stream(self, request: Request) -> Iterator[Any]:
        op, result = self._operation(request)
        for number, item in enumerate(result):
            if number == self.cut_after:
                self.cut_after = None
                raise Unavailable("Cut.")
            yield json.loads(op.result_adapter.dump_json(item))


@pytest.fixture
def wire() -> Wire:
    return Wire(Things())


@pytest.fixture
def twin(wire: Wire) -> Things:
    return remote(Things, wire)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("things", {}),
        ("things", {"label": ["a=b", "c&d=é"], "limit": 9, "deep": True, "kind": "b"}),
        ("thing", {"name": "org/name with ?#%{name}漢"}),
        ("replace", {"name": "a", "size": None}),
        ("replace", {"name": "a", "size": Size(memory=5, tags=["t"])}),
        ("both", {"both": Both(value=4)}),
        ("change", {"name": "a", "tags": {"k": "v"}}),
        ("delete", {"name": "a", "force": True}),
    ],
)
def test_both_twins_say_the_same(twin: Things, name: str, arguments: Mapping[str, Any]) -> None:
    assert getattr(twin, name)(**arguments) == getattr(Things(), name)(**arguments)


def test_every_operation_kind_was_tried() -> None:
    assert {op.method for op in Things.operations()} == {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert [op.name for op in Things.operations() if op.streams] == ["lines"]


def test_who_calls_is_what_the_transport_says(twin: Things) -> None:
    assert twin.make(Size(), Caller("root")).owner == "over there"
    assert twin.make(size=Size()).owner == "over there"  # type: ignore[call-arg]


def test_a_call_that_may_be_repeated_says_so_and_has_a_key(twin: Things, wire: Wire) -> None:
    first, second = twin.make(Size(), Caller("")), twin.make(Size(), Caller(""))
    assert first.key
    assert second.key not in (None, first.key)
    assert twin.make(Size(), Caller(""), idempotency_key="mine").key == "mine"
    twin.change("a", {})
    assert [request.repeatable for request in wire.requests] == [True, True, True, False]


def test_errors_travel(twin: Things) -> None:
    with pytest.raises(NotFound, match=r"There is none\.") as caught:
        twin.thing("none")
    assert (caught.value.action, caught.value.field) == ("Make one.", "name")


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_would_change_the_path_does_not_travel(twin: Things, name: str) -> None:
    with pytest.raises(InvalidInput, match="is not a name"):
        twin.thing(name)


def test_a_stream_that_is_cut_goes_on_where_it_was(
    twin: Things, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_module, "_RESUME_WAITS", (0.0,))
    wire.cut_after = 4
    assert [line.offset for line in twin.lines(tail=8)] == list(range(3, 11))
    assert wire.requests[1].query == {"offset": 6}  # where it was; not the tail again


def test_a_stream_that_never_began_is_an_error_at_once(twin: Things, wire: Wire) -> None:
    wire.cut_after = 0
    with pytest.raises(Unavailable):
        next(twin.lines())


@pytest.mark.parametrize(
    ("name", "values", "field", "words"),
    [
        ("make", {"size": {}, "sise": 1}, "sise", "Known fields: idempotency_key, name, size"),
        ("make", {}, "size", "Give 'size'"),
        ("make", {"size": {"memory": "lots"}}, "size.memory", "not a size"),
        ("make", {"size": {"memory": -1}}, "size.memory", "greater than or equal to 0"),
        ("make", {"size": {"colour": "red"}}, "size.colour", "not known"),
        ("make", {"size": {"tags": [1, 2]}}, "size.tags.0", r"\(1 more\)"),
        ("make", {"size": {}, "caller": "root"}, "caller", "Unknown field"),
        ("things", {"limit": 10}, "limit", "less than or equal to 9"),
        ("things", {"kind": "c"}, "kind", "'a' or 'b'"),
    ],
)
def test_bad_input_names_its_field(
    name: str, values: dict[str, Any], field: str, words: str
) -> None:
    op = next(op for op in Things.operations() if op.name == name)
    with pytest.raises(InvalidInput, match=words) as caught:
        op.arguments(values, Caller("me"))
    assert caught.value.field == field


def test_the_twin_checks_before_it_sends(twin: Things, wire: Wire) -> None:
    with pytest.raises(InvalidInput):
        twin.things(limit=10)
    with pytest.raises(TypeError, match="'name'"):
        twin.thing()  # type: ignore[call-arg]
    assert wire.requests == []


def test_the_document_of_the_operations() -> None:
    made = document([Things])
    body = made["paths"]["/ogai/things/things"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert (schema["required"], schema["additionalProperties"]) == (["size"], False)
    assert schema["properties"].keys() == {"size", "name", "idempotency_key"}  # and no caller
    components = made["components"]["schemas"]
    assert components["Thing"]["properties"]["size"] == {"$ref": "#/components/schemas/Size"}
    assert components["Both"]["required"] == ["doubled"]  # what is given back has its plain name
    assert "doubled" not in components["BothInput"]["properties"]
    lines = made["paths"]["/ogai/things/lines"]["get"]["responses"]["200"]
    assert lines["x-ogai-stream"] is True
    assert lines["content"].keys() == {"application/x-ndjson"}
    assert made["paths"]["/ogai/things/things"]["post"]["summary"] == "Make a thing."


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda things: things.things(limit=10), "limit"),
        (lambda things: things.things(["a"], 0), "limit"),
        (lambda things: things.replace("a", {"memory": "lots"}), "size.memory"),
        (lambda things: things.lines(offset="far"), "offset"),
        (lambda things: things.lines(offset=1 << 63), "offset"),
        (lambda things: things.thing("a\0b"), "name"),
        (lambda things: things.things(["fine", "\ud800"]), "label"),
    ],
)
def test_a_direct_call_is_checked_as_a_request_is(call: Any, field: str, twin: Things) -> None:
    for things in (Things(), twin):
        with pytest.raises(InvalidInput) as caught:
            call(things)
        assert caught.value.field == field
    with pytest.raises(TypeError, match="'name'"):
        Things().thing()  # type: ignore[call-arg]
    assert Things().replace("a", {"memory": "2KiB"}) == Size(memory=2048)  # type: ignore[arg-type]
