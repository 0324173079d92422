from __future__ import annotations

import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.engines.kubernetes.quotafile import objects, read

FILE = """
topologies:
  racks: [rack, kubernetes.io/hostname]
flavors:
  h100: {nodes: {gpu: h100}, topology: racks}
  a100: {}
priorities: {urgent: 1000}
queues:
  team-a:
    namespaces: [team-a, team-a-dev]
    local: default
    cohort: research
    quota:
      h100: {gpu: {nominal: 64, borrow: 16}, cpu: 512}
      a100: {gpu: 8}
"""


def test_a_file_becomes_objects_in_the_order_in_which_they_can_be_made() -> None:
    made = objects(read(FILE))
    assert [(one.resource.kind, one.namespace, one.name) for one in made] == [
        ("Topology", None, "racks"),
        ("ResourceFlavor", None, "h100"),
        ("ResourceFlavor", None, "a100"),
        ("WorkloadPriorityClass", None, "urgent"),
        ("Namespace", None, "team-a"),
        ("Namespace", None, "team-a-dev"),
        ("ClusterQueue", None, "team-a"),
        ("LocalQueue", "team-a", "default"),
        ("LocalQueue", "team-a-dev", "default"),
    ]
    spec = made[6].body["spec"]
    assert spec["cohortName"] == "research"
    (group,) = spec["resourceGroups"]
    assert group["coveredResources"] == ["nvidia.com/gpu", "cpu"]
    h100, a100 = group["flavors"]
    assert h100["resources"][0] == {
        "name": "nvidia.com/gpu",
        "nominalQuota": "64",
        "borrowingLimit": "16",
    }
    # Kueue wants every resource of a group in each of its flavors
    assert a100["resources"] == [
        {"name": "nvidia.com/gpu", "nominalQuota": "8"},
        {"name": "cpu", "nominalQuota": "0"},
    ]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("queues: [", "text"),
        ("", ""),
        ("queues: {team-a: {quota: {h100: {gpu: 1}}}}", "queues.team-a.namespaces"),
        ("flavors: {H100: {}}", "flavors.H100"),
        ("queues: {a: {namespaces: [a], quota: {x: {gpu: 1}}, quotas: 1}}", "queues.a.quotas"),
    ],
)
def test_what_is_not_understood_is_refused_where_it_stands(text: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(text)
    assert (refused.value.field or "").startswith(field)
