"""The routes of the dashboards: the pages themselves, and the files that they load."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_core.paths import jupyter_path
from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import FileFindHandler, JupyterHandler
from jupyter_server.serverapp import ServerApp
from tornado import web

if TYPE_CHECKING:
    from ogai_lab_server.dashboards.stage import Stage

EXTENSIONS = (
    "@voila-dashboards/widgets-manager8",
    "@jupyter-widgets/jupyterlab-manager",
    "anywidget",
)
"""The front ends that a page loads; JupyterLab's others would only slow it."""
NAMES = ("cluster", "jobs", "data", "compare")
_RESOURCE = "ogai:dashboards"
_MISSING = (
    "The dashboards need Voila, which is not installed. Next: pip install 'ogai-lab[dashboards]', "
    "then restart the server."
)


class DashboardHandler(JupyterHandler):
    """One dashboard, sent as it is rendered."""

    def initialize(self, server: ServerApp, warm: int) -> None:
        """Take the server whose kernels run the pages, and how many wait for a reader."""
        self._server = server
        self._warm = warm

    @web.authenticated
    async def get(self, name: str) -> None:
        """Answer with the page."""
        allowed = self.authorizer.is_authorized(self, self.current_user, "read", _RESOURCE)
        if not await ensure_async(allowed):
            raise web.HTTPError(403, f"You may not read {_RESOURCE} on this server.")
        if importlib.util.find_spec("voila") is None:
            raise web.HTTPError(503, _MISSING)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        async for part in stage_of(self._server, self._warm).play(name):
            self.write(part)
            await self.flush()


class IndexHandler(JupyterHandler):
    """The address of all dashboards leads to the first."""

    @web.authenticated
    def get(self) -> None:
        """Go there."""
        self.redirect(f"{self.base_url}ogai/dashboards/{NAMES[0]}")


class OurFiles(FileFindHandler):
    """Files below folders of ours.

    Jupyter's handler remembers where it found a path for all handlers together; what JupyterLab
    found through a link lies outside of our folders, and would be refused.
    """

    _static_paths: dict[str, str] = {}


def routes(server: ServerApp, warm: int) -> list[tuple[Any, ...]]:
    """Return the routes, to stand before the one of the operations."""
    shared: dict[str, Any] = {"server": server, "warm": warm}
    found: list[tuple[Any, ...]] = [
        (r"/ogai/dashboards/?", IndexHandler),
        (rf"/ogai/dashboards/({'|'.join(NAMES)})", DashboardHandler, shared),
    ]
    if importlib.util.find_spec("voila") is not None:
        files = {"path": jupyter_path("voila", "templates", "base", "static")}
        extensions = {"path": [str(path) for path in _extension_folders()]}
        found += [
            (r"/ogai/dashboards/static/(.*)", OurFiles, files),
            (r"/ogai/dashboards/extensions/(.*)", OurFiles, extensions),
        ]
    return found


def _extension_folders() -> list[Path]:
    """Return where the front ends that a page loads lie; developers' links are followed."""
    places = [*jupyter_path("labextensions"), *jupyter_path("voila", "labextensions")]
    found = [(name, Path(place, name)) for name in EXTENSIONS for place in places]
    return [path.resolve().parents[name.count("/")] for name, path in found if path.exists()]


def folder() -> Path:
    """Return where the notebooks lie: in the source tree, or where the wheel put them."""
    source = Path(__file__).parents[3] / "notebooks" / "dashboards"
    installed = [Path(path) for path in jupyter_path("ogai_lab", "notebooks", "dashboards")]
    return next(path for path in (source, *installed) if (path / f"{NAMES[0]}.ipynb").exists())


def stage_of(server: ServerApp, warm: int) -> Stage:
    """Return the one stage of a server, made when the first page is asked for."""
    from ogai_lab_server.dashboards.stage import Stage

    settings: dict[str, Any] = server.web_app.settings
    stage = settings.get("ogai_stage")
    if stage is None:
        stage = settings["ogai_stage"] = Stage(server, folder(), warm)
    return stage
