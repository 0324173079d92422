"""The front end stays small: what every start pays for, and all of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .bundle import ALL, BEFORE_A_TAB, everything, loaded_before_a_tab
from .lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_start_loads_little_and_tabs_bring_their_own(lab: Lab, page: Page) -> None:
    before, all_ = loaded_before_a_tab(lab, page), everything()
    assert 0 < before <= BEFORE_A_TAB, "`import()` what only a tab needs"
    assert before < all_ <= ALL
