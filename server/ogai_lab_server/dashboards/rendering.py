"""How Voila draws our pages: with a template of our own, which loads nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from voila.configuration import VoilaConfiguration
from voila.notebook_renderer import NotebookRenderer
from voila.paths import collect_template_paths
from voila.utils import get_page_config

from ogai_lab_server.dashboards.handlers import EXTENSIONS

_HERE = Path(__file__).parent
_NO_MATHJAX = (
    "data:text/javascript,window.MathJax={Hub:{Queue(){},Config(){},Configured(){},"
    "Register:{StartupHook(){}}}};//"
)
"""What Voila loads in place of MathJax, which would come from elsewhere; we show no formulas."""


class DashboardRenderer(NotebookRenderer):  # type: ignore[misc]
    """Renders a notebook that lies outside of what the server's users see."""

    async def load_notebook(self, path: str) -> Any:
        """Read the notebook."""
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


async def renderer(server: ServerApp, notebook: Path) -> DashboardRenderer:
    """Return what renders a notebook."""
    settings = server.web_app.settings
    options = VoilaConfiguration(parent=server, extension_allowlist=list(EXTENSIONS))
    base = server.base_url
    page = get_page_config(base, settings, server.log, options)
    ours = url_path_join(base, "ogai/dashboards")
    page |= {
        "fullStaticUrl": url_path_join(ours, "static"),
        "fullLabextensionsUrl": url_path_join(ours, "extensions"),
        "ogaiStyle": (_HERE / "page.css").read_text(encoding="utf-8"),
        "fullMathjaxUrl": _NO_MATHJAX,
    }
    made = DashboardRenderer(
        voila_configuration=options,
        traitlet_config=server.config,
        notebook_path=str(notebook),
        template_paths=[
            str(_HERE / "template"),
            *collect_template_paths(["voila", "nbconvert"], "lab"),
        ],
        config_manager=server.config_manager,
        contents_manager=server.contents_manager,
        base_url=base,
        kernel_spec_manager=server.kernel_spec_manager,
        page_config=page,
    )
    await made.initialize()
    return made
