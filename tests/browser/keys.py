"""A walk through a screen with the Tab key alone."""

from __future__ import annotations

from playwright.sync_api import Page

_MARK = """where => {
  const look = element => {
    const style = getComputedStyle(element);
    return [style.outline, style.boxShadow, style.border, style.background].join('|');
  };
  window.ogaiLook = look;
  window.ogaiStops = [...document.querySelectorAll(where)].flatMap(root => [
    ...root.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')
  ]).filter(element =>
    element.tabIndex >= 0 && !element.disabled && element.getClientRects().length > 0
    && element.checkVisibility({visibilityProperty: true})
    && (element.type !== 'radio' || element.checked)  // arrows reach the others
  ).map(element => ({element, before: look(element), reached: false, seen: false}));
  return window.ogaiStops.length;
}"""
_STEP = """where => {
  const at = document.activeElement;
  for (const stop of window.ogaiStops) {
    if (stop.element !== at) continue;
    stop.reached = true;
    stop.seen = window.ogaiLook(at) !== stop.before
      || getComputedStyle(at, '::before').outlineStyle !== 'none'
      || at.closest(':focus-within')?.matches('.cm-focused') || at.matches('.cm-content');
  }
  return [...document.querySelectorAll(where)].some(root => root.contains(at));
}"""
_MISSED = """kind => window.ogaiStops
  .filter(stop => stop.element.isConnected && stop.element.checkVisibility())
  .filter(stop => kind === 'reached' ? !stop.reached : stop.reached && !stop.seen)
  .map(stop => stop.element.outerHTML.slice(0, 160))"""


def walk(page: Page, where: str) -> tuple[list[str], list[str]]:
    """Press Tab through the element `where`.

    Returns
    -------
    tuple of list of str
        What can be operated and was not reached, and what was reached and did not look different.
    """
    stops: int = page.evaluate(_MARK, where)
    page.evaluate(
        "where => document.querySelector(where)"
        ".querySelector('a[href], button, input, select, [tabindex=\"0\"]')?.focus()",
        where,
    )
    page.keyboard.press("Shift+Tab")  # then Tab is what comes back: focus that shows
    for _ in range(2 * stops + 4):
        page.keyboard.press("Tab")
        page.evaluate(_STEP, where)
    return page.evaluate(_MISSED, "reached"), page.evaluate(_MISSED, "seen")
