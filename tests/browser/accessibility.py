"""What axe-core finds on a page."""

from __future__ import annotations

from playwright.sync_api import Page

from .lab import ROOT

THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")
_AXE = ROOT / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """async where => {
  const result = await axe.run(where, { resultTypes: ['violations'] });
  return result.violations
    .filter(found => ['serious', 'critical'].includes(found.impact))
    .map(found => ({
      rule: found.id,
      help: found.help,
      nodes: found.nodes.map(node => `${node.html.slice(0, 200)}: ${node.failureSummary}`)
    }));
}"""


def faults(page: Page, where: str) -> list[dict[str, object]]:
    """Return what axe finds that is serious or worse, of the element `where` and what is in it."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.add_script_tag(path=_AXE)
    page.wait_for_selector(where)
    found: list[dict[str, object]] = page.evaluate(_RUN, where)
    return found


def use_theme(page: Page, theme: str) -> None:
    """Change the theme of an open workbench, and wait until it is shown."""
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    page.wait_for_selector(f"body[data-jp-theme-name='{theme}']", state="attached")
