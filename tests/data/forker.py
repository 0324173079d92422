"""Runs of pipelines as processes that need not import and compile first: ``python -m …forker``.

A line of JSON asks for one: the runner's ``args``, the URL of ``blobs``, a ``folder``, ``after``
(N), a file for its ``log``. It ends by kill -9 before its N-th operation on files in the folder
(opening, renaming, making, removing), by itself where N is null. The answer is a line
``{"code": C, "operations": N}``.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

SMALL_TASK, SMALL_SHARD = 4096, 16384
_OPERATIONS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate"}


def main() -> int:
    """Warm up, then serve until there are no more lines."""
    import pyarrow as pa

    from ogai_lab.core.blobs import BlobStore
    from ogai_lab.data import reading, writing
    from ogai_lab.data.course import Run
    from tests.data import chain
    from tests.data.executors import Here

    pa.set_cpu_count(1)
    reading._TASK_BYTES, writing._SHARD_BYTES = SMALL_TASK, SMALL_SHARD
    with tempfile.TemporaryDirectory() as name:
        over = chain.pipeline(chain.write(Path(name, "in")))
        Run(over, BlobStore(f"{name}/blobs"), Here(), out=f"{name}/out")()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
    return 0


def answer(asked: dict[str, Any]) -> dict[str, int]:
    """Run it in a process of its own, and say how that ended."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(read)
        with contextlib.suppress(BaseException):
            _child(asked, write)
        os._exit(70)
    os.close(write)
    with os.fdopen(read) as told:
        operations = int(told.read() or 0)
    _, status = os.waitpid(pid, 0)
    return {"code": os.waitstatus_to_exitcode(status), "operations": operations}


def _child(asked: dict[str, Any], told: int) -> None:
    from ogai_lab.data import runner

    log = os.open(asked["log"], os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ["OGAI_BLOBS_URL"] = asked["blobs"]
    numbers = itertools.count(1)
    last = [0]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _OPERATIONS and str(arguments[0]).startswith(asked["folder"]):
            last[0] = next(numbers)
            if last[0] == asked["after"]:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    code = runner.main(asked["args"])
    os.write(told, str(last[0]).encode())
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
