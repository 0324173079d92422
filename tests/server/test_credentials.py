"""The kernel's credential: good for /ogai alone, and only while that kernel lives."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.spec import CommandRun, JobSpec
from ogai_lab.workbench import Workbench
from tests.server.kernels import kernel_process

ASK = """
from ogai_lab.client import connect
with connect() as workbench:
    print(workbench.cluster.machine().name, workbench.scheduler.jobs().total)
"""


def _wait_until_ready(client: Any) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            client.wait_for_ready(timeout=30)
        except RuntimeError:  # a kernel that is busy starting does not beat
            assert time.monotonic() < deadline
        else:
            return


def _run_in(server: Any, kernel: str, code: str) -> str:
    """Execute code in a kernel and return what it prints."""
    from jupyter_client.blocking.client import BlockingKernelClient

    (file,) = (server.folder / "runtime").glob(f"kernel-{kernel}.json")
    client = BlockingKernelClient(connection_file=str(file))
    client.load_connection_file()
    client.start_channels()
    printed: list[str] = []

    def hear(message: dict[str, Any]) -> None:
        printed.append(
            str(message["content"].get("text") or message["content"].get("evalue") or "")
        )

    _wait_until_ready(client)
    client.execute_interactive(code, output_hook=hear, timeout=60)
    client.stop_channels()
    return "".join(printed)


@pytest.mark.parametrize("way", ["kernels", "sessions"])
def test_a_kernel_is_given_a_credential_of_its_own(server: Any, way: str) -> None:
    with server.client() as client:
        if way == "kernels":
            kernel = client.post("/api/kernels", json={}).raise_for_status().json()["id"]
        else:
            session = {"path": "a.ipynb", "type": "notebook", "name": "a", "kernel": {"name": ""}}
            answer = client.post("/api/sessions", json=session).raise_for_status()
            kernel = answer.json()["kernel"]["id"]
        _, environment = kernel_process(server, kernel)
        assert environment["OGAI_URL"] == f"{server.url}/ogai".replace("127.0.0.1", "localhost")
        assert "JUPYTER_TOKEN" not in environment
        assert server.token not in environment.values()
        with server.client(token=environment["OGAI_TOKEN"]) as of_kernel:
            assert of_kernel.get("/ogai/health").status_code == 200
            assert of_kernel.post("/ogai/scheduler/jobs", json={}).status_code == 422
            for path in ("/api/contents", "/api/kernels", "/api/me", "/api/sessions"):
                assert of_kernel.get(path).status_code in (401, 403), path
            assert of_kernel.post("/api/shutdown").status_code in (401, 403)
            client.delete(f"/api/kernels/{kernel}").raise_for_status()
            assert of_kernel.get("/ogai/health").status_code == 401


def test_a_kernel_reaches_its_server_by_itself_and_still_after_a_restart(server: Any) -> None:
    with server.client() as client:
        kernel = client.post("/api/kernels", json={}).raise_for_status().json()["id"]
        before, environment = kernel_process(server, kernel)
        machine = client.get("/ogai/cluster/machine").json()["name"]
        assert _run_in(server, kernel, ASK).startswith(machine)
        client.post(f"/api/kernels/{kernel}/restart").raise_for_status()
        _, after = kernel_process(server, kernel, other_than=before)
        assert after["OGAI_TOKEN"] == environment["OGAI_TOKEN"]
        assert _run_in(server, kernel, ASK).startswith(machine)
        client.delete(f"/api/kernels/{kernel}").raise_for_status()


def test_the_credential_of_one_kernel_outlives_no_other(server: Any) -> None:
    with server.client() as client:
        kernels = [client.post("/api/kernels", json={}).json()["id"] for _ in range(2)]
        tokens = [kernel_process(server, kernel)[1]["OGAI_TOKEN"] for kernel in kernels]
        assert tokens[0] != tokens[1]
        mixed = tokens[0].replace(kernels[0], kernels[1])
        client.delete(f"/api/kernels/{kernels[0]}").raise_for_status()
        for token, status in ((tokens[0], 401), (tokens[1], 200), (mixed, 401)):
            with server.client(token=token) as of_kernel:
                assert of_kernel.get("/ogai/health").status_code == status
        client.delete(f"/api/kernels/{kernels[1]}").raise_for_status()


def test_it_works_where_people_sign_in_with_a_password(start_server: Any, tmp_path: Path) -> None:
    from jupyter_server.auth.security import passwd

    hashed = passwd("open", "sha256")  # type: ignore[no-untyped-call]
    server = start_server(
        f"--PasswordIdentityProvider.hashed_password={hashed}",
        "--ServerApp.identity_provider_class=jupyter_server.auth.identity.PasswordIdentityProvider",
        "--IdentityProvider.token=",
        base="/hub/user",
        environment={"JUPYTER_TOKEN": ""},
    )
    with httpx.Client(base_url=server.url, timeout=30) as browser:
        browser.get("/login")
        xsrf = browser.cookies["_xsrf"]
        browser.post("/login", data={"password": "open", "_xsrf": xsrf})
        header = {"X-XSRFToken": browser.cookies["_xsrf"]}
        answer = browser.post("/api/kernels", json={}, headers=header).raise_for_status()
        kernel = answer.json()["id"]
        assert browser.get("/ogai/health").status_code == 200
    _, environment = kernel_process(server, kernel)
    with server.client(token=environment["OGAI_TOKEN"]) as of_kernel:
        assert of_kernel.get("/ogai/health").status_code == 200
    with httpx.Client(base_url=server.url) as stranger:
        assert stranger.get("/ogai/health").status_code == 401


def test_it_works_with_a_certificate_that_no_authority_vouches_for(
    start_server: Any, tmp_path: Path
) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=elsewhere.example", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    server = start_server(
        f"--ServerApp.certfile={certificate}", f"--ServerApp.keyfile={key}", scheme="https"
    )
    with server.client(verify=False) as client:
        kernel = client.post("/api/kernels", json={}).raise_for_status().json()["id"]
        machine = client.get("/ogai/cluster/machine").json()["name"]
    assert _run_in(server, kernel, ASK).startswith(machine)


def test_no_job_finds_a_token_of_the_server(server: Any) -> None:
    with Workbench.connect(server.url, server.token) as workbench:
        job = workbench.scheduler.submit(JobSpec(run=CommandRun(argv=["env"])), Caller(""))
        *_, last = workbench.scheduler.follow(job.id)
        text = str(workbench.scheduler.logs(job.id).records)
    assert last.ended
    assert "OGAI_JOB_ID" in text
    assert server.token not in text
    assert "ogk." not in text
