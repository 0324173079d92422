"""Run every benchmark, one after the other: ``python -m benchmarks [name …]``."""

import subprocess
import sys
import time
from pathlib import Path

here = Path(__file__).parent
wanted = sys.argv[1:]
failed = []
for file in sorted(here.glob("[a-z]*.py")):
    if file.stem == "chromium" or (wanted and file.stem not in wanted):  # what others share
        continue
    print(f"\n== {file.stem}", flush=True)
    start = time.monotonic()
    command = [sys.executable, "-m", f"benchmarks.{file.stem}"]
    if subprocess.run(command, cwd=here.parent, check=False).returncode:
        failed.append(file.stem)
    print(f"   ({time.monotonic() - start:.0f} s)", flush=True)
if failed:
    sys.exit(f"failed: {', '.join(failed)}")
