"""What submitting a spec would do, without doing it."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from ogai_lab.core.errors import OgaiError
from ogai_lab.scheduler import admission, scene, submission, waiting
from ogai_lab.scheduler.launch import equivalents
from ogai_lab.scheduler.launch.ground import Ground
from ogai_lab.scheduler.launch.types import Part, Preview, SpecProblem
from ogai_lab.scheduler.spec import FunctionRun, JobSpec


def preview(given: dict[str, Any], owner: str, ground: Ground) -> Preview:
    """Say what would become of a spec that `owner` submits, and all that is wrong with it."""
    try:
        spec = JobSpec.model_validate(given)
    except ValidationError as exc:
        return Preview(spec=None, problems=[_malformed(error) for error in exc.errors()])
    luggage, found = submission.rehearse(spec, ground.fits, ground.snapshots)
    made = Preview(spec=spec, problems=[_refused(one) for one in found], luggage=luggage)
    if isinstance(spec.run, FunctionRun):
        made.code_missing = "A pickled function is submitted from Python: ogai.run(function, …)."
    elif not found:
        made.code = equivalents.of(admission.relative(spec))
    if not found and not spec.cluster:
        with ground.database.read() as connection:
            around = scene.imagine(
                connection, ground.ledger, spec, owner, ground.nodes, ground.queues, ground.led
            )
        made.explanation = waiting.explain_waiting(around)
        made.placement = [
            Part(node=one.node, gpus=list(one.gpus)) for one in waiting.placements(around)
        ]
    return made


def _malformed(error: Any) -> SpecProblem:
    place = [str(part) for part in error["loc"]]
    if place[:1] == ["run"]:
        del place[1:2]  # the kind that pydantic tried: run.script.path is run.path to us
    message = str(error["msg"]).removeprefix("Value error, ")
    return SpecProblem(field=".".join(place) or None, message=message)


def _refused(error: OgaiError) -> SpecProblem:
    return SpecProblem(
        field=error.field, message=error.message, cause=error.cause, action=error.action
    )
