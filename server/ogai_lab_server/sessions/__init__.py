"""Kernels that are sessions: offered in the kernel list, kept when this server ends, adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ogai_lab_server.sessions.desk import SETTING, Desk
from ogai_lab_server.sessions.keeping import keep_sessions
from ogai_lab_server.sessions.specs import offer_sessions

if TYPE_CHECKING:
    from ogai_lab_server.app import OgaiApp
    from ogai_lab_server.sessions.shelf import Shelf

__all__ = ["Desk", "open_desk"]


def open_desk(app: OgaiApp, shelf: Shelf) -> Desk | None:
    """Let a server's kernels be sessions; None where its kernels run behind a gateway."""
    server: Any = app.serverapp
    if server.gateway_config.gateway_enabled:
        return None
    desk = Desk(app.host, shelf)
    app.settings[SETTING] = server.web_app.settings[SETTING] = desk
    if getattr(server.session_manager, "database_filepath", "") == ":memory:":
        server.session_manager.database_filepath = str(shelf.notebooks)
    offer_sessions(server.kernel_spec_manager, desk)
    keep_sessions(server.kernel_manager, desk)
    return desk
