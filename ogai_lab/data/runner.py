"""The program of a data run: ``python -m ogai_lab.data.runner DIGEST [--workers N]``.

DIGEST names the stored pipeline; the store is ``OGAI_BLOBS_URL``. The manifest's digest is the
job's output ``manifest``. Ends with 1 and one line about what to do when the run cannot be made.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Sequence

from ogai_lab.cluster.telemetry.limits import usable_cpus
from ogai_lab.core import records
from ogai_lab.core.blobs import BlobStore, Digest, check_digest
from ogai_lab.core.errors import InvalidInput, OgaiError
from ogai_lab.core.operations import invalid
from ogai_lab.data.extra import check_installed
from ogai_lab.data.types import PHASES, Pipeline


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the stored pipeline that the command line names; return the exit code."""
    parser = argparse.ArgumentParser(prog="ogai_lab.data.runner")
    parser.add_argument("digest")
    parser.add_argument("--workers", type=int, default=max(1, math.floor(usable_cpus())))
    options = parser.parse_args(arguments)
    try:
        _run(options.digest, max(1, options.workers))
    except OgaiError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


def _run(digest: str, workers: int) -> None:
    check_installed()
    from ogai_lab.data.course import Progress, Run
    from ogai_lab.data.pool import process_pool

    blobs = _store()
    pipeline = _pipeline(blobs, check_digest(digest))

    def report(progress: Progress) -> None:
        told = {
            "documents": progress.documents,
            "bytes": progress.bytes,
            "steps": progress.total,
            "phase": PHASES.index(progress.phase),
        }
        records.log(told, step=progress.done)

    with process_pool(workers) as pool:
        run = Run(pipeline, blobs, pool, report)
        manifest = run()
    records.log({f"seconds_{name}": seconds for name, seconds in run.seconds.items()})
    records.output("manifest", manifest)


def _store() -> BlobStore:
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
