"""Versions of a model, compared for a lead: the sentence first, then the figures behind it.

The address says which: ``compare?model=org/name&versions=v1,v2&data=<digest>``. What it leaves out
is the newest.
"""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as w

from ogai_lab.commands.comparing import newest_manifest
from ogai_lab.commands.figures import NOTHING, ago, number, size
from ogai_lab.commands.forms import view_of
from ogai_lab.commands.views import Block, Code, Column, Note, Table, View
from ogai_lab.core.errors import InvalidInput, OgaiError
from ogai_lab.locale import _
from ogai_lab.models.types import Version
from ogai_lab.notebook.dashboards.page import Page
from ogai_lab.notebook.dashboards.tiles import section

_MOST = 6


class CompareWall(Page):
    """Two to six versions of a model, each against the first."""

    def __init__(self) -> None:
        self._body = w.HTML()
        self._shown: object = None
        super().__init__("compare", _("Compare models"), self._body)

    def refresh(self) -> None:
        """Show the comparison that the address asks for, anew only when something changed."""
        models = self._workbench.models.models()
        name = self.asked("model") or (models[0].name if models else "")
        if not name:
            self._body.value = section(
                View("", ()), _('No models yet. Register one: ogai.register("org/name", job)')
            )
            return
        versions = self._versions(name)
        manifest = self.asked("data") or self._newest()
        now = (name, [v.revision for v in versions], manifest, self._state(name))
        if now == self._shown:
            return
        parts = [section(_table(name, versions))]
        parts += [
            section(self._against(name, versions[0], other, manifest)) for other in versions[1:]
        ]
        if len(versions) < 2:
            parts.append(section(View("", ()), _("A comparison needs a second version.")))
        self._body.value = "".join(parts)
        self._shown = now

    def _versions(self, name: str) -> list[Version]:
        asked = [word for word in self.asked("versions").split(",") if word.strip()]
        if len(asked) > _MOST:
            raise InvalidInput(
                _("{count} versions are too many; {most} fit on a page.").format(
                    count=len(asked), most=_MOST
                ),
                action=_("Name fewer in the address: versions=v1,v2"),
                field="versions",
            )
        if asked:
            return [self._workbench.models.version(name, word.strip()) for word in asked]
        known = sorted(self._workbench.models.versions(name), key=lambda each: each.number)
        return known[-2:]

    def _newest(self) -> str:
        try:
            return newest_manifest(self._workbench)
        except OgaiError:
            return ""  # said where a comparison would stand

    def _state(self, name: str) -> list[tuple[str, str]]:
        return [(each.data, each.state) for each in self._workbench.models.evaluations(name)]

    def _against(self, name: str, base: Version, other: Version, manifest: str) -> View:
        try:
            data = manifest or newest_manifest(self._workbench)
            found = self._workbench.models.compare(name, base.revision, other.revision, data)
        except OgaiError as exc:
            notes: list[Block] = [Note(exc.message, tone="warn")]
            notes += [Note(exc.action, lead=_("next"))] if exc.action else []
            title = _("{base} and {other}").format(base=base.revision, other=other.revision)
            return View(title, tuple(notes))
        view = view_of(found)
        return View(view.title, view.blocks)


def _table(name: str, versions: Sequence[Version]) -> View:
    metrics = list(dict.fromkeys(metric for each in versions for metric in each.metrics))
    columns = (
        Column(_("Version")),
        Column(_("Aliases")),
        Column(_("Parameters"), right=True),
        Column(_("Size"), right=True),
        *(Column(metric, right=True) for metric in metrics),
        Column(_("From job")),
        Column(_("Created"), right=True),
    )
    rows = tuple(
        (
            each.revision,
            ", ".join(each.aliases) or NOTHING,
            f"{each.parameters:,}",
            size(each.size),
            *(number(each.metrics[m]) if m in each.metrics else NOTHING for m in metrics),
            Code(each.lineage.job) if each.lineage.job else NOTHING,
            ago(each.created),
        )
        for each in versions
    )
    return View(name, (Table(_("Versions"), columns, rows),))
