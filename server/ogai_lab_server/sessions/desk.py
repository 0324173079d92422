"""Where the parts of Jupyter that know kernels meet the service that knows sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from ogai_lab.scheduler.sessions.service import Sessions
    from ogai_lab_server.host import Host
    from ogai_lab_server.sessions.shelf import Shelf

SETTING = "ogai_sessions"
"""The setting of the web application that holds the desk."""

T = TypeVar("T")


@dataclass(frozen=True)
class Offer:
    """A kind of session in the kernel list."""

    name: str
    display_name: str
    config: dict[str, Any]


HERE = Offer("ogai-session", "Python on this machine's queue (session)", {})


class Desk:
    """What a server's sessions share.

    Parameters
    ----------
    host
        The services.
    shelf
        What outlives the server.
    """

    def __init__(self, host: Host, shelf: Shelf) -> None:
        self._host = host
        self.shelf = shelf
        self.offers: dict[str, Offer] = {HERE.name: HERE}

    async def ask(self, call: Callable[[Sessions], T]) -> T:
        """Call the sessions' service beside the event loop.

        Raises
        ------
        OgaiError
            What the call raises, or why there are no services.
        """
        workbench = (await self._host.built()).workbench
        return await self._host.in_thread(lambda: call(workbench.sessions))

    async def look_around(self) -> None:
        """Offer what this machine has: one kind of session for each kind of GPU."""
        workbench = (await self._host.built()).workbench
        nodes = await self._host.in_thread(workbench.scheduler.nodes)
        kinds = Counter(gpu.name for node in nodes for gpu in node.usable)
        if len(kinds) == 1:  # a session asks for a number of GPUs, not for a kind
            (kind,) = kinds
            name = f"{HERE.name}-1gpu"
            self.offers[name] = Offer(name, f"Python on 1×{kind} (session)", {"gpus": 1})
