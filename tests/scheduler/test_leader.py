from __future__ import annotations

import os
from pathlib import Path

from ogai_lab.scheduler.leader import LeaderLock


def test_one_leads_and_says_who(tmp_path: Path) -> None:
    first, second = (LeaderLock(tmp_path / "leader.lock") for _ in range(2))
    assert first.leader() is None
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    leader = second.leader()
    assert leader is not None
    assert leader["pid"] == os.getpid()
    first.release()
    first.release()
    assert second.leader() is None
    assert second.acquire()


def test_a_forked_child_does_not_keep_the_lock(tmp_path: Path) -> None:
    lock = LeaderLock(tmp_path / "leader.lock")
    assert lock.acquire()
    (alive, say_alive), (told_to_end, tell_to_end) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(tell_to_end)
        os.write(say_alive, b"1")
        os.read(told_to_end, 1)  # live on while the parent lets go
        os._exit(0)
    try:
        os.read(alive, 1)
        lock.release()
        assert LeaderLock(tmp_path / "leader.lock").acquire()
    finally:
        os.close(tell_to_end)
        os.waitpid(child, 0)
