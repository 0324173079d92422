"""A crawl in the user's hand."""

from __future__ import annotations

from ogai_lab.commands.forms import view_of
from ogai_lab.notebook.display import Listing
from ogai_lab.notebook.handle import JobHandle


class CrawlJob(JobHandle):
    """A crawl; `archive` is the file that it writes."""

    @property
    def archive(self) -> str:
        """The path of the WARC file."""
        return self._workbench.data.crawled(self.id).archive

    def report(self) -> Listing:
        """Return what became of the pages; it shows itself, and holds the `CrawlReport`."""
        found = self._workbench.data.crawled(self.id)
        return Listing([found], view_of(found))
