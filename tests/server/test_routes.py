"""The routes: what is mounted is what is documented, and bad requests are told what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ogai_lab.core.database import HEAD, Database
from ogai_lab.core.errors import PROBLEM_JSON
from ogai_lab_server.about import mounted_types


def test_what_is_documented_is_what_is_mounted(server: Any) -> None:
    with server.client() as client:
        document = client.get("/ogai/openapi.json").raise_for_status().json()
    documented = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item
    }
    mounted = {
        (op.method, f"/ogai/{service.route}{op.path}")
        for service in mounted_types()
        for op in service.operations()
    }
    assert documented == mounted
    assert document["openapi"].startswith("3.1")


def test_the_document_is_the_same_in_every_process() -> None:
    command = [sys.executable, "-m", "ogai_lab_server.openapi"]
    texts = {
        subprocess.run(
            command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


def test_every_reference_of_the_document_leads_somewhere(server: Any) -> None:
    with server.client() as client:
        document = client.get("/ogai/openapi.json").json()
    references: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                references.add(node["$ref"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document)
    for reference in references:
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
    assert references


def test_health_says_what_answers(server: Any) -> None:
    with server.client() as client:
        answer = client.get("/ogai/health")
    health = answer.json()
    assert health["version"] == answer.headers["X-OGAI-Version"]
    assert health["database"] == "sqlite"
    assert {"events", "cluster", "scheduler"} <= set(health["layers"])
    assert health["extras"].keys() == {"postgres", "data", "training", "models"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/ogai", 404),
        ("GET", "/ogai/", 404),
        ("GET", "/ogai/nothing", 404),
        ("GET", "/ogai/scheduler/jobs/a/b", 404),
        ("GET", "/ogai/../etc/passwd", 404),
        ("POST", "/ogai/health", 405),
        ("DELETE", "/ogai/events", 405),
        ("HEAD", "/ogai/health", 405),
        ("BREW", "/ogai/health", 405),
    ],
)
def test_what_is_not_there_is_a_problem(server: Any, method: str, path: str, status: int) -> None:
    with server.client() as client:
        answer = client.request(method, path)
    assert answer.status_code == status
    if path.startswith("/ogai/..") or method == "HEAD":
        return  # the client itself resolves the dots, and a HEAD has no body
    assert answer.headers["Content-Type"].startswith(PROBLEM_JSON)
    if status == 405 and method != "BREW":
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "name",
    ["..%2F..%2F..%2Fetc%2Fpasswd", "%2e%2e", "a%00b", "<script>", "%F0%9F%98%80", "x" * 3000],
)
def test_a_name_that_means_nothing_is_not_found(server: Any, name: str) -> None:
    with server.client() as client:
        for path in ("", "/logs", "/logs/follow", "/explain", "/attempts", "/metrics"):
            answer = client.get(f"/ogai/scheduler/jobs/{name}{path}")
            assert answer.status_code in (404, 422), answer.text
            assert answer.headers["Content-Type"].startswith(PROBLEM_JSON)
            assert "root:" not in answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=many", "after"),
        ("after=-1", "after"),
        ("after=1&after=2", "after"),
        ("limit=100000", "limit"),
        ("unknown=1", "unknown"),
        ("after=%ff", "after"),
    ],
)
def test_a_bad_query_names_its_field(server: Any, query: str, field: str) -> None:
    with server.client() as client:
        answer = client.get(f"/ogai/events?{query}")
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_what_belongs_to_the_transport_is_no_field(server: Any) -> None:
    with server.client() as client:
        answer = client.get(f"/ogai/events?token={server.token}&1795507802000=&no_track_activity=1")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 40_000, b'{"spec": NaN}', b""],
)
def test_a_body_that_is_no_object_is_refused(server: Any, body: bytes) -> None:
    with server.client() as client:
        answer = client.post("/ogai/scheduler/jobs", content=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"].startswith(PROBLEM_JSON)


def test_an_unknown_field_is_named_with_those_that_are_known(server: Any) -> None:
    with server.client() as client:
        answer = client.post("/ogai/scheduler/jobs", json={"spek": {}})
        deep = client.post(
            "/ogai/scheduler/jobs",
            json={"spec": {"run": {"kind": "command", "argv": ["true"]}, "gpu": 1}},
        )
        caller = client.post("/ogai/scheduler/jobs", json={"caller": {"name": "root"}, "spec": {}})
    assert answer.json()["field"] == "spek"
    assert "spec" in answer.json()["action"]
    assert deep.json()["field"] == "spec.gpu"
    assert caller.json()["field"] == "caller"  # who calls is not for the caller to say


@pytest.mark.parametrize(
    ("asked", "field", "says"),
    [
        ({"gpus": 1000}, "gpus", "more than any node has"),
        ({"memory": "9999TiB"}, "memory", "more than any node has"),
        ({"nodes": 1_000_000}, "spec.nodes", "less than or equal to"),
        ({"queue": "<script>"}, "queue", "There is no queue '<script>'"),
        ({"environment": {"A=B": ""}}, "spec", "may not be empty or hold '='"),
        ({"run": {"kind": "magic"}}, "spec.run", "does not match any of the expected tags"),
        ({"run": {"kind": "script", "path": "/no/such.py"}}, "run.path", "is not there"),
        ({"run": {"kind": "cell", "source": "if x"}}, "run.source", "has a syntax error"),
        ({"workdir": "/no/such/folder"}, "workdir", "is not a folder"),
    ],
)
def test_an_impossible_spec_is_refused_and_leaves_nothing(
    server: Any, asked: dict[str, Any], field: str, says: str
) -> None:
    with server.client() as client:
        last = client.get("/ogai/events/last").json()
        spec = {"run": {"kind": "command", "argv": ["true"]}, **asked}
        answer = client.post("/ogai/scheduler/jobs", json={"spec": spec})
        problem = answer.json()
        assert (answer.status_code, problem["field"]) == (422, field), problem
        assert says in problem["detail"]
        assert problem["action"]
        assert client.get("/ogai/events/last").json() == last


def test_no_problem_shows_a_secret(server: Any) -> None:
    with server.client() as client:
        for answer in (
            client.get(f"/ogai/token=hush-hush?token={server.token}"),
            client.get(f"/ogai/events?token={server.token}&password=hush-hush"),
            client.get("/ogai/events?x=1&after=token%3Dhush-hush"),
            client.post("/ogai/scheduler/jobs", json={"spec": {"token=hush-hush": 1}}),
        ):
            assert "hush-hush" not in answer.text
    assert server.token not in server.log


def test_a_body_over_the_limit_is_refused(server: Any) -> None:
    with server.client() as client:
        answer = client.post("/ogai/scheduler/jobs", json={"spec": "x" * 1_000_000})
    assert answer.status_code == 413
    assert "1000000 are allowed" in answer.json()["detail"]


def test_a_database_of_a_newer_release_is_a_problem_on_every_route(
    start_server: Any, home: Any
) -> None:
    database = Database(home.database_url)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    server = start_server(home=home.path)
    with server.client() as client:
        answer = client.get("/ogai/health")
        assert answer.status_code == 409
        assert "newer release" in answer.json()["detail"]
        with database.write() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{HEAD}'")
        database.close()
        assert client.get("/ogai/health").status_code == 200  # it is tried again


def test_a_damaged_database_is_a_problem_that_says_what_to_do(start_server: Any, home: Any) -> None:
    file = Path(home.database_url.removeprefix("sqlite:///"))
    file.write_bytes(b"not a database" * 100)
    with start_server(home=home.path).client() as client:
        for path in ("/ogai/health", "/ogai/scheduler/jobs", "/ogai/models/models"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (500, "corrupt")
            assert "is damaged" in answer.json()["detail"]
            assert answer.json()["action"]
    assert file.read_bytes() == b"not a database" * 100
