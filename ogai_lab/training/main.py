"""What every rank of a training job runs: ``python -m ogai_lab.training.main <digest>``.

The digest names an `Order`: a recipe and its plan. The rest comes from the environment: torchrun's
variables, OGAI_OUTPUT, OGAI_BLOBS_URL. So it runs under our agent, under torchrun, or by hand.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydantic import ValidationError

from ogai_lab.core.blobs import BlobStore, check_digest
from ogai_lab.core.errors import InvalidInput, OgaiError, require
from ogai_lab.core.home import Home
from ogai_lab.core.operations import invalid
from ogai_lab.training.types import Order

FAILED = 1
STOPPED = 143
"""As a process that SIGTERM ended: it was asked to stop, and saved a checkpoint before."""


def read_order(store: BlobStore, digest: str) -> Order:
    """Return the order that a digest names.

    Raises
    ------
    NotFound, Corrupt, InvalidInput
        When there is none, or it is not one that this release understands.
    """
    try:
        return Order.model_validate_json(store.get(check_digest(digest)))
    except ValidationError as exc:
        raise invalid(exc, "order") from exc


def main(arguments: list[str]) -> int:
    """Train, and return the exit code: 0 done, 143 stopped on request, 1 an error (one line)."""
    try:
        return _train(arguments)
    except OgaiError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)  # noqa: T201
        return FAILED


def _train(arguments: list[str]) -> int:
    if len(arguments) != 1:
        raise InvalidInput("Give one argument: the digest of the order (a recipe and its plan).")
    store = BlobStore(os.environ.get("OGAI_BLOBS_URL") or Home.open().blobs_url)
    order = read_order(store, arguments[0])
    output = Path(os.environ.get("OGAI_OUTPUT", "output")).absolute()
    for module in ("numpy", "torch", "transformers", "tokenizers"):
        require(module, "training")
    from ogai_lab.training.loop import Training
    from ogai_lab.training.mesh import joined

    with joined(order.plan) as mesh:
        return 0 if Training(order, store, output, mesh).run() else STOPPED


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # taking the interpreter down with torch in it costs a second, for nothing
