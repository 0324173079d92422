"""Nouns as views: the one place where it is decided what is shown of each.

`view_of` takes a noun or a list of nouns. Lists of nouns of one kind are one table.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any

from ogai_lab.commands.views import Facts, Note, View
from ogai_lab.locale import _

_HERE = "ogai_lab.commands.forms"

# type → (module, function). By name, so that showing a job does not import the models' nouns.
ONE: dict[str, tuple[str, str]] = {
    "ogai_lab.cluster.types.Machine": ("cluster", "machine_view"),
    "ogai_lab.cluster.types.MachineUse": ("cluster", "use_view"),
    "ogai_lab.data.accounts.Documents": ("corpora", "documents_view"),
    "ogai_lab.data.accounts.Duplicates": ("corpora", "duplicates_view"),
    "ogai_lab.data.accounts.Funnel": ("corpora", "funnel_view"),
    "ogai_lab.data.accounts.Pace": ("corpora", "pace_view"),
    "ogai_lab.data.accounts.Preview": ("corpora", "preview_view"),
    "ogai_lab.data.crawl.options.CrawlReport": ("crawls", "crawl_view"),
    "ogai_lab.data.assessment.types.Inspection": ("documents", "inspection_view"),
    "ogai_lab.data.assessment.types.Report": ("assessment", "report_view"),
    "ogai_lab.data.assessment.types.RunComparison": ("side_by_side", "comparison_view"),
    "ogai_lab.data.types.Manifest": ("data", "manifest_view"),
    "ogai_lab.data.types.LedgerPage": ("data", "ledger_view"),
    "ogai_lab.data.types.Pipeline": ("pipelines", "pipeline_view"),
    "ogai_lab.models.types.Comparison": ("models", "comparison_view"),
    "ogai_lab.models.types.TensorDiff": ("models", "diff_view"),
    "ogai_lab.models.types.Version": ("models", "version_view"),
    "ogai_lab.scheduler.clusters.plans.NodePlan": ("clusters", "node_plan_view"),
    "ogai_lab.scheduler.clusters.plans.QueuePlan": ("clusters", "queue_plan_view"),
    "ogai_lab.scheduler.clusters.types.ClusterOffers": ("clusters", "offers_view"),
    "ogai_lab.scheduler.clusters.types.Diagnosis": ("clusters", "diagnosis_view"),
    "ogai_lab.scheduler.sessions.types.Session": ("sessions", "session_view"),
    "ogai_lab.scheduler.types.Explanation": ("jobs", "explanation_view"),
    "ogai_lab.scheduler.types.Job": ("jobs", "job_view"),
    "ogai_lab.scheduler.types.JobPage": ("jobs", "page_view"),
    "ogai_lab.scheduler.types.LogChunk": ("records", "chunk_view"),
    "ogai_lab.training.types.Plan": ("training", "plan_view"),
}
MANY: dict[str, tuple[str, str]] = {
    "ogai_lab.cluster.types.Check": ("cluster", "checks_view"),
    "ogai_lab.data.accounts.PresetText": ("corpora", "presets_view"),
    "ogai_lab.data.types.DataRun": ("data", "runs_view"),
    "ogai_lab.models.types.Model": ("models", "models_view"),
    "ogai_lab.models.types.Version": ("models", "versions_view"),
    "ogai_lab.scheduler.clusters.types.ClusterQueueView": ("clusters", "cluster_queues_view"),
    "ogai_lab.scheduler.clusters.types.KnownCluster": ("clusters", "clusters_view"),
    "ogai_lab.scheduler.sessions.types.Session": ("sessions", "sessions_view"),
    "ogai_lab.scheduler.types.Attempt": ("jobs", "attempts_view"),
    "ogai_lab.scheduler.types.Job": ("jobs", "job_list"),
    "ogai_lab.scheduler.types.MetricPoint": ("records", "metrics_view"),
    "ogai_lab.scheduler.types.Node": ("cluster", "nodes_view"),
    "ogai_lab.scheduler.types.Queue": ("cluster", "queues_view"),
    "ogai_lab.scheduler.types.Usage": ("cluster", "usage_view"),
}


def view_of(value: Any, asked: str = "") -> View:
    """Return what is to be shown of a noun or of a list of nouns.

    Parameters
    ----------
    value
        What an operation returned.
    asked
        The operation; it decides what is said of an empty list.
    """
    if isinstance(value, Sequence) and not isinstance(value, str):
        if not value:
            return View("", (Note(_nothing(asked)),))
        return _maker(MANY, value[0])(value)
    return _maker(ONE, value)(value)


def _nothing(asked: str) -> str:
    """Return what is said of an empty answer, and what would fill it."""
    sentences = {
        "attempts": _("It has not started yet."),
        "clusters": _("No cluster is known. Set KUBECONFIG, or write clusters.yaml."),
        "metrics": _('No numbers were reported yet. In the job: ogai_lab.log({"loss": x}, step=n)'),
        "models": _('No models yet. Register one: ogai.register("org/name", job)'),
        "nodes": _("There are no nodes."),
        "queues": _("There are no queues."),
        "sessions": _("No sessions. Start one: ogai session"),
        "usage": _("Nothing was used yet."),
        "versions": _("This model has no versions."),
    }
    return sentences.get(asked) or _("There is nothing to show.")


def _maker(makers: dict[str, tuple[str, str]], noun: object) -> Callable[[Any], View]:
    for kind in type(noun).__mro__:
        found = makers.get(f"{kind.__module__}.{kind.__qualname__}")
        if found is not None:
            module, function = found
            made: Callable[[Any], View] = getattr(
                importlib.import_module(f"{_HERE}.{module}"), function
            )
            return made
    return _any_view


def _any_view(value: object) -> View:
    items = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    rows = tuple(
        (str(n), str(v)) for item in items for n, v in getattr(item, "__dict__", {}).items()
    )
    return View(type(items[0]).__name__, (Facts(rows),) if rows else (Note(str(value)),))
