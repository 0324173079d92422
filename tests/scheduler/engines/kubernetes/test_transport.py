"""What stands between us and a cluster: proxies, sign-in pages, servers that are not there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from ogai_lab.core.errors import InvalidInput, NotFound, Unavailable
from ogai_lab.scheduler.engines.kubernetes import paths
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.connection import Contexts


class _SignIn(BaseHTTPRequestHandler):
    """A proxy in between: pages for people, whatever is asked."""

    def do_GET(self) -> None:
        status, location = {"/version": (200, ""), "/apis": (302, "/login?next=secret")}.get(
            self.path, (502, "")
        )
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if location:
            self.send_header("Location", location)
        body = b"<html>Sign in</html>"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _SignIn)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def reached(folder: Path, server: str, **cluster: str) -> Api:
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "clusters": [{"name": "lab", "cluster": {"server": server, **cluster}}],
        "users": [{"name": "me", "user": {"token": "s3cr3t"}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "me"}}],
    }
    (folder / "kubeconfig").write_text(yaml.safe_dump(content))
    return Contexts(folder, {"KUBECONFIG": str(folder / "kubeconfig")}).connect("lab")


@pytest.mark.parametrize("path", [paths.VERSION, paths.GROUPS, paths.nodes()])
def test_a_page_for_people_is_no_cluster(proxy: str, tmp_path: Path, path: str) -> None:
    with pytest.raises(Unavailable, match="is not a Kubernetes API") as refused:
        reached(tmp_path, proxy).get(path)
    assert "text/html" in refused.value.cause
    assert "HTTPS_PROXY" in refused.value.action
    assert "secret" not in str(refused.value)


def test_what_does_not_speak_tls_is_said(proxy: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No secure connection"):
        reached(tmp_path, proxy.replace("http:", "https:")).get(paths.VERSION)


def test_a_proxy_that_is_not_there_is_told_from_the_cluster(tmp_path: Path) -> None:
    api = reached(tmp_path, "https://lab.invalid", **{"proxy-url": "http://127.0.0.1:1"})
    with pytest.raises(Unavailable, match=r"The proxy on the way to lab\.invalid"):
        api.get(paths.VERSION)


def test_a_name_that_nobody_knows_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"lab\.invalid"):
        reached(tmp_path, "https://lab.invalid").get(paths.VERSION)


def test_an_authority_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    api = reached(tmp_path, "https://127.0.0.1:1", **{"certificate-authority": "/nowhere"})
    with pytest.raises((Unavailable, InvalidInput)):
        api.get(paths.VERSION)


def test_a_cluster_that_nobody_knows_is_answered_with_those_that_are_known(tmp_path: Path) -> None:
    reached(tmp_path, "https://lab.invalid")
    with pytest.raises(NotFound) as refused:
        Contexts(tmp_path, {"KUBECONFIG": str(tmp_path / "kubeconfig")}).connect("lba")
    assert "lab" in refused.value.action
