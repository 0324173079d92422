"""Every route of every operation refuses everybody who may not use it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from ogai_lab.core.errors import PROBLEM_JSON
from ogai_lab.core.operations import Operation, Service
from ogai_lab_server.about import mounted_types
from tests.server.kernels import kernel_process

OPERATIONS = [(service, op) for service in mounted_types() for op in service.operations()]

AUTHORIZER = """
import json, os
from jupyter_server.auth import Authorizer

class Nobody(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        if not resource.startswith("ogai:"):
            return True
        with open(os.environ["ASKED"], "a") as file:
            print(json.dumps([action, resource]), file=file)
        return False
"""


def _ask(client: httpx.Client, service: type[Service], op: Operation) -> httpx.Response:
    path = re.sub(r"{\w+}", "x", f"/ogai/{service.route}{op.path}")
    body: dict[str, Any] | None = {} if op.method in ("POST", "PUT", "PATCH") else None
    return client.request(op.method, path, json=body)


def _problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["Content-Type"].startswith(PROBLEM_JSON), answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    return problem


@pytest.mark.parametrize("how", ["no token", "wrong token", "forged kernel token", "wrong query"])
def test_no_route_answers_a_stranger(server: Any, how: str) -> None:
    ways: dict[str, dict[str, Any]] = {
        "no token": {"headers": {}},
        "wrong token": {"token": "wrong"},
        "forged kernel token": {"token": "ogk.11111111-2222-3333-4444-555555555555." + "0" * 64},
        "wrong query": {"headers": {}, "params": {"token": "wrong"}},
    }
    with server.client(**ways[how]) as client:
        for service, op in OPERATIONS:
            answer = _ask(client, service, op)
            assert answer.status_code == 401, f"{op} answered {answer.status_code} {answer.text}"
            assert _problem(answer)["code"] == "unauthenticated"
            assert "WWW-Authenticate" in answer.headers
        answer = client.get("/ogai/no/such/route")
        assert answer.status_code == 401  # a stranger does not learn what there is


def test_no_route_answers_the_token_of_a_dead_kernel(server: Any) -> None:
    with server.client() as client:
        kernel = client.post("/api/kernels", json={}).raise_for_status().json()["id"]
        token = kernel_process(server, kernel)[1]["OGAI_TOKEN"]
        with server.client(token=token) as of_kernel:
            assert of_kernel.get("/ogai/health").status_code == 200
            client.delete(f"/api/kernels/{kernel}").raise_for_status()
            for service, op in OPERATIONS:
                assert _ask(of_kernel, service, op).status_code == 401, op


def test_every_route_asks_the_authorizer_for_its_action_on_its_resource(
    start_server: Any, tmp_path: Path
) -> None:
    (tmp_path / "nobody.py").write_text(AUTHORIZER)
    asked = tmp_path / "asked"

    sources = os.pathsep.join([str(tmp_path), *_sources()])
    server = start_server(
        "--ServerApp.authorizer_class=nobody.Nobody",
        environment={"PYTHONPATH": sources, "ASKED": str(asked)},
    )
    with server.client() as client:
        for service, op in OPERATIONS:
            answer = _ask(client, service, op)
            assert answer.status_code == 403, f"{op} answered {answer.status_code} {answer.text}"
            assert service.resource in _problem(answer)["detail"]

    expected = [[op.action, service.resource] for service, op in OPERATIONS]
    assert [json.loads(line) for line in asked.read_text().splitlines()] == expected


def test_a_cookie_without_its_xsrf_value_changes_nothing(server: Any) -> None:
    with server.client() as client:
        assert client.get("/ogai/health").status_code == 200  # sets the login cookie
        cookies = dict(client.cookies)
    with server.client(headers={}, cookies=cookies) as client:
        answer = client.post("/ogai/scheduler/jobs", json={})
    assert answer.status_code == 403
    assert _problem(answer)["code"] == "forbidden"


def _sources() -> list[str]:
    root = Path(__file__).parents[2]
    return [str(root), str(root / "server")]
