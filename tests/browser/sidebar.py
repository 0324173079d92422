"""The sidebar as a test sees it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def show(page: Page, *sections: str) -> None:
    """Show the sidebar with only these sections unfolded."""
    if not page.locator("#ogai-lab").is_visible():
        page.get_by_role("tab", name="OGAI Lab").click()
    for name in ("Cluster", "Jobs", "Data", "Models"):
        head = header(page, name)
        if (head.get_attribute("aria-expanded") == "true") != (name in sections):
            head.locator(".lm-AccordionPanel-titleLabel").click()
        expect(head).to_have_attribute("aria-expanded", str(name in sections).lower())


def header(page: Page, name: str) -> Locator:
    """Return the header of a section."""
    return page.locator(f"#ogai-lab [data-ogai-section='{name.lower()}']")


def job_row(page: Page, job: str) -> Locator:
    """Return the row of a job."""
    return page.locator(f".jp-ogai-JobRow[data-job-id='{job}']")
