from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.engines.kubernetes.checks import check
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.facts import Facts
from ogai_lab.scheduler.engines.kubernetes.jobset import owned
from ogai_lab.scheduler.spec import JobSpec
from tests.scheduler.engines.kubernetes.cases import CASES, FACTS, Case

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", CASES)
def test_objects_are_the_golden_ones(name):
    """A change of a mapping is read as a change of a file: OGAI_WRITE_GOLDEN=1 writes them."""
    path = GOLDEN / f"{name}.yaml"
    made = CASES[name].objects()
    if os.environ.get("OGAI_WRITE_GOLDEN"):
        text = yaml.safe_dump_all(made, sort_keys=False, allow_unicode=True, width=100)
        path.write_text(text)
    assert made == list(yaml.safe_load_all(path.read_text()))


def test_every_golden_file_is_a_case():
    assert {path.stem for path in GOLDEN.glob("*.yaml")} == CASES.keys()


def test_the_same_order_makes_the_same_objects():
    assert CASES["gang"].objects() == CASES["gang"].objects()


def test_what_belongs_to_a_jobset_goes_with_it():
    config_map, jobset = CASES["plain"].objects()
    there = {**jobset, "metadata": {**jobset["metadata"], "uid": "u-1"}}
    reference = owned(config_map, there)["metadata"]["ownerReferences"]
    assert reference == [
        {
            "apiVersion": "jobset.x-k8s.io/v1alpha2",
            "kind": "JobSet",
            "name": "j0abcdefgh1234567",
            "uid": "u-1",
        }
    ]
    assert "ownerReferences" not in config_map["metadata"]


def test_a_kind_of_gpu_that_several_flavors_have_may_be_any_of_them():
    pod = pod_of(CASES["gang"])
    affinity = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert len(affinity["nodeSelectorTerms"]) == 2


def test_a_link_with_a_credential_stands_in_a_secret_alone():
    objects = CASES["host-network-and-a-link"].objects()
    with_link = [one["kind"] for one in objects if "signature=s" in str(one)]
    assert with_link == ["Secret"]


def test_jobs_on_the_nodes_own_network_have_ports_of_their_own():
    from ogai_lab.scheduler.engines.kubernetes.names import MASTER_PORT, master_port

    assert master_port("ja", host_network=False) == MASTER_PORT
    assert master_port("ja", host_network=True) != master_port("jb", host_network=True)


@pytest.mark.parametrize(
    ("spec", "config", "field", "words"),
    [
        ({}, {"image": None}, "image", "no image"),
        ({"priority": 3}, {}, "priority", "priority_class"),
        ({"queue": "队列"}, {}, "queue", "clusters.yaml"),
        ({"queue": "q" * 64}, {}, "queue", "63"),
        ({"fabric": "token-ring"}, {}, "fabric", "efa, host, ib"),
        ({"gpu": "H100"}, {}, "gpu", "asks for none"),
        ({"gpu": "B200", "gpus": 1}, {}, "gpu", "a100"),
        ({"topology": "same-planet"}, {}, "topology", "sim/rack"),
        ({"topology": "required:other/rack"}, {}, "topology", "sim/rack"),
        ({"priority_class": "Very High"}, {}, "priority_class", "lower-case"),
        ({"volumes": [{"name": "Data", "path": "/d"}]}, {}, "volumes.0.name", "lower-case"),
        (
            {"volumes": [{"kind": "host", "name": "x", "path": "/d"}]},
            {},
            "volumes.0.name",
            "full path",
        ),
        ({"volumes": [{"name": "d", "path": "/ogai/job"}]}, {}, "volumes", "/ogai"),
        (
            {"volumes": [{"name": "d", "path": "/d"}], "secrets": [{"name": "s", "path": "/d"}]},
            {},
            "volumes",
            "/d",
        ),
        ({"secrets": [{"name": "Hub"}]}, {}, "secrets.0.name", "lower-case"),
        (
            {"secrets": [{"name": "s", "key": "k", "variable": "1 A"}]},
            {},
            "secrets.0.variable",
            "HF_TOKEN",
        ),
    ],
)
def test_what_a_cluster_can_never_run_is_refused_by_its_field(spec, config, field, words):
    layout = ClusterConfig.model_validate({"name": "lab", "image": "python:3.12", **config})
    with pytest.raises(InvalidInput) as refused:
        check(job(spec), layout, FACTS)
    assert refused.value.field == field
    assert refused.value.action
    assert words in str(refused.value)


def test_configured_names_go_before_what_is_known():
    layout = ClusterConfig.model_validate(
        {
            "name": "lab",
            "image": "i",
            "levels": {"rack": "dc/shelf"},
            "gpus": {"H100": {"resource": "example.com/gpu", "labels": {"g": "h"}}},
            "fabrics": {"ib": {"resources": {"rdma/hca": 4}}},
        }
    )
    case = Case(
        spec={"gpus": 1, "gpu": "h100", "fabric": "ib", "topology": "same-rack"},
        config=layout.model_dump(exclude={"name"}, exclude_unset=True),
    )
    pod = pod_of(case)
    assert pod["nodeSelector"] == {"g": "h"}
    assert pod["containers"][0]["resources"]["limits"] == {"rdma/hca": "4", "example.com/gpu": "1"}


def test_without_knowledge_only_labels_and_usual_levels_are_taken():
    layout = ClusterConfig(name="lab", image="i")
    for topology in ("same-zone", "required:some/label", "preferred:node"):
        check(job({"topology": topology}), layout, Facts())
    with pytest.raises(InvalidInput):
        check(job({"topology": "same-rack"}), layout, Facts())


def job(spec: dict[str, Any]) -> JobSpec:
    return JobSpec.model_validate({"run": {"kind": "script", "path": "train.py"}, **spec})


def pod_of(case: Case) -> dict[str, Any]:
    template = case.objects()[-1]["spec"]["replicatedJobs"][0]["template"]
    pod: dict[str, Any] = template["spec"]["template"]["spec"]
    return pod
