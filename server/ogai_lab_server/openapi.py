"""Prints the OpenAPI document: ``python -m ogai_lab_server.openapi > openapi.json``."""

from __future__ import annotations

import json
import sys

from ogai_lab.core.openapi import document
from ogai_lab_server.about import mounted_types


def main() -> None:
    """Write the document of everything that the server mounts to standard output."""
    text = json.dumps(document(mounted_types()), indent=2, ensure_ascii=False)
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
