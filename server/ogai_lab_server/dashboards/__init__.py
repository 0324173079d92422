"""Pages for a wall or a lead: notebooks that Voila draws, below ``/ogai/dashboards``."""

from ogai_lab_server.dashboards.handlers import routes

__all__ = ["routes"]
