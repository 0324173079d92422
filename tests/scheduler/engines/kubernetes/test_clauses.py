"""The sentences are those that Kueue 0.19 and Kubernetes 1.36 wrote on a control plane."""

from __future__ import annotations

import pytest

from ogai_lab.scheduler.engines.kubernetes.clauses import (
    exclusions,
    of_kueue,
    of_scheduler,
    preemptor,
)

_COULD_NOT = "couldn't assign flavors to pod set node: "
_SHORT = "insufficient unused quota for nvidia.com/gpu in flavor h100, 128 more needed"
_MOST = (
    "insufficient quota for nvidia.com/gpu in flavor h100, previously considered podsets "
    "requests (0) + current podset request (40) > maximum capacity (32)"
)


@pytest.mark.parametrize(
    ("said", "kind", "values"),
    [
        (_SHORT, "quota", {"resource": "nvidia.com/gpu", "flavor": "h100", "missing": "128"}),
        (
            _MOST,
            "quota_too_small",
            {"resource": "nvidia.com/gpu", "flavor": "h100", "asked": "40", "most": "32"},
        ),
        (
            'topology "dc" allows to fit only 8 out of 64 pod(s). Total nodes: 128; excluded: '
            'resource "nvidia.com/gpu": 32',
            "topology",
            {
                "topology": "dc",
                "fit": "8",
                "wanted": "64",
                "nodes": "128",
                "excluded": 'resource "nvidia.com/gpu": 32',
            },
        ),
        (
            'topology "dc" doesn\'t allow to fit any of 4 pod(s)',
            "topology",
            {"topology": "dc", "wanted": "4"},
        ),
        ("resource rdma/ib unavailable in ClusterQueue", "resource_not_covered", None),
        ("untolerated taint {shut  NoSchedule <nil>} in flavor shut", "taint", None),
        ("flavor h100 doesn't match node affinity", "flavor", {"flavor": "h100"}),
    ],
)
def test_a_clause_of_kueue_is_read(said, kind, values):
    (found,) = of_kueue(_COULD_NOT + said)
    assert found.kind == kind
    assert values is None or found.values == values


def test_what_only_lacks_something_goes_before_flavors_that_do_not_match():
    both = f"{_COULD_NOT}flavor a100 doesn't match node affinity, {_MOST}, {_SHORT}"
    assert [one.kind for one in of_kueue(both)] == ["quota", "quota_too_small"]


def test_other_words_are_no_clause():
    assert of_kueue("The moon is full") == []
    assert of_scheduler("The moon is full") is None


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("1 Insufficient nvidia.com/gpu, 3 node(s) had untolerated taint(s).", "no_node_fits"),
        ('persistentvolumeclaim "data" not found. not found', "volume"),
        ("pod has unbound immediate PersistentVolumeClaims.", "volume"),
        ("4 node(s) didn't match Pod's node affinity/selector.", "no_node_matches"),
        (
            "1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 3 node(s) "
            "didn't match Pod's node affinity/selector.",
            "node_not_ready",
        ),
        ("1 node(s) had untolerated taint {kept: yes}.", "taint"),
        ("1 node(s) were unschedulable.", "node_cordoned"),
    ],
)
def test_the_scheduler_is_read(said, kind):
    found = of_scheduler(f"0/4 nodes are available: {said}")
    assert found is not None
    assert found.kind == kind


def test_exclusions_and_preemptors_are_numbers_and_names():
    said = 'taint "kept=yes:NoSchedule": 3, resource "nvidia.com/gpu": 32, topologyDomain: 1'
    assert exclusions(said) == {
        "taint kept=yes:NoSchedule": 3,
        "resource nvidia.com/gpu": 32,
        "topologyDomain": 1,
    }
    by = "Preempted to accommodate a workload (UID: w-1, JobUID: j-1) due to prioritization"
    assert preemptor(by) == ("w-1", "j-1")
    assert preemptor("Preempted") == ("", "")
