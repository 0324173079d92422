"""In Chinese, nothing of ours that people read is left in English."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .lab import PATIENCE, Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Names that are the same in every language, and what tests and machines are called.
_SAME = (
    "OGAI Lab|Python|GPUs?|CPU|RAM|JSON|Jupyter|PyTorch|zh-only|root|default|main|"
    "[KMGT]i?B|Unix|UTC|HTTP|URL|ID|rank|node"
)
_READ = """same => {
  const known = new RegExp(`\\\\b(${same})\\\\b`, 'g');
  const roots = '.jp-ogai, .jp-ogai-Status, .jp-ogai-MainTab';
  const skip = 'pre, code, textarea, .cm-editor, style, [data-untranslated]';
  const found = new Set();
  const take = text => {
    const rest = (text || '').replace(known, '').replace(/[\\\\w.-]*[\\\\d/_.][\\\\w./-]*/g, '');
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


def test_nothing_that_people_read_is_left_in_english(lab: Lab, page: Page) -> None:
    job = lab.submit("zh-only", "sleep 300")
    lab.wait(job, "running")
    lab.set("@jupyterlab/translation-extension", "plugin", {"locale": "zh_CN"})
    left: dict[str, list[str]] = {}
    try:
        lab.open(page, f"lab?ogai=job/{job}")
        page.get_by_role("tab", name="OGAI Lab").click()
        expect(page.locator("#ogai-lab")).to_contain_text("作业", timeout=PATIENCE)
        expect(page.locator(".jp-ogai-MainTab")).to_contain_text("运行中", timeout=PATIENCE)
        left["job"] = page.evaluate(_READ, _SAME)
        for kind in ("map", "launch", "compare"):
            page.evaluate("kind => void jupyterapp.commands.execute('ogai:open', {kind})", kind)
            page.wait_for_timeout(2000)
            left[kind] = page.evaluate(_READ, _SAME)
    finally:
        lab.set("@jupyterlab/translation-extension", "plugin", {"locale": "default"})
    assert {where: texts for where, texts in left.items() if texts} == {}
