"""What Kueue and the scheduler of Kubernetes write, read. Values in, values out.

Kueue says why a job waits in one sentence with a clause for each flavor that it tried. By default
that sentence is all there is: its typed reasons stand behind a gate that few clusters open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One thing that was said. `kind` is a code of `Reason`; `values` are its numbers and names."""

    kind: str
    values: dict[str, str] = field(default_factory=dict)


_KUEUE = {
    "preempting": r"Pending the preemption of (?P<count>\d+) workload",
    "quota": r"insufficient unused quota for (?P<resource>\S+) in flavor (?P<flavor>[^\s,]+), "
    r"(?P<missing>[^\s,]+) more needed",
    "topology": r"topology \"(?P<topology>[^\"]+)\" (?:doesn't allow to fit any of"
    r"|allows to fit only (?P<fit>\d+) out of) (?P<wanted>\d+) "
    r"[^.;]*(?:\. Total nodes: (?P<nodes>\d+); excluded: (?P<excluded>.+))?",
    "quota_too_small": r"insufficient quota for (?P<resource>\S+) in flavor (?P<flavor>[^\s,]+), "
    r"previously considered podsets requests \([^)]*\) \+ current podset request "
    r"\((?P<asked>[^)]*)\) > maximum capacity \((?P<most>[^)]*)\)",
    "resource_not_covered": r"resource (?P<resource>\S+) unavailable in ClusterQueue",
    "taint": r"untolerated taint \{(?P<taint>[^}]*)\} in flavor (?P<flavor>[^\s,]+)",
    "topology_unknown": r"(?:Flavor \"(?P<flavor>[^\"]+)\" does not (?:contain the requested level"
    r"|support TopologyAwareScheduling)|no requested topology level: (?P<level>\S+))",
    "flavor": r"flavor (?P<flavor>\S+) doesn't match node affinity",
    "no_local_queue": r"LocalQueue (?P<queue>\S+) doesn't exist",
    "no_cluster_queue": r"ClusterQueue (?P<queue>\S+) (?:doesn't exist|not found)",
    "queue_inactive": r"(?:LocalQueue|ClusterQueue) (?P<queue>\S+) is (?:inactive|stopped)",
    "namespace_not_taken": r"workload namespace doesn't match ClusterQueue selector",
}
"""Nearest to a start first: what passes by itself, then what needs a change."""

_SCHEDULER = {
    "volume": r"persistentvolumeclaim|PersistentVolume|volume node affinity",
    "node_not_ready": r"\d+ node\(s\) had untolerated taint.*?node\.kubernetes\.io/"
    r"(?:not-ready|unreachable)",
    "node_cordoned": r"\d+ node\(s\) were unschedulable",
    "no_node_fits": r"(?P<count>\d+) Insufficient (?P<resource>[^\s,.]+)",
    "taint": r"\d+ node\(s\) had untolerated taint(?:\(s\)|s? \{(?P<taint>[^}]*)\})",
    "no_node_matches": r"didn't match Pod's node affinity/selector",
}


def of_kueue(message: str) -> list[Clause]:
    """Return what Kueue says of a job that it does not admit, nearest to a start first.

    Flavors that do not match are left out where another one is only short of something.
    """
    found = list(_read(message, _KUEUE))
    near = [one for one in found if one.kind not in ("flavor", "taint", "resource_not_covered")]
    return near or found


def of_scheduler(message: str) -> Clause | None:
    """Return why Kubernetes finds no node for a pod; None where it is said in other words."""
    return next(_read(message, _SCHEDULER), None)


def exclusions(text: str) -> dict[str, int]:
    """Return how many nodes are out for what: ``resource "nvidia.com/gpu": 32, affinity: 1``."""
    found = re.findall(r"([a-zA-Z]+(?: \"[^\"]+\")?): (\d+)", text)
    return {what.replace('"', ""): int(count) for what, count in found}


def preemptor(message: str) -> tuple[str, str]:
    """Return the uids of the workload and of the job that one was taken off for."""
    match = re.search(r"\(UID: ([^,)\s]+)(?:, JobUID: ([^,)\s]+))?", message)
    return (match[1], match[2] or "") if match else ("", "")


def _read(message: str, patterns: dict[str, str]) -> Iterator[Clause]:
    for kind, pattern in patterns.items():
        for match in re.finditer(pattern, message):
            values = {name: value for name, value in match.groupdict().items() if value}
            yield Clause(kind=kind, values=values)
