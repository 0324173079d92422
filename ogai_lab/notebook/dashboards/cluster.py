"""The cluster on a wall: what is free, what is busy, what needs somebody."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

import ipywidgets as w

from ogai_lab.cluster.types import MachineUse
from ogai_lab.commands.figures import cores, size
from ogai_lab.commands.forms.cluster import nodes_view, queues_view
from ogai_lab.commands.views import Note, View
from ogai_lab.locale import _
from ogai_lab.notebook.dashboards.page import Page
from ogai_lab.notebook.dashboards.tiles import Tile, section, tiles
from ogai_lab.notebook.widgets.chart import CurveChart
from ogai_lab.scheduler.types import Node, Queue

_KEPT = 720  # an hour, a look each five seconds
_SHOWN = 24
_WELL = ("ok", "unknown")


class ClusterWall(Page):
    """Nodes, queues and use, live."""

    def __init__(self) -> None:
        self._use: deque[tuple[float, MachineUse]] = deque(maxlen=_KEPT)
        self._tiles, self._queues, self._nodes = w.HTML(), w.HTML(), w.HTML()
        self._chart = CurveChart("", height=260, time=True, tools=False)
        self._chart.add_class("og-part")
        columns = w.Box([self._chart, self._queues])
        columns.add_class("og-columns")
        super().__init__("cluster", _("Cluster"), self._tiles, columns, self._nodes)

    def refresh(self) -> None:
        """Show nodes, queues and use as they are now."""
        nodes = self._workbench.scheduler.nodes()
        queues = self._workbench.scheduler.queues()
        self._tiles.value = tiles(cluster_tiles(nodes, queues))
        self._queues.value = section(queues_view(queues))
        self._nodes.value = section(_worst_first(nodes))
        self._use.append((time.time(), self._workbench.cluster.use()))
        self._chart.show({_("This machine's use, %"): _curves(self._use)})


def cluster_tiles(nodes: Sequence[Node], queues: Sequence[Queue]) -> list[Tile]:
    """Return the figures of a cluster."""
    away = [node for node in nodes if node.state == "unreachable" or node.health not in _WELL]
    usable = [node for node in nodes if node.state not in ("unreachable", "draining")]
    gpus = sum(len(node.usable) for node in usable)
    gpus_free = sum(node.gpus_free for node in usable)
    waiting = sum(queue.waiting for queue in queues)
    memory = sum(node.memory for node in usable)
    return [
        Tile(
            f"{len(usable):,}",
            _("Nodes ready"),
            _("of {total}").format(total=f"{len(nodes):,}"),
            "bad" if away else "good",
            "✖" if away else "✔",
        ),
        Tile(f"{gpus_free:,}", _("GPUs free"), _("of {total}").format(total=f"{gpus:,}"))
        if gpus
        else Tile("–", _("GPUs free"), _("no GPUs here")),
        Tile(
            cores(sum(node.cpus_free for node in usable)),
            _("Cores free"),
            _("of {total}").format(total=cores(sum(node.cpus for node in usable))),
        ),
        Tile(
            size(sum(node.memory_free for node in usable)),
            _("Memory free"),
            _("of {total}").format(total=size(memory)),
        ),
        Tile(f"{sum(queue.running for queue in queues):,}", _("Jobs running"), "", "busy", "▶"),
        Tile(f"{waiting:,}", _("Jobs waiting"), "", "warn" if waiting else "plain", "◔"),
    ]


def _worst_first(nodes: Sequence[Node]) -> View:
    ordered = sorted(nodes, key=lambda n: (n.state == "ready" and n.health in _WELL, n.name))
    view = nodes_view(ordered[:_SHOWN])
    more = len(nodes) - _SHOWN
    if more <= 0:
        return view
    note = Note(_("{count} more nodes, all well or as these.").format(count=f"{more:,}"))
    return View(view.title, (*view.blocks, note))


def _curves(use: Sequence[tuple[float, MachineUse]]) -> dict[str, list[tuple[float, float]]]:
    curves = {
        _("processors"): [(moment, 100 * each.cpu) for moment, each in use],
        _("memory"): [(moment, 100 * each.memory_used / each.memory) for moment, each in use],
    }
    gpus = [
        (moment, [gpu.utilization for gpu in each.gpus if gpu.utilization is not None])
        for moment, each in use
    ]
    shares = [(moment, 100 * sum(busy) / len(busy)) for moment, busy in gpus if busy]
    return curves | ({_("GPUs"): shares} if shares else {})
