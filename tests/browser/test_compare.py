"""The compare tab: two real, tiny models that were really measured; and two real jobs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from ogai_lab.core.operations import Caller
from ogai_lab.models.types import Lineage
from ogai_lab.workbench import Workbench
from tests.models.languages import language_model

from .accessibility import THEMES, use_theme
from .conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_PATIENCE = 60_000
_EVALUATION = 240_000
_DOCUMENTS = 60
_REPORTS = """\
for step in 0 1 2 3 4 5 6 7; do
  {python} -c "from ogai_lab import log; log({{'loss': {start} / (1 + $step)}}, step=$step)"
done
"""


@pytest.fixture(scope="module")
def versions(lab: Lab) -> Iterator[str]:
    """Three versions of a model; the first is measured. Gives the digest of the data."""
    lab.cancel_all()  # what another test left would stand in line before ours
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_CACHE", str(lab.folder / "hf"))
        me = Caller("root")
        with Workbench.local(lab.home, lead=False) as bench:
            for seed in (1, 2, 3):
                folder = language_model(lab.folder / f"tiny-{seed}", seed=seed)
                bench.models.register(
                    "lab/tiny",
                    me,
                    folder=str(folder),
                    metrics={"loss": 1 / seed},
                    tags={"seed": str(seed)},
                    lineage=Lineage(recipe=f"sha256:{seed}"),
                )
            rows = [
                {
                    "doc_id": f"d{n}",
                    # One is longer than its excerpt.
                    "text": f"document {n} <b>bold</b> "
                    + "word " * (1000 if n == 2 else 80 * (n % 3)),
                }
                for n in range(_DOCUMENTS)
            ]
            lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
            manifest = {"heldout": bench.blobs.put(lines)}
            data = bench.blobs.put(json.dumps(manifest).encode())
            job = bench.models.evaluate("lab/tiny", "v1", data, me)
            lab.wait(job.id, "succeeded")
            yield data


def _open(lab: Lab, page: Page, items: str) -> None:
    lab.open(page, f"lab?ogai=compare/{items}")
    expect(page.locator(".jp-ogai-Compare-all")).to_be_visible(timeout=_PATIENCE)


@pytest.mark.timeout(900)
def test_what_was_not_measured_is_measured_from_here_and_compared(
    lab: Lab, page: Page, versions: str, shoot: Callable[[str], None]
) -> None:
    _open(lab, page, "model:lab/tiny@v1,model:lab/tiny@v2")
    figures = page.get_by_role("table", name="Figures")
    expect(figures.get_by_role("row", name="v2")).to_contain_text("not measured", timeout=_PATIENCE)
    page.get_by_role("button", name="Evaluate v2").click()
    expect(figures.get_by_role("row", name="v2")).to_contain_text(
        "being measured", timeout=_PATIENCE
    )
    verdict = page.get_by_role("list", name="Verdicts")
    expect(verdict).to_contain_text(f"of {_DOCUMENTS} documents", timeout=_EVALUATION)
    shoot("compare-measured")

    flips = page.get_by_role("region", name="Document by document")
    rows = flips.get_by_role("row")
    expect(rows).to_have_count(26)
    expect(flips).to_contain_text("<b>bold</b>")
    flips.get_by_role("button", name="Next").click()
    expect(flips.get_by_text(f"26 to 50 of {_DOCUMENTS}")).to_be_visible()
    flips.get_by_role("button", name="Document", exact=True).click()
    expect(rows.nth(1)).to_contain_text("d0")
    expect(flips.get_by_role("columnheader", name="Document")).to_have_attribute(
        "aria-sort", "ascending"
    )
    flips.get_by_role("button", name="Whole text of d2", exact=True).click()
    expect(flips.get_by_label("Whole text of d2", exact=True).first).to_contain_text("word " * 100)
    flips.get_by_role("combobox", name="Show").select_option("same")
    expect(flips.get_by_text("There are no such documents.")).to_be_visible()

    origin = page.get_by_role("region", name="Where they come from")
    expect(origin.get_by_role("row", name="seed")).to_contain_text("2")
    page.get_by_text("Weights", exact=True).click()
    expect(page.get_by_text("All together moved by")).to_be_visible(timeout=_PATIENCE)


def test_the_baseline_is_chosen_and_things_are_added_and_left_out(
    lab: Lab, page: Page, versions: str
) -> None:
    _open(lab, page, "lab/none@v1,lab/tiny@v1")
    expect(page.get_by_role("button", name="Try Again")).to_be_visible(timeout=_PATIENCE)
    expect(page.locator(".jp-ogai-Compare-all")).to_contain_text("lab/none")
    page.get_by_role("button", name="Leave out lab/none@v1").click()
    expect(page.get_by_text("Choose two to six versions of models, or jobs")).to_be_visible()
    page.get_by_role("searchbox", name="Find models and jobs by name").fill("tiny")
    page.get_by_role("button", name="lab/tiny@v3").click(timeout=_PATIENCE)
    figures = page.get_by_role("table", name="Figures")
    expect(figures.get_by_role("row", name="v3")).to_contain_text("not measured", timeout=_PATIENCE)
    page.get_by_role("button", name="Make lab/tiny@v3 the baseline").click()
    expect(figures.get_by_role("row").nth(1)).to_contain_text("v3", timeout=_PATIENCE)
    page.get_by_role("button", name="Leave out lab/tiny@v3").click()
    expect(page.get_by_text("Choose two to six versions of models, or jobs")).to_be_visible()


def test_jobs_stand_side_by_side(lab: Lab, page: Page, shoot: Callable[[str], None]) -> None:
    ids = []
    for name, start in (("slow-<u>rate</u>", 2), ("fast-rate", 1)):
        script = _REPORTS.format(python=sys.executable, start=start)
        environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
        ids.append(lab.submit(name, script, environment=environment, labels={"lr": str(start)}))
    for job in ids:
        lab.wait(job, "succeeded")
    _open(lab, page, ",".join(ids))
    chips = page.get_by_role("region", name="What is compared")
    expect(chips).to_contain_text("job slow-<u>rate</u>", timeout=_PATIENCE)
    expect(chips.get_by_title(ids[0])).to_be_visible()
    expect(page.get_by_role("tab", name="slow-<u>rate</u> ↔ fast-rate")).to_be_visible()
    table = page.get_by_role("table", name="Jobs")
    expect(table).to_contain_text("slow-<u>rate</u>", timeout=_PATIENCE)
    expect(table.get_by_role("row", name="fast-rate")).to_contain_text("50 %")
    expect(page.get_by_role("region", name="Curves").locator("canvas").first).to_be_visible()
    asked = page.get_by_role("region", name="What was asked for")
    expect(asked.get_by_role("row", name="lr")).to_contain_text("2")
    shoot("compare-jobs")


def test_axe_finds_nothing_serious_in_any_theme(
    lab: Lab,
    page: Page,
    versions: str,
    axe: Callable[[Page, str], None],
    shoot: Callable[[str], None],
) -> None:
    _open(lab, page, "model:lab/tiny@v1,model:lab/tiny@v2,model:lab/tiny@v3")
    expect(page.get_by_role("region", name="Where they come from")).to_be_visible(timeout=_PATIENCE)
    for theme in THEMES:
        use_theme(page, theme)
        axe(page, ".jp-ogai-Compare")
        shoot(f"compare-{theme.rpartition(' ')[2].lower()}")
