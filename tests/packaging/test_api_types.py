"""The committed TypeScript types say what the server's operations say."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LABEXTENSION = Path(__file__).parents[2] / "labextension"
GENERATOR = LABEXTENSION / "node_modules" / ".bin" / "openapi-typescript"


def test_types_are_not_stale() -> None:
    if not GENERATOR.exists() or shutil.which("node") is None:
        pytest.skip("the front end's tools are not installed; run: make install")
    document = subprocess.run(
        [sys.executable, "-m", "ogai_lab_server.openapi"], capture_output=True, check=True
    )
    types = subprocess.run([GENERATOR], input=document.stdout, capture_output=True, check=True)
    committed = (LABEXTENSION / "src" / "api" / "schema.ts").read_bytes()
    assert types.stdout == committed, "run `jlpm api` in labextension/ and commit src/api/schema.ts"
