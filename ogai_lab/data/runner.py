"""The program of a data run: ``python -m ogai_lab.data.runner DIGEST [--workers N] [--out URL]``.

DIGEST names the stored pipeline; the store is ``OGAI_BLOBS_URL``. ``--known MANIFEST`` uses the
tables of an earlier run, ``--executor`` another one than a process pool: with ``dask`` the ranks of
the job are one, and all but the first give workers. The manifest's digest is
the job's output ``manifest``. Ends with 1 and one line about what to do when it cannot be made.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ogai_lab.cluster.telemetry.limits import usable_cpus
from ogai_lab.core import records
from ogai_lab.core.blobs import BlobStore, Digest, check_digest
from ogai_lab.core.errors import InvalidInput, OgaiError
from ogai_lab.core.operations import invalid
from ogai_lab.data.extra import check_installed
from ogai_lab.data.types import PHASES, Pipeline

if TYPE_CHECKING:
    from ogai_lab.data.course import Run

_TELL_SECONDS = 0.2
_COSTS_SECONDS = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the stored pipeline that the command line names; return the exit code."""
    parser = argparse.ArgumentParser(prog="ogai_lab.data.runner")
    parser.add_argument("digest")
    parser.add_argument("--workers", type=int, default=max(1, math.floor(usable_cpus())))
    parser.add_argument("--out")
    parser.add_argument("--known")
    parser.add_argument("--executor", default="processes")
    options = parser.parse_args(arguments)
    try:
        _run(options)
    except OgaiError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    check_installed()
    from ogai_lab.data import gang, manifest
    from ogai_lab.data.course import Progress, Run
    from ogai_lab.data.executors import executor

    if options.executor == gang.DASK and gang.is_worker():
        gang.work(max(1, options.workers))
        return
    blobs = store()
    pipeline = _pipeline(blobs, check_digest(options.digest))
    known = manifest.load(blobs, check_digest(options.known)) if options.known else None
    workers = max(1, options.workers)
    last = costs_told = time.monotonic()

    def report(progress: Progress) -> None:
        nonlocal last, costs_told
        if 0 < progress.done < progress.total and time.monotonic() - last < _TELL_SECONDS:
            return
        last = time.monotonic()
        told: dict[str, float] = {
            "documents": progress.documents,
            "bytes": progress.bytes,
            "steps": progress.total,
            "phase": PHASES.index(progress.phase),
        }
        if last - costs_told > _COSTS_SECONDS:
            costs_told = last
            told |= _costs(run)
        records.log(told, step=progress.done)

    with executor(options.executor, workers) as pool:
        run = Run(pipeline, blobs, pool, report, out=options.out, known=known)
        digest = run()
    seconds = {f"seconds_{name}": seconds for name, seconds in run.seconds.items()}
    records.log({**seconds, **_costs(run), "workers": workers})
    records.output("manifest", digest)
    if options.out:
        records.output("folder", options.out)


def _costs(run: Run) -> dict[str, float]:
    """Return what the stages have cost, as numbers that a job can tell."""
    return {
        f"stage_{part}/{name}": value
        for name, spent in run.stages.items()
        for part, value in spent._asdict().items()
    }


def store() -> BlobStore:
    """Return the store that the environment names.

    Raises
    ------
    InvalidInput
        When it names none.
    """
    url = os.environ.get("OGAI_BLOBS_URL")
    if not url:
        raise InvalidInput(
            "OGAI_BLOBS_URL is not set.",
            action="Set it to the blob store that has the pipeline; in a job it is set.",
        )
    return BlobStore(url)


def _pipeline(blobs: BlobStore, digest: Digest) -> Pipeline:
    from pydantic import ValidationError

    try:
        return Pipeline.model_validate_json(blobs.get(digest))
    except ValidationError as exc:
        raise invalid(exc, "pipeline") from exc


if __name__ == "__main__":
    sys.exit(main())
