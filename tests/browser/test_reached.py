"""The front end behind a password, a base URL and a proxy, and before servers that lack ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import _started
from .lab import PATIENCE, TOKEN, Lab
from .proxy import in_front_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PASSWORD = "a long password"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server with Notebook 7 that people enter with a password; the token is for the test."""
    folder = tmp_path_factory.mktemp("guarded")
    config = folder / "config" / "jupyter_server_config.d" / "notebook.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"ServerApp": {"jpserver_extensions": {"notebook": true}}}')
    secret = f"sha1:ab:{hashlib.sha1(f'{_PASSWORD}ab'.encode()).hexdigest()}"
    for lab in _started(Lab(folder, (f"--PasswordIdentityProvider.hashed_password={secret}",))):
        yield lab
        lab.cancel_all()


def test_through_a_password_a_base_url_and_a_proxy_that_gathers(
    guarded: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    with in_front_of(guarded.port) as port:
        page.goto(f"http://127.0.0.1:{port}/base/lab?ogai=map")
        page.locator("#password_input").fill(_PASSWORD)
        page.locator("#login_submit").click()
        page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=PATIENCE)
        expect(page.locator(".jp-ogai-Status")).to_contain_text("0 running", timeout=PATIENCE)
        expect(page.locator(".jp-ogai-MainTab")).to_have_count(1)
        assert page.url.startswith(f"http://127.0.0.1:{port}/base/")
        job = guarded.submit("behind", "sleep 300")
        # Told by the stream of events, through a proxy that would hold back any other answer.
        expect(page.locator(".jp-ogai-Status")).to_contain_text("1 running", timeout=PATIENCE)
        page.get_by_role("tab", name="OGAI Lab").click()
        row = page.locator(f"[data-job-id='{job}']").first
        expect(row).to_contain_text("Running")
        shoot("reached-proxy")
        # A cookie makes no call that changes something without the header against forgery.
        page.evaluate("id => void jupyterapp.commands.execute('ogai:cancel-job', {id})", job)
        page.get_by_role("button", name="Cancel Job", exact=True).click()
        guarded.wait(job, "cancelled")
        expect(page.locator(".jp-ogai-Status")).to_contain_text("0 running", timeout=PATIENCE)


_ANSWERS: list[tuple[int, object, str, str]] = [
    (404, None, "The server has no OGAI Lab", "Not on this server"),
    (200, {"version": "99.0.0"}, "pip install --upgrade ogai-lab", "another version"),
    (
        403,
        {"code": "forbidden", "detail": "You may not read jobs.", "action": "Ask Ada."},
        "Ask Ada.",
        "Not permitted",
    ),
]


def test_a_server_that_lacks_ours_is_told_with_what_to_do(lab: Lab, page: Page) -> None:
    status, answer, said, in_short = _ANSWERS[0]

    def fulfil(route: Route) -> None:
        body = json.dumps(answer) if answer else "<html>404: Not Found</html>"
        route.fulfill(status=status, body=body)

    page.route("**/ogai/health?*", fulfil)
    lab.open(page)
    page.get_by_role("tab", name="OGAI Lab").click()
    panel, item = page.locator("#ogai-lab"), page.locator(".jp-ogai-Status")
    again = panel.get_by_role("button", name="Try Again").first
    for following in (*_ANSWERS[1:], None):
        expect(item).to_contain_text(in_short, timeout=PATIENCE)
        expect(panel).to_contain_text(said, timeout=PATIENCE)
        if following is None:
            page.unroute("**/ogai/health?*")
        else:
            status, answer, said, in_short = following
        again.click()
    expect(item).to_contain_text(" running", timeout=PATIENCE)


def test_notebook_7_runs_a_job_and_shows_it_below(
    guarded: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    guarded.notebooks.joinpath("n.ipynb").write_text(
        '{"cells": [], "metadata": {"kernelspec": {"name": "python3", "display_name": "P"}},'
        ' "nbformat": 4, "nbformat_minor": 5}'
    )
    job = guarded.submit("seven", "sleep 300")
    page.goto(f"{guarded.url}tree?token={TOKEN}&ogai=job/{job}")
    tab = page.locator(".jp-ogai-MainTab")
    expect(tab).to_contain_text("seven", timeout=PATIENCE)
    expect(tab).to_be_visible()
    shoot("reached-tree")
    page.goto(f"{guarded.url}notebooks/n.ipynb?token={TOKEN}")
    page.get_by_role("button", name="Run as Job").click(timeout=PATIENCE)
    expect(tab.get_by_label("File")).to_have_value("n.ipynb", timeout=PATIENCE)
    expect(tab).to_contain_text("It would start now", timeout=PATIENCE)
    expect(tab).to_be_visible()
    shoot("reached-notebook")
