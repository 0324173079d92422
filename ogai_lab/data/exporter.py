"""The program of an export: ``python -m ogai_lab.data.exporter MANIFEST FORM FOLDER``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ogai_lab.core import records
from ogai_lab.core.blobs import check_digest
from ogai_lab.core.errors import OgaiError
from ogai_lab.data.exports import FORMS, export
from ogai_lab.data.runner import store


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a corpus in another form; return the exit code."""
    parser = argparse.ArgumentParser(prog="ogai_lab.data.exporter")
    parser.add_argument("manifest")
    parser.add_argument("form", choices=FORMS)
    parser.add_argument("folder")
    options = parser.parse_args(arguments)
    try:
        from ogai_lab.data.manifest import load

        blobs = store()
        names = export(
            blobs, load(blobs, check_digest(options.manifest)), options.form, options.folder
        )
    except OgaiError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    records.output("folder", options.folder)
    records.output("files", " ".join(names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
