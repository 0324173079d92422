"""Pictures of screens, compared with the ones that were kept.

They depend on Chromium and on the fonts, so they are compared only where both are those of
``snapshots/taken-with.json``. ``OGAI_UPDATE_SNAPSHOTS=1`` takes them anew.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Locator, Page

from .lab import ROOT

KEPT = Path(__file__).parent / "snapshots"
FAILED = ROOT / "build" / "snapshots"
MOVING = ("time", "[data-moving]", ".jp-ogai-Sparkline", ".jp-ogai-Spinner", ".cm-cursorLayer")
"""What differs from one run to the next."""
_TAKEN_WITH = KEPT / "taken-with.json"
_FONTS = ("sans-serif", "monospace", "sans-serif:lang=zh-cn")
_SAME = 48  # levels of 255: less is how an edge was smoothed
_MOST = 0.002  # of the pixels
_SECONDS = 30
_COLOURS = 128
_HIDE = "{ visibility: hidden !important; } *, *::before { caret-color: transparent !important; }"


def compare(browser: Browser, what: Page | Locator, name: str, moving: Sequence[str] = ()) -> None:
    """Compare `what` with the kept picture `name`, again and again until it has settled.

    Parameters
    ----------
    moving
        Selectors of what is hidden, besides `MOVING`.
    """
    here = _here(browser)
    update = os.environ.get("OGAI_UPDATE_SNAPSHOTS") == "1"
    if not update and here != (taken := json.loads(_TAKEN_WITH.read_text())):
        pytest.skip(f"the kept pictures were taken with {taken}, this is {here}")
    style = ", ".join((*MOVING, *moving)) + _HIDE
    kept = KEPT / f"{name}.png"
    if update:
        _settled(what, style).quantize(_COLOURS, dither=Image.Dither.NONE).save(kept, optimize=True)
        _TAKEN_WITH.write_text(json.dumps(here, indent=2) + "\n")
        return
    if not kept.exists():
        pytest.fail(f"There is no picture {kept}. Take it: OGAI_UPDATE_SNAPSHOTS=1 pytest …")
    wanted = Image.open(kept).convert("RGB")
    deadline = time.monotonic() + _SECONDS
    while (share := _difference(seen := _take(what, style), wanted)) > _MOST:
        if time.monotonic() > deadline:
            _report(name, seen, wanted)
            pytest.fail(f"{name}: {share:.2%} of the picture is new; see {FAILED}/{name}.*.png")
        time.sleep(0.3)


def _take(what: Page | Locator, style: str) -> Image.Image:
    data = what.screenshot(animations="disabled", caret="hide", scale="css", style=style)
    return Image.open(io.BytesIO(data)).convert("RGB")


def _settled(what: Page | Locator, style: str) -> Image.Image:
    """Return the picture once two in a row are the same."""
    deadline = time.monotonic() + _SECONDS
    last = _take(what, style)
    while True:
        time.sleep(0.5)
        seen = _take(what, style)
        if _difference(seen, last) == 0:
            return seen
        if time.monotonic() > deadline:
            pytest.fail("The screen does not settle; hide what moves in it.")
        last = seen


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Return the share of the pixels that differ more than smoothing explains."""
    if one.size != other.size:
        return 1.0
    changed = _changed(one, other).histogram()[255]
    return changed / (one.width * one.height)


def _changed(one: Image.Image, other: Image.Image) -> Image.Image:
    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([255 if level > _SAME else 0 for level in range(256)])


def _report(name: str, seen: Image.Image, wanted: Image.Image) -> None:
    FAILED.mkdir(parents=True, exist_ok=True)
    seen.save(FAILED / f"{name}.seen.png")
    wanted.save(FAILED / f"{name}.kept.png")
    if seen.size == wanted.size:
        _changed(seen, wanted).save(FAILED / f"{name}.changed.png")


def _here(browser: Browser) -> dict[str, str]:
    """Return what a picture depends on."""
    fonts = {}
    for font in _FONTS:
        command = ["fc-match", "-f", "%{fullname}", font]
        fonts[font] = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {"chromium": browser.version.partition(".")[0], **fonts}
