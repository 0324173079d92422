"""Pages for a wall or a lead: what the notebooks in `notebooks/dashboards` show."""

from ogai_lab.notebook.dashboards.cluster import ClusterWall
from ogai_lab.notebook.dashboards.compare import CompareWall
from ogai_lab.notebook.dashboards.data import DataWall
from ogai_lab.notebook.dashboards.jobs import JobsWall

__all__ = ["ClusterWall", "CompareWall", "DataWall", "JobsWall"]
