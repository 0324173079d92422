"""What happens to a spec before it enters the ledger: all that can be refused is refused here."""

from __future__ import annotations

import functools
from collections.abc import Callable

from ogai_lab.core.errors import OgaiError
from ogai_lab.scheduler import admission
from ogai_lab.scheduler.snapshot import Snapshots
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.types import Luggage, Snapshot


def prepare(
    spec: JobSpec, fits: Callable[[JobSpec], None], snapshots: Snapshots
) -> tuple[JobSpec, Snapshot | None]:
    """Check a spec, keep its working folder, and return it complete.

    Parameters
    ----------
    fits
        Raises `InvalidInput` for a job for which there will never be room.

    Raises
    ------
    InvalidInput, TooLarge, StorageFull
        When it could never run, or its folder cannot be kept.
    """
    admission.check_text(spec)
    fits(spec)
    spec = admission.complete(admission.relative(spec))
    if spec.workdir is None:
        admission.check_program(spec, admission.read_here, admission.why_missing_here)
        return spec, None
    snapshot, _ = snapshots.take(
        spec.workdir,
        spec.include,
        lambda files: admission.check_program(spec, files.read, files.why_missing),
    )
    return spec, snapshot


def rehearse(
    spec: JobSpec, fits: Callable[[JobSpec], None], snapshots: Snapshots
) -> tuple[Luggage | None, list[OgaiError]]:
    """Say what would travel, and everything that `prepare` would refuse, one after the other."""
    problems: list[OgaiError] = []
    luggage = None
    checks: tuple[Callable[[], None], ...] = (
        functools.partial(admission.check_text, spec),
        functools.partial(fits, spec),
    )
    for check in checks:
        try:
            check()
        except OgaiError as exc:
            problems.append(exc)
    try:
        spec = admission.complete(admission.relative(spec))
        if spec.workdir is None:
            admission.check_program(spec, admission.read_here, admission.why_missing_here)
        else:
            luggage, files = snapshots.look(spec.workdir, spec.include)
            admission.check_program(spec, files.read, files.why_missing)
    except OgaiError as exc:
        problems.append(exc)
    return luggage, problems
