"""The OpenAPI 3.1 document of some services; the same services give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from ogai_lab.core.errors import PROBLEM_JSON
from ogai_lab.core.operations import Operation, Parameter, Service

API_VERSION = "1"
"""Grows when a client of the old API no longer understands the new one."""

_REFERENCE = "#/components/schemas/"
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "An RFC 9457 problem document: what went wrong, why, and what to do next.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "cause": {"type": "string"},
        "action": {"type": "string"},
        "field": {"type": "string"},
    },
}


def document(services: Iterable[type[Service]], prefix: str = "/ogai") -> dict[str, Any]:
    """Return the OpenAPI document of `services`, mounted below `prefix`."""
    operations = [(service, op) for service in services for op in service.operations()]
    schemas, components = _schemas(op for _, op in operations)
    paths: dict[str, dict[str, Any]] = {}
    for service, op in operations:
        path = f"{prefix}/{service.route}{op.path}"
        paths.setdefault(path, {})[op.method.lower()] = _operation(service, op, schemas)
    problem = {
        "description": "A problem.",
        "content": {PROBLEM_JSON: {"schema": {"$ref": f"{_REFERENCE}Problem"}}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "OGAI Lab", "version": API_VERSION},
        "paths": paths,
        "components": {
            "schemas": components | {"Problem": _PROBLEM},
            "responses": {"Problem": problem},
        },
    }


_Key = tuple[str, Literal["validation", "serialization"]]


def _schemas(operations: Iterable[Operation]) -> tuple[dict[_Key, Any], dict[str, Any]]:
    """Return the schema of every parameter and result, and the components they refer to."""
    from pydantic import TypeAdapter

    inputs: list[tuple[str, Literal["validation", "serialization"], TypeAdapter[Any]]] = []
    for op in operations:
        name = op.function.__qualname__
        inputs.append((name, "serialization", op.result_adapter))
        inputs += [
            (f"{name}.{parameter.name}", "validation", parameter.adapter)
            for parameter in op.parameters
            if parameter.place != "caller"
        ]
    found, definitions = TypeAdapter.json_schemas(inputs, ref_template=_REFERENCE + "{model}")
    components = definitions.get("$defs", {})
    plainly = _plain_names(components)
    schemas = {key: plainly(schema) for key, schema in found.items()}
    return schemas, dict(sorted(plainly(components).items()))


def _plain_names(names: Iterable[str]) -> Callable[[Any], Any]:
    """Return what gives components short names.

    pydantic calls the two forms of a model ``Job-Output`` and ``Job-Input`` where they differ:
    `Job` is given back, `JobInput` taken in. Two models of one name have their module in front:
    ``ogai_lab__cluster__types__Gpu`` is `ClusterGpu`.
    """
    renamed = {name: _plain_name(name) for name in names}

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {renamed.get(key, key): walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(item) for item in node]
        if isinstance(node, str) and node.startswith(_REFERENCE):
            name = node.removeprefix(_REFERENCE)
            return _REFERENCE + renamed.get(name, name)
        return node

    return walk


def _plain_name(name: str) -> str:
    name = re.sub(r"-Input$", "Input", name.removesuffix("-Output"))
    in_layer = re.fullmatch(r"ogai_lab__([a-z]+)__.+__([A-Za-z]+)", name)
    if in_layer is not None:
        name = in_layer[1].capitalize() + in_layer[2]
    return re.sub(r"\W", "_", name)


def _operation(service: type[Service], op: Operation, schemas: dict[_Key, Any]) -> dict[str, Any]:
    name = op.function.__qualname__

    def schema(parameter: Parameter) -> Any:
        return schemas[f"{name}.{parameter.name}", "validation"]

    described: dict[str, Any] = {
        "operationId": f"{service.__name__}.{op.name}",
        "tags": [service.__name__],
        "summary": op.summary,
        "x-ogai-resource": service.resource,
        "x-ogai-action": op.action,
    }
    parameters = [
        {
            "name": parameter.name,
            "in": parameter.place,
            "required": parameter.required or parameter.place == "path",
            "schema": schema(parameter),
        }
        for parameter in op.parameters
        if parameter.place in ("path", "query")
    ]
    if parameters:
        described["parameters"] = parameters
    fields = [parameter for parameter in op.parameters if parameter.place == "body"]
    if fields or op.method in ("POST", "PUT", "PATCH"):
        described["requestBody"] = _body(fields, {p.name: schema(p) for p in fields})
    described["responses"] = {
        "200": _result(op, schemas[name, "serialization"]),
        "default": {"$ref": "#/components/responses/Problem"},
    }
    return described


def _body(fields: Sequence[Parameter], schemas: dict[str, Any]) -> dict[str, Any]:
    required = [field.name for field in fields if field.required]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": schemas,
        "additionalProperties": False,
    }
    if required:
        schema["required"] = required
    return {"required": bool(required), "content": {"application/json": {"schema": schema}}}


def _result(op: Operation, schema: Any) -> dict[str, Any]:
    if not op.streams:
        return {"description": op.summary, "content": {"application/json": {"schema": schema}}}
    return {
        "description": f"{op.summary} One JSON value a line; an empty line only says that the "
        'stream is alive, a last line {"problem": …} that it failed.',
        "content": {"application/x-ndjson": {"schema": schema}},
        "x-ogai-stream": True,
    }
