"""How a plan, and what a training cost, are shown."""

from __future__ import annotations

from collections.abc import Mapping

from ogai_lab.commands.figures import NOTHING, duration, number, size
from ogai_lab.commands.views import Block, Facts, Meter, Meters, Note, Tone, View
from ogai_lab.locale import _
from ogai_lab.training.types import Goodput, Plan


def plan_view(plan: Plan) -> View:
    """Return how a recipe is spread over ranks."""
    ranks = f"{plan.nodes} \u00d7 {plan.processes}"
    facts = (
        (_("ranks"), f"{ranks}, {plan.device}, {plan.backend}"),
        (_("strategy"), f"{plan.strategy}, {plan.precision}"),
        (
            _("batch"),
            _("{total} sequences = {ranks} ranks \u00d7 {micro} \u00d7 {times}").format(
                total=plan.global_batch,
                ranks=plan.world_size,
                micro=plan.micro_batch,
                times=plan.accumulation,
            ),
        ),
        (_("steps"), f"{plan.steps:,}"),
        (_("parameters"), f"{plan.parameters:,}"),
        (_("memory a rank"), size(plan.memory)),
    )
    return View(_("Plan"), (Facts(facts), *(Note(note) for note in plan.notes)))


def cost_view(goodput: Goodput, metrics: Mapping[str, float | None]) -> View:
    """Return where the time of a training went and how much of its devices it used.

    Parameters
    ----------
    goodput
        Where the time went.
    metrics
        The newest values that the training reported.
    """
    wall = goodput.wall or 1.0
    meters = tuple(
        Meter(name, seconds / wall, f"{duration(seconds)}  \u00b7  {seconds / wall:.1%}", tone)
        for name, seconds, tone in _parts(goodput)
        if seconds > 0
    )
    facts = [
        (_("wall-clock time"), duration(goodput.wall)),
        (_("productive"), NOTHING if goodput.ratio is None else f"{goodput.ratio:.1%}"),
        (_("steps"), f"{goodput.steps:,}"),
        (_("attempts"), str(goodput.attempts)),
    ]
    return View(_("What it cost"), (Facts(tuple(facts)), Meters(meters), *_use(metrics)))


def _parts(goodput: Goodput) -> tuple[tuple[str, float, Tone], ...]:
    return (
        (_("training steps"), goodput.productive, "good"),
        (_("starting"), goodput.start, "busy"),
        (_("compiling"), goodput.compile, "busy"),
        (_("waiting for data"), goodput.data, "busy"),
        (_("checkpoints"), goodput.checkpoint, "busy"),
        (_("export"), goodput.export, "busy"),
        (_("noticing failures"), goodput.detect, "warn"),
        (_("restarting"), goodput.restart, "warn"),
        (_("steps done again"), goodput.recomputed, "warn"),
        (_("not explained"), goodput.other, "muted"),
    )


def _use(metrics: Mapping[str, float | None]) -> tuple[Block, ...]:
    speed = metrics.get("tokens_per_second")
    facts = [(_("tokens a second"), f"{speed:,.0f}")] if speed else []
    mfu, causal, hfu = (metrics.get(name) for name in ("mfu", "causal_mfu", "hfu"))
    peak = metrics.get("peak_tflops")
    if mfu is None or causal is None or hfu is None or peak is None:
        why = _("The devices' peak is not known, so no share of it is given.")
        return (*([Facts(tuple(facts))] if facts else []), Note(why))
    facts += [
        ("MFU", f"{mfu:.1%}"),
        (_("causal MFU"), f"{causal:.1%}"),
        ("HFU", f"{hfu:.1%}"),
        (_("of a peak of"), f"{number(peak)} TFLOP/s"),
    ]
    return (Facts(tuple(facts)),)
