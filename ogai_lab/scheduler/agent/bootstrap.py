"""What a container runs first: gets the job's code, unpacks it, and becomes the agent.

    python bootstrap.py PARCEL FOLDER

It stands beside the order in the folder PARCEL, as a plain file: standard library, Python >= 3.9,
nothing else of us. FOLDER is where the job then lives.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import sys
import tarfile
import time
import urllib.error
import urllib.request
from typing import Any, BinaryIO, Dict, cast

START_FAILED = 68
TRIES = 6
LAST_WORD = os.environ.get("OGAI_LAST_WORD", "/dev/termination-log")


def main(parcel: str, folder: str) -> None:
    """Unpack the job of a parcel in a folder and run its agent there, in this process."""
    with open(os.path.join(parcel, "order.json"), encoding="utf-8") as file:
        order: Dict[str, Any] = json.load(file)
    try:
        make_ready(order, parcel, folder)
    except (OSError, tarfile.TarError, EOFError) as exc:
        fail(f"The code of the job cannot be had: {exc}.")
    agent = os.path.join(folder, "agent.pyz")
    os.execv(sys.executable, [sys.executable, "-I", "-S", agent, "pod", folder])  # noqa: S606


def make_ready(order: Dict[str, Any], parcel: str, folder: str) -> None:
    """Make the job's folder: its code, the agent, a place for outputs, and the order."""
    for name in ("agents", "work"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    with opened(order["code"], parcel) as code, tarfile.open(fileobj=code, mode="r|gz") as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extractall(folder, filter="data")
        else:
            archive.extractall(folder)  # noqa: S202 - we packed it ourselves
    output = os.path.join(folder, "output")
    if order["output"] and not os.path.lexists(output):
        os.makedirs(order["output"], exist_ok=True)
        os.symlink(order["output"], output)
    os.makedirs(output, exist_ok=True)
    order["python"] = sys.executable
    order["agent"] = os.path.join(folder, "agent.pyz")
    order["placements"] = [{}] * int(order["nodes"])
    with open(os.path.join(folder, "order.json"), "w", encoding="utf-8") as file:
        json.dump(order, file)


def opened(code: Dict[str, str], parcel: str) -> BinaryIO:
    """Open the archive of the code: a file of the parcel or of a volume, or behind a link."""
    if "path" in code:
        return open(os.path.join(parcel, code["path"]), "rb")
    with open(os.path.join(parcel, code["link"]), encoding="ascii") as file:
        url = file.read().strip()
    return fetched(url)


def fetched(url: str) -> BinaryIO:
    """Return what a link leads to, which may take a few tries.

    Raises
    ------
    OSError
        When it cannot be had. The link itself is a credential, and is not told.
    """
    import tempfile

    for attempt in range(TRIES):
        target = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - returned open
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - ours
                shutil.copyfileobj(answer, target)
        except urllib.error.HTTPError as exc:
            target.close()
            if exc.code in (401, 403, 404):
                raise OSError(f"the store answers {exc.code}; the link may be too old") from None
            problem = f"the store answers {exc.code}"
        except (OSError, http.client.HTTPException) as exc:
            target.close()
            problem = f"the store cannot be reached ({getattr(exc, 'reason', exc)})"
        else:
            target.seek(0)
            return target
        if attempt < TRIES - 1:
            time.sleep(min(10.0, 0.5 * 2**attempt))
    raise OSError(problem)


def fail(message: str) -> None:
    """Leave a last word and end."""
    word = {
        "kind": "start_failed",
        "message": message,
        "action": "Look at the events of the pod and at how code travels (clusters.yaml), then "
        "submit the job again.",
        "ended": time.time(),
    }
    with contextlib.suppress(OSError), open(LAST_WORD, "w", encoding="utf-8") as file:
        json.dump(word, file)
    said = {"rank": -1, "kind": "text", "stream": "stderr", "text": message, "n": 0}
    print(json.dumps({"time": time.time(), **said}), flush=True)  # noqa: T201
    raise SystemExit(START_FAILED)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
