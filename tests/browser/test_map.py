"""The cluster map and a node's page: pointer, keyboard, the table, every face, every theme."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from .accessibility import THEMES, use_theme
from .lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _open(page: Page, kind: str, **args: str) -> None:
    page.evaluate(
        "args => { window.jupyterapp.commands.execute('ogai:open', args); }",
        {"kind": kind, **args},
    )


def _map(page: Page) -> Locator:
    _open(page, "map")
    canvas = page.get_by_role("application", name=re.compile("Map of the cluster"))
    expect(canvas).to_be_visible()
    return canvas


def _column(page: Page, name: str) -> list[str]:
    cells = page.locator(f".jp-ogai-NodeTable tbody [data-column={name}]")
    texts: list[str] = cells.all_inner_texts()
    return texts


def test_the_map_is_reached_by_keys_alone(big_lab: Lab, page: Page) -> None:
    big_lab.open(page)
    canvas = _map(page)
    expect(canvas).to_have_attribute("aria-label", re.compile("1000 nodes.* 8000 GPUs"))
    canvas.focus()
    told = page.locator(".jp-ogai-Map-stage [role=status]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(told).to_contain_text("r01n02, GPU 2, Used")
    page.keyboard.press("End")
    expect(told).to_contain_text("r01n02, GPU 7")
    page.keyboard.press("PageDown")
    expect(told).to_contain_text("r02n01, GPU 0")
    page.keyboard.press("Control+End")
    expect(told).to_contain_text("r63n08, GPU 7, Free")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="r63n08")).to_be_visible()
    expect(page.get_by_text("No job holds a part of this node.")).to_be_visible()


def test_the_pointer_is_told_what_it_is_over_and_finds_the_node(big_lab: Lab, page: Page) -> None:
    big_lab.open(page)
    canvas = _map(page)
    box = canvas.bounding_box()
    assert box is not None
    # In the middle of the map some rack is near, whatever the size of the window.
    for step in range(40):
        page.mouse.move(box["x"] + box["width"] / 2 + 2 * step, box["y"] + box["height"] * 0.3)
        if page.locator(".jp-ogai-Tooltip").count():
            break
    tip = page.locator(".jp-ogai-Tooltip")
    expect(tip).to_contain_text(re.compile(r"r\d\dn\d\d, GPU \d"))
    place = (tip.locator("b").text_content() or "").partition(",")[0]
    page.mouse.down()
    page.mouse.up()
    expect(page.locator(".jp-ogai-Map-chosen")).to_contain_text(place)
    page.get_by_role("button", name="Open Node").click()
    expect(page.get_by_role("heading", name=place)).to_be_visible()


def test_the_legend_counts_what_the_server_has(big_lab: Lab, page: Page) -> None:
    with big_lab.api() as api:
        nodes = api.get("/scheduler/nodes").json()
    faults = sum(
        bool(gpu["problem"]) or node["state"] == "unreachable"
        for node in nodes
        for gpu in node["gpus"]
    )
    big_lab.open(page)
    _map(page)
    legend = page.get_by_role("group", name="Legend")
    expect(legend).to_contain_text(f"Fault {faults}")
    page.get_by_role("combobox", name="Colour").select_option("owner")
    owner = legend.get_by_role("button", name=re.compile("ann"))
    held = sum(gpu["owner"] == "ann" for node in nodes for gpu in node["gpus"])
    expect(owner).to_contain_text(f"{held:,}")
    owner.click()
    expect(page.get_by_role("searchbox", name="Filter nodes")).to_have_value("ann")
    expect(page.get_by_role("search")).to_contain_text(re.compile(r"^\d+ of 1000$"))


def test_the_table_is_the_same_sorted_and_filtered(big_lab: Lab, page: Page) -> None:
    big_lab.open(page)
    _map(page)
    page.get_by_role("button", name="Table", exact=True).click()
    table = page.get_by_role("table", name="Nodes")
    expect(table).to_have_attribute("aria-rowcount", "1001")
    assert _column(page, "name")[0] == "r01n01"
    assert len(_column(page, "name")) < 60
    head = page.get_by_role("columnheader", name="Free GPUs")
    expect(head).to_have_attribute("aria-sort", "none")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert _column(page, "idle")[0] == "8 / 8"
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert _column(page, "idle")[0] == "0 / 8"
    page.get_by_role("searchbox", name="Filter nodes").fill("unreachable rack")
    expect(table).to_have_attribute("aria-rowcount", "11")
    assert set(_column(page, "state")) == {"Unreachable"}
    page.locator(".jp-ogai-NodeTable [data-node]").first.focus()
    page.keyboard.press("End")
    expect(page.locator("[data-node]:focus")).to_have_attribute("data-node", "r58n03")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="r58n03")).to_be_visible()
    expect(page.get_by_text("power-cycle it")).to_be_visible()
    _open(page, "map")
    page.get_by_role("searchbox", name="Filter nodes").fill("nothing is called this")
    expect(page.get_by_text("No node matches “nothing is called this”")).to_be_visible()
    page.get_by_role("button", name="Show All Nodes").click()
    expect(table).to_have_attribute("aria-rowcount", "1001")


@pytest.mark.parametrize("theme", THEMES)
def test_every_screen_in_every_theme(
    big_lab: Lab,
    page: Page,
    theme: str,
    shoot: Callable[[str], None],
    axe: Callable[[Page, str], None],
) -> None:
    big_lab.open(page)
    use_theme(page, theme)
    look = theme.rpartition(" ")[2].lower()
    _map(page)
    for by in ("use", "health", "owner", "temperature"):
        page.get_by_role("combobox", name="Colour").select_option(by)
        shoot(f"map-{by}-{look}")
    axe(page, ".jp-ogai-MapTab")
    page.get_by_role("button", name="Table", exact=True).click()
    expect(page.get_by_role("table", name="Nodes")).to_be_visible()
    shoot(f"map-table-{look}")
    axe(page, ".jp-ogai-MapTab")
    _open(page, "node", id="r01n01")
    expect(page.get_by_role("figure").first).to_be_visible()
    shoot(f"node-{look}")
    axe(page, ".jp-ogai-NodeTab")


def test_a_node_tells_of_its_job_and_leads_to_it(big_lab: Lab, page: Page) -> None:
    with big_lab.api() as api:
        node = next(one for one in api.get("/scheduler/nodes").json() if one["jobs"])
        job = api.get(f"/scheduler/jobs/{node['jobs'][0]}").json()
    big_lab.open(page)
    _open(page, "node", id=node["name"])
    here = page.get_by_role("region", name="Jobs here")
    expect(here).to_contain_text(job["name"])
    expect(here).to_contain_text("8 GPUs")
    expect(page.get_by_role("region", name="Processes on GPUs").first).to_contain_text("python")
    page.get_by_role("button", name="Show all", exact=True).last.click()
    expect(page.get_by_role("region", name="Health")).to_contain_text("disk space (home)")
    here.get_by_role("button", name=job["name"]).click()
    expect(page.locator(".jp-ogai-JobTab")).to_contain_text(job["name"])


def test_one_machine_its_job_and_its_curves(
    lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    with lab.api() as api:
        name = api.get("/scheduler/nodes").json()[0]["name"]
    lab.open(page)
    _map(page).focus()
    page.keyboard.press("ArrowRight")
    told = page.locator(".jp-ogai-Map-stage [role=status]")
    expect(told).to_contain_text(f"{name}, cores")
    shoot("map-one-node")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    job = lab.submit("holds-the-node", "sleep 60")
    lab.wait(job, "running")
    expect(page.get_by_role("region", name="Jobs here")).to_contain_text("holds-the-node")
    page.get_by_role("button", name="Check Again").click()
    expect(page.get_by_role("region", name="Health")).to_contain_text("just now")
    expect(page.get_by_role("figure").first).to_be_visible()
    shoot("node-one")
    with lab.api() as api:
        api.post(f"/scheduler/jobs/{job}/cancel", json={})


def test_what_was_chosen_comes_back_after_a_reload(
    lab: Lab, page: Page, axe: Callable[[Page, str], None]
) -> None:
    lab.open(page)
    _map(page)
    page.get_by_role("button", name="Table", exact=True).click()
    expect(page.get_by_role("table", name="Nodes")).to_be_visible()
    lab.wait_until_saved("ogai:map")
    lab.wait_until_saved('"view": "table"', key="ogai:map")
    page.reload()
    expect(page.get_by_role("table", name="Nodes")).to_be_visible(timeout=60_000)
    _open(page, "node", id="elsewhere")
    expect(page.locator(".jp-ogai-NodeTab")).to_contain_text("There is no node 'elsewhere'")
    axe(page, ".jp-ogai-NodeTab")


def test_no_nodes(lab: Lab, page: Page) -> None:
    page.route("**/ogai/scheduler/nodes*", lambda route: route.fulfill(json=[]))
    lab.open(page)
    _open(page, "map")
    expect(page.get_by_text("No nodes yet")).to_be_visible()
    page.unroute("**/ogai/scheduler/nodes*")
    page.get_by_role("button", name="Look Again").click()
    expect(page.get_by_role("application")).to_be_visible()


def test_the_last_picture_stays_while_the_server_is_away(
    own_lab: Lab, page: Page, shoot: Callable[[str], None]
) -> None:
    own_lab.open(page)
    _map(page)
    own_lab.stop()
    stale = page.locator(".jp-ogai-MapTab .jp-ogai-StaleBar")
    expect(stale).to_contain_text("Not connected. As of")
    expect(page.get_by_role("application")).to_be_visible()
    shoot("map-stale")
    own_lab.start()
    expect(stale).to_have_count(0, timeout=60_000)
