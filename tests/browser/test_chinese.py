"""In Chinese, nothing of ours that people read is left in English."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .lab import PATIENCE, Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Names that are the same in every language, what tests and machines are called, and examples.
_SAME = (
    "OGAI Lab|Python|GPUs?|CPU|RAM|JSON|Jupyter|PyTorch|zh-only|root|default|main|"
    "[KMGT]i?B|[0-9]+[KMGT]iB|Unix|UTC|HTTP|URL|ID|shell|Ctrl|Home|End|lr|epochs|train|rank|script|"
    "Esc|tmpfs|overlay|workdir|include|systemctl enable --now chronyd|systemd-timesyncd"
)
# What JupyterLab says of its own widgets; its language pack is not ours.
_JUPYTERLABS = "main area content| Section$"
_READ = r"""([same, theirs]) => {
  const known = new RegExp(`${theirs}|\\b(${same})\\b`, 'g');
  const roots = '.jp-ogai, .jp-ogai-Status, .jp-ogai-MainTab';
  const skip = 'pre, code, textarea, .cm-editor, style, [translate=no]';
  const found = new Set();
  const take = text => {
    const bare = (text || '').replace(/\b[\da-f]{0,4}(:[\da-f]{0,4}){2,7}/g, '');  // IPv6
    const rest = bare.replace(known, '').replace(/[\w.-]*[\d/_.][\w./-]*/g, '');
    if (/[A-Za-z]{3,}/.test(rest)) found.add(text.trim());
  };
  for (const root of document.querySelectorAll(roots)) {
    for (const node of [root, ...root.querySelectorAll('*')]) {
      if (node.closest(skip) || !node.checkVisibility()) continue;
      for (const child of node.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) take(child.data);
      }
      for (const name of ['aria-label', 'title', 'placeholder']) take(node.getAttribute(name));
    }
  }
  return [...found].sort();
}"""
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")


def _left(page: Page) -> list[str]:
    """Return what is in English, once what is shown has come."""
    expect(page.locator(".jp-ogai-MainTab:visible")).to_contain_text(_CHINESE, timeout=PATIENCE)
    busy = page.locator(".jp-ogai-MainTab:visible [aria-busy='true']:visible")
    expect(busy).to_have_count(0, timeout=PATIENCE)
    found: list[str] = page.evaluate(_READ, [_SAME, _JUPYTERLABS])
    return found


def test_nothing_that_people_read_is_left_in_english(own_lab: Lab, page: Page) -> None:
    lab = own_lab  # names of other tests' jobs are not Chinese
    job = lab.submit("zh-only", "sleep 300")
    lab.wait(job, "running")
    lab.set("@jupyterlab/translation-extension", "plugin", {"locale": "zh_CN"})
    left: dict[str, list[str]] = {}
    try:
        lab.open(page, f"lab?ogai=job/{job}")
        page.get_by_role("tab", name="OGAI Lab").click()
        expect(page.locator("#ogai-lab")).to_contain_text("作业", timeout=PATIENCE)
        panes = page.locator(".jp-ogai-MainTab .jp-ogai-Strip-tab")
        expect(panes.first).to_be_visible(timeout=PATIENCE)
        for pane in panes.all():
            pane.click()
            left[pane.inner_text()] = _left(page)
        tabs = ["map", "launch", "compare", f"node/{lab.node()}"]
        for number, tab in enumerate(tabs, 2):
            kind, _, name = tab.partition("/")
            args = {"kind": kind} | ({"id": name} if name else {})
            page.evaluate("args => void jupyterapp.commands.execute('ogai:open', args)", args)
            expect(page.locator(".jp-ogai-MainTab")).to_have_count(number, timeout=PATIENCE)
            left[tab] = _left(page)
    finally:
        lab.set("@jupyterlab/translation-extension", "plugin", {"locale": "default"})
    english = sorted({f"{text!r} ({tab})" for tab, texts in left.items() for text in texts})
    assert not english, "\n".join(english)
