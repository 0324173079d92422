"""Live views: thin layers of ipywidgets over one model a job.

Background threads only set traits; nothing here asks a server in the kernel's own thread.
"""

from ogai_lab.notebook.widgets.cluster_view import ClusterView
from ogai_lab.notebook.widgets.job_launcher import JobLauncher
from ogai_lab.notebook.widgets.job_table import JobTable
from ogai_lab.notebook.widgets.job_view import JobView
from ogai_lab.notebook.widgets.model_comparison import ModelComparison

__all__ = ["ClusterView", "JobLauncher", "JobTable", "JobView", "ModelComparison"]
