"""A notebook whose kernel is a session: when it ends, and how that is put off."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .lab import PATIENCE, Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _session(lab: Lab) -> dict[str, Any]:
    with lab.api() as api:
        (found,) = api.get("/scheduler/sessions").raise_for_status().json()
    session: dict[str, Any] = found
    return session


def test_the_timer_of_a_session_is_seen_and_put_off(
    own_lab: Lab, page: Page, axe: Callable[[Page, str], None], shoot: Callable[[str], None]
) -> None:
    kernel = {"name": "ogai-session", "display_name": "Session", "language": "python"}
    document = {
        "cells": [],
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (own_lab.notebooks / "mine.ipynb").write_text(json.dumps(document))
    own_lab.open(page, "lab/tree/mine.ipynb")
    timer = page.locator(".jp-NotebookPanel-toolbar .jp-ogai-IdleTimer-button")
    expect(timer).to_contain_text("Idle: 30 min left", timeout=PATIENCE)
    shoot("session-timer")
    axe(page, ".jp-ogai-IdleTimer")
    before = _session(own_lab)["idle_until"]
    timer.click()
    expect(timer).to_contain_text("1 hr left", timeout=PATIENCE)
    assert _session(own_lab)["idle_until"] > before + 1500
