"""How a crawl is shown: its pages by what became of them, and the addresses that were left out."""

from __future__ import annotations

from ogai_lab.commands.views import Code, Facts, Lines, View
from ogai_lab.data.crawl.options import CrawlReport
from ogai_lab.locale import _


def crawl_view(found: CrawlReport) -> View:
    """Return what became of a crawl's pages."""
    words = {
        "done": _("fetched"),
        "waiting": _("waiting"),
        "refused": _("refused by robots.txt"),
        "failed": _("failed"),
        "elsewhere": _("led elsewhere"),
    }
    facts = [(words.get(state, state), f"{count:,}") for state, count in found.pages.items()]
    return View(
        found.job,
        (
            Facts(((_("archive"), Code(found.archive)), *facts)),
            *(
                Lines(title, tuple(lines))
                for title, lines in (
                    (_("Refused by robots.txt"), found.refused),
                    (_("Failed"), found.failed),
                )
                if lines
            ),
        ),
    )
