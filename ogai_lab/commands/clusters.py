"""The verbs about clusters that are not this machine, as options and as actions."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.commands.mounts import secret, volume
from ogai_lab.core.errors import InvalidInput
from ogai_lab.locale import _

if TYPE_CHECKING:
    from ogai_lab.workbench import Workbench


def adds(name: str) -> Callable[[Any, Any], argparse.ArgumentParser]:
    """Return what adds one of these verbs to those of a parser."""

    def add(verbs: Any, _where: Any) -> argparse.ArgumentParser:
        help_text, options, _do = VERBS[name]
        verb: argparse.ArgumentParser = verbs.add_parser(name, help=help_text())
        options(verb)
        return verb

    return add


def do(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    """Do what one of the verbs asks for, and return the noun that answers it."""
    return VERBS[arguments.verb][2](workbench, arguments)


def of_a_job(verb: argparse.ArgumentParser) -> None:
    """Add what a job may ask of a cluster to the options of a verb."""
    add = verb.add_argument
    add("--cluster", default="", help=_("the cluster; this machine when left out"))
    add("--image", default="", help=_("the container image; the cluster's when left out"))
    add("--gpu", default="", help=_("the kind of GPU: H100"))
    add("--fabric", default="", help=_("the network between nodes: ib, roce, efa"))
    add("--topology", default="", help=_("how near nodes stand: same-rack"))
    add("--priority-class", default="", help=_("the cluster's class of priority"))
    add(
        "--volume",
        action="append",
        default=[],
        metavar="CLAIM:/PATH[:ro]",
        help=_("a volume of the cluster"),
    )
    add(
        "--secret",
        action="append",
        default=[],
        metavar="NAME[:KEY=VARIABLE]",
        help=_("a secret of the cluster, by its name"),
    )


def fields(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what a job asks of a cluster, as fields of its spec."""
    names = ("cluster", "image", "gpu", "fabric", "topology", "priority_class")
    return {
        **{name: getattr(arguments, name) for name in names},
        "volumes": [volume(one) for one in arguments.volume],
        "secrets": [secret(one) for one in arguments.secret],
    }


def _nodes(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    if arguments.cluster:
        return workbench.clusters.nodes(arguments.cluster)
    return workbench.scheduler.nodes()


def _queues(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    if arguments.asked is None:
        if arguments.cluster:
            return workbench.clusters.queues(arguments.cluster)
        return workbench.scheduler.queues()
    text = text_of(arguments.file)
    plan = workbench.clusters.plan_queues(text, arguments.cluster, arguments.force)
    if arguments.asked == "plan" or not plan.ready:
        return plan
    return workbench.clusters.apply_queues(
        text, plan.fingerprint, arguments.cluster, arguments.force
    )


def text_of(file: str | None) -> str:
    """Return the content of a file of queues.

    Raises
    ------
    InvalidInput
        When none is named, or it cannot be read.
    """
    if file is None:
        raise InvalidInput(
            _("There is no file of queues."),
            action=_("Name it: ogai queues plan queues.yaml"),
            field="file",
        )
    try:
        return Path(file).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidInput(
            _("The file {file!r} cannot be read: {why}.").format(file=file, why=exc),
            action=_("Name a YAML file of queues."),
            field="file",
        ) from exc


def _offers(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    names = ("gpus", "gpu", "cpus", "memory", "fabric", "topology", "queue")
    given = {name: getattr(arguments, name) for name in names}
    return workbench.clusters.offers(
        need(arguments.nodes, **given), arguments.cluster, arguments.nodes is None
    )


def need(nodes: int | None, **given: Any) -> Any:
    """Return what is asked for; `gpus` are those of all nodes where `nodes` is None.

    Raises
    ------
    InvalidInput
        With the field at fault.
    """
    from pydantic import ValidationError

    from ogai_lab.core.operations import invalid
    from ogai_lab.scheduler.clusters.types import Need

    try:
        return Need.model_validate({"nodes": nodes or 1, **given})
    except ValidationError as exc:
        raise invalid(exc) from exc


def _cordon(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    if arguments.look:
        return workbench.clusters.node_plan(arguments.node, arguments.cluster)
    return workbench.clusters.cordon(arguments.node, arguments.cluster, arguments.off)


def _drain(workbench: Workbench, arguments: argparse.Namespace) -> Any:
    if arguments.yes:
        return workbench.clusters.drain(arguments.node, arguments.cluster)
    return workbench.clusters.node_plan(arguments.node, arguments.cluster)


def _nothing(verb: argparse.ArgumentParser) -> None:
    pass


def _of_cluster(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--cluster", default="", help=_("of this cluster"))


def _of_doctor(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "cluster", nargs="?", default="", metavar=_("CLUSTER"), help=_("kubectl's when left out")
    )


def _of_queues(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "asked",
        nargs="?",
        choices=("plan", "apply"),
        help=_("say what a file of queues and quotas would change, or change it"),
    )
    verb.add_argument("file", nargs="?", metavar=_("FILE"), help=_("the YAML file of queues"))
    verb.add_argument("--force", action="store_true", help=_("take over what others applied"))
    _of_cluster(verb)


def _of_offers(verb: argparse.ArgumentParser) -> None:
    add = verb.add_argument
    add("-g", "--gpus", type=int, default=0, help=_("GPUs in all; of each node with --nodes"))
    add("-n", "--nodes", type=int, help=_("how many nodes"))
    add("--gpu", default="", help=_("the kind of GPU: H100"))
    add("--cpus", type=float, help=_("cores a node"))
    add("--memory", help=_("memory a node: 16GiB"))
    add("--fabric", default="", help=_("the network between nodes: ib, roce, efa"))
    add("--topology", default="", help=_("how near nodes stand: same-rack"))
    add("-q", "--queue", default="", help=_("only this queue"))
    _of_cluster(verb)


def _of_cordon(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("node", metavar=_("NODE"), help=_("the node's name"))
    verb.add_argument("--off", action="store_true", help=_("let jobs start there again"))
    verb.add_argument("--look", action="store_true", help=_("only show what runs there"))
    _of_cluster(verb)


def _of_drain(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("node", metavar=_("NODE"), help=_("the node's name"))
    verb.add_argument("--yes", action="store_true", help=_("do it; else it is only shown"))
    _of_cluster(verb)


_Verb = tuple[
    Callable[[], str],
    Callable[[argparse.ArgumentParser], None],
    Callable[[Any, argparse.Namespace], Any],
]
VERBS: dict[str, _Verb] = {
    "nodes": (lambda: _("list nodes and what is free"), _of_cluster, _nodes),
    "queues": (lambda: _("list queues and who waits; plan and apply quotas"), _of_queues, _queues),
    "clusters": (
        lambda: _("list the clusters that are known"),
        _nothing,
        lambda workbench, _arguments: workbench.clusters.clusters(),
    ),
    "doctor": (
        lambda: _("say whether jobs can run on a cluster, and what mends it"),
        _of_doctor,
        lambda workbench, arguments: workbench.clusters.doctor(arguments.cluster),
    ),
    "offers": (lambda: _("say what queues of a cluster could give"), _of_offers, _offers),
    "cordon": (lambda: _("let no new jobs start on a node"), _of_cordon, _cordon),
    "drain": (
        lambda: _("empty a node; what would have to leave is shown first"),
        _of_drain,
        _drain,
    ),
}
