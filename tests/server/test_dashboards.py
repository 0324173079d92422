"""Who may see the dashboards; what they show is tested in a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ogai_lab_server.dashboards.handlers import NAMES, folder

AUTHORIZER = """
from jupyter_server.auth import Authorizer

class NoDashboards(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return (action, resource) != ("read", "ogai:dashboards")
"""


@pytest.mark.parametrize("name", ["", *(f"/{name}" for name in NAMES)])
def test_a_stranger_is_sent_to_the_login(server: Any, name: str) -> None:
    with server.client(headers={}) as client:
        answer = client.get(f"/ogai/dashboards{name}")
    assert answer.status_code == 302
    assert "/login?next=" in answer.headers["Location"]


def test_the_short_address_leads_to_the_first_page(server: Any) -> None:
    with server.client() as client:
        answer = client.get("/ogai/dashboards")
    assert answer.headers["Location"].endswith(f"/ogai/dashboards/{NAMES[0]}")


def test_the_authorizer_is_asked(start_server: Any, tmp_path: Path) -> None:
    (tmp_path / "selective.py").write_text(AUTHORIZER)
    root = Path(__file__).parents[2]
    server = start_server(
        "--ServerApp.authorizer_class=selective.NoDashboards",
        environment={
            "PYTHONPATH": os.pathsep.join([str(tmp_path), str(root), str(root / "server")])
        },
    )
    with server.client() as client:
        assert client.get(f"/ogai/dashboards/{NAMES[0]}").status_code == 403
        assert client.get("/ogai/health").status_code == 200


def test_every_page_has_its_notebook() -> None:
    assert {path.stem for path in folder().glob("*.ipynb")} == set(NAMES)
