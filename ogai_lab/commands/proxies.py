"""A proxy experiment: the same tiny model trained on two corpora, and which of them is better."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ogai_lab.commands import comparing
from ogai_lab.commands.comparing import Follow, job_error
from ogai_lab.core.errors import Conflict
from ogai_lab.core.operations import Caller
from ogai_lab.locale import _
from ogai_lab.scheduler.types import Job

if TYPE_CHECKING:
    from ogai_lab.data.types import Manifest
    from ogai_lab.models.types import Comparison, Version
    from ogai_lab.workbench import Workbench

_LONGEST_NAME = 60
_LEAK = ("heldout", "kept")


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """What both models have in common.

    `tokens` is how many each is trained on, `vocab_size` of the tokenizer that is trained on the
    first corpus where neither was packed, `length` the tokens of a sequence, `hidden` and `layers`
    the width and the depth of a small Llama.
    """

    tokens: int = 500_000
    vocab_size: int = 4096
    length: int = 256
    hidden: int = 128
    layers: int = 2
    seed: int = 0
    processes: int | None = None


def proxy(
    workbench: Workbench, first: str, second: str, experiment: Experiment, follow: Follow
) -> Comparison:
    """Train the same model on two corpora, and compare the two on what the first holds out.

    Parameters
    ----------
    workbench
        Whom to ask.
    first, second
        Digests of manifests; the answer says whether the second makes the better model.
    experiment
        What both have in common.
    follow
        Waits for jobs, showing them if it can.

    Raises
    ------
    Conflict
        When the first holds nothing out, the second trains on what is held out, or a job failed.
    """
    _check_heldout(workbench, first, second)
    one = _packed(workbench, first, None, experiment, follow)
    two = _packed(workbench, second, one.tokenizer, experiment, follow)
    jobs = [_training(workbench, made, experiment) for made in (one, two)]
    _wait(workbench, jobs, follow)
    name = f"proxy/{_name(one.name)}"
    versions = [
        _registered(workbench, name, job, made) for job, made in zip(jobs, (one, two), strict=True)
    ]
    before, after = (version.revision for version in versions)
    if before == after:
        raise Conflict(
            _("Both corpora made the very same model, {name} {revision}.").format(
                name=name, revision=before
            ),
            action=_("Compare two runs that keep different documents."),
        )
    return comparing.compare(workbench, name, before, after, first, follow)


def _check_heldout(workbench: Workbench, first: str, second: str) -> None:
    made = workbench.data.manifest(first)
    if not made.heldout_kept.documents:
        raise Conflict(
            _("The run {name} holds no documents out to compare on.").format(name=made.name),
            action=_("Set split.heldout in both pipelines, for example to 0.05, and run again."),
        )
    moves = workbench.data.compare(first, second, samples=0).moves
    leaked = sum(move.documents for move in moves if (move.before, move.after) == _LEAK)
    if leaked:
        raise Conflict(
            _("{count} documents that {name} holds out are trained on by the other run.").format(
                count=leaked, name=made.name
            ),
            cause=_("A model that has seen them would look better than it is."),
            action=_("Give both pipelines the same split, and run again."),
        )


def _packed(
    workbench: Workbench,
    digest: str,
    tokenizer: str | None,
    experiment: Experiment,
    follow: Follow,
) -> Manifest:
    """Return the manifest with sequences, packed by this tokenizer if that is given."""
    from ogai_lab.data.types import Packing, TokenizerSpec

    made = workbench.data.manifest(digest)
    wanted = tokenizer or made.tokenizer
    if made.sequences and made.tokenizer == wanted and made.sequence_length == experiment.length:
        return made
    spec = TokenizerSpec(vocab_size=experiment.vocab_size, digest=wanted or None)
    packing = Packing(sequence_length=experiment.length, seed=experiment.seed)
    job = workbench.data.pack(digest, Caller.local(), spec, packing)
    _wait(workbench, [job], follow)
    return workbench.data.manifest(workbench.scheduler.job(job.id).outputs["manifest"])


def _training(workbench: Workbench, made: Manifest, experiment: Experiment) -> Job:
    from ogai_lab.training.types import Recipe, small_llama

    model = small_llama(
        made.vocab_size,
        hidden=experiment.hidden,
        layers=experiment.layers,
        sequence_length=experiment.length,
    )
    recipe = Recipe(model=model, data=made.digest, tokens=experiment.tokens, seed=experiment.seed)
    return workbench.training.train(
        recipe, Caller.local(), processes=experiment.processes, name=f"proxy {made.name}"[:100]
    )


def _registered(workbench: Workbench, name: str, job: Job, made: Manifest) -> Version:
    tags = {"corpus": made.name, "policy": made.policy}
    return workbench.models.register(name, Caller.local(), job=job.id, tags=tags)


def _wait(workbench: Workbench, jobs: list[Job], follow: Follow) -> None:
    follow(jobs)
    for job in jobs:
        error = job_error(workbench.scheduler.job(job.id))
        if error is not None:
            raise error


def _name(corpus: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", corpus).strip("-.")[:_LONGEST_NAME]
    return plain.rstrip("-.") or "corpus"
