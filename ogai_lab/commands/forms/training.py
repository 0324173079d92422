"""How a plan is shown."""

from __future__ import annotations

from ogai_lab.commands.figures import size
from ogai_lab.commands.views import Facts, Note, View
from ogai_lab.locale import _
from ogai_lab.training.types import Plan


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
