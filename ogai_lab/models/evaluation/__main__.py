"""``python -m ogai_lab.models.evaluation <digest of an EvaluationSpec>``: what the job runs."""

import os
import sys

from ogai_lab.core.blobs import BlobStore, check_digest
from ogai_lab.core.errors import OgaiError
from ogai_lab.core.home import Home
from ogai_lab.core.records import output
from ogai_lab.models.evaluation.run import run


def main() -> int:
    """Run the evaluation that the first argument names; report the digest of its table."""
    try:
        store = BlobStore(os.environ.get("OGAI_BLOBS_URL") or Home.open().blobs_url)
        output("evaluation", run(check_digest(sys.argv[1]), store))
    except IndexError:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    except OgaiError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
