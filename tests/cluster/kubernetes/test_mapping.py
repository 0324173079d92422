"""The objects that we make, before the real API server, Kueue and JobSet: taken, and obeyed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from ogai_lab.core.errors import Forbidden, InvalidInput
from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import delivery
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.facts import Facts
from ogai_lab.scheduler.engines.kubernetes.jobset import Object, objects
from ogai_lab.scheduler.spec import JobSpec
from tests.cluster.kubernetes.seeing import connect, service
from tests.controlplane import gangs
from tests.controlplane.client import collection, condition, until
from tests.controlplane.fake_nodes import BLOCK, GPU, HOSTNAME, POOL, RACK
from tests.controlplane.spaces import Space
from tests.scheduler.engines.kubernetes.cases import CASES

pytestmark = pytest.mark.kubernetes
NAME = "jtest"
RESTARTED = {"limit": 2, "on": ["killed", "node_lost", "preempted"]}


@pytest.mark.parametrize("name", CASES)
def test_the_golden_objects_are_taken(name, plane, space, tmp_path):
    api = connect(tmp_path, plane.kubeconfig, namespace=space.name)
    for made in CASES[name].objects(space.name):
        answer = api.create(collection(made), made, dry_run=True)
        assert answer["metadata"]["name"] == made["metadata"]["name"]
        _is_kept(made, answer)
    assert not api.list_(space.path("jobsets"))["items"]


def test_what_is_not_taken_is_refused_by_a_webhook(plane, space, tmp_path):
    """The rehearsal reaches JobSet's and Kueue's own webhooks, not just the schema."""
    api = connect(tmp_path, plane.kubeconfig, namespace=space.name)
    jobset = CASES["plain"].objects(space.name)[-1]
    jobset["spec"]["replicatedJobs"][0]["name"] = "n" * 60
    with pytest.raises(InvalidInput):
        api.create(collection(jobset), jobset, dry_run=True)
    jobset = CASES["gang"].objects(space.name)[-1]
    template = jobset["spec"]["replicatedJobs"][0]["template"]["spec"]["template"]
    template["metadata"]["annotations"]["kueue.x-k8s.io/podset-preferred-topology"] = BLOCK
    with pytest.raises(Forbidden, match="more than one topology annotation"):
        api.create(collection(jobset), jobset, dry_run=True)


def test_a_kind_of_gpu_and_a_rack_are_obeyed(make_space):
    space = make_space({"h100": {GPU: 32}, "a100": {GPU: 32}})
    space.fake_nodes(4, "h100", rack=2)
    wanted = space.fake_nodes(4, "a100", rack=2)
    start(space, nodes=2, gpus=8, gpu="a100", topology="same-rack")
    names = {pod["spec"]["nodeName"] for pod in gangs.until_running(space, NAME, 2)}
    assert names in (set(wanted[:2]), set(wanted[2:]))


def test_a_fabric_is_part_of_what_is_asked_for(make_space):
    devices = {"rdma/ib": 8}
    space = make_space({"h100": {GPU: 32, **devices}}, covered=["cpu", "memory", GPU, "rdma/ib"])
    space.fake_nodes(2, resources={"rdma/ib": "1"})
    start(space, nodes=2, gpus=4, fabric="ib")
    (pod, _) = gangs.until_running(space, NAME, 2)
    (container,) = pod["spec"]["containers"]
    assert container["resources"]["limits"]["rdma/ib"] == "1"
    assert container["securityContext"]["capabilities"]["add"] == ["IPC_LOCK"]


@pytest.mark.parametrize("code", [71, 137, 143])
def test_an_end_from_outside_restarts_the_gang_until_the_limit(space, code):
    space.fake_nodes(2)
    start(space, nodes=2, gpus=8, restarts=RESTARTED, restarts_left=1)
    before = gangs.until_running(space, NAME, 2)
    fail(space, before[0], code)
    until("it was restarted", lambda: jobset(space)["status"].get("restarts") == 1)
    again = gangs.until_running(space, NAME, 2)
    assert not {_uid(pod) for pod in before} & {_uid(pod) for pod in again}
    label = again[0]["metadata"]["labels"]["jobset.sigs.k8s.io/restart-attempt"]
    assert label == "1"
    fail(space, again[1], code)
    failed = condition(gangs.until_over(space, NAME, "Failed"), "Failed")
    assert failed["reason"] == "ReachedMaxRestarts"


@pytest.mark.parametrize("code", [64, 68, 1])
def test_the_programs_own_failure_is_final(space, code):
    space.fake_nodes(2)
    start(space, nodes=2, gpus=8, restarts=RESTARTED, restarts_left=2)
    fail(space, gangs.until_running(space, NAME, 2)[1], code)
    over = gangs.until_over(space, NAME, "Failed")
    assert condition(over, "Failed")["reason"] == "FailJobSetFailurePolicyAction"
    assert over["status"].get("restarts", 0) == 0


@pytest.mark.parametrize(("on", "restarts"), [(["node_lost"], 1), (["program_error"], 0)])
def test_a_disrupted_pod_is_a_lost_node_whatever_its_code(space, on, restarts):
    space.fake_nodes(2)
    start(space, nodes=2, gpus=8, restarts={"limit": 1, "on": on}, restarts_left=1)
    pod = gangs.until_running(space, NAME, 2)[0]
    fail(space, pod, 64, conditions=[{"type": "DisruptionTarget", "status": "True"}])
    if restarts:
        until("it was restarted", lambda: jobset(space)["status"].get("restarts") == restarts)
    else:
        assert gangs.until_over(space, NAME, "Failed")["status"].get("restarts", 0) == 0


def test_names_that_kubernetes_does_not_know_are_shown_as_given(space):
    shown = "名字 with a space, and longer than sixty-three characters by a good deal"
    start(space, name=shown, nodes=1)
    assert jobset(space)["metadata"]["annotations"]["ogai-lab.org/name"] == shown


def test_an_export_is_all_that_kubectl_needs(plane, space, tmp_path):
    space.fake_nodes(2)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "train.py").write_text("print(1)\n")
    options = {"namespace": space.name, "image": "none", "queues": {"default": space.queue}}
    clusters = service(tmp_path / "home", plane.kubeconfig, **options)
    script = {"kind": "script", "path": "train.py"}
    spec = {"run": script, "workdir": str(tmp_path / "work"), "cluster": "lab", "nodes": 2}
    made = list(yaml.safe_load_all(clusters.export(JobSpec.model_validate(spec), Caller("ada"))))
    for one in made:
        space.create(one)
    gangs.until_running(space, made[-1]["metadata"]["name"], 2)
    clusters.close()


def start(space: Space, *, restarts_left: int = 0, **spec: Any) -> None:
    """Create the objects of a job in a space, for real."""
    for made in made_of(space, restarts_left=restarts_left, **spec):
        space.create(made)


def made_of(space: Space, *, restarts_left: int = 0, **spec: Any) -> Iterator[Object]:
    """Yield the objects of a job whose code is nothing: fake pods run none."""
    whole = JobSpec.model_validate({"run": {"kind": "command", "argv": ["true"]}, **spec})
    kinds = [space.flavor(kind) for kind in ("h100", "a100")]
    facts = Facts(flavors={kind: {POOL: kind} for kind in kinds}, levels=(BLOCK, RACK, HOSTNAME))
    order = Order(
        job_id=NAME, owner="ada", spec=whole, placements=(), attempt=1, restarts_left=restarts_left
    )
    config = ClusterConfig(name="lab", image="none", queues={"default": space.queue})
    parcel = delivery.Parcel(files={delivery.ORDER: b"{}", delivery.START: b""})
    yield from objects(order, config, parcel, installation="i", namespace=space.name, facts=facts)


def fail(space: Space, pod: Object, code: int, **more: Any) -> None:
    """Let a fake pod fail, as a node would say it."""
    at = pod["metadata"]["creationTimestamp"]
    ended = {"exitCode": code, "reason": "Error", "startedAt": at, "finishedAt": at}
    status = {"name": "ranks", "image": "none", "imageID": "", "ready": False, "restartCount": 0}
    body = {"phase": "Failed", "containerStatuses": [{**status, "state": {"terminated": ended}}]}
    path = f"{space.path('pods')}/{pod['metadata']['name']}/status"
    space.api.patch(path, {"status": {**body, **more}})


def jobset(space: Space) -> Object:
    return space.api.get(f"{space.path('jobsets')}/{NAME}")


def _uid(pod: Object) -> str:
    return str(pod["metadata"]["uid"])


def _is_kept(made: Any, answer: Any) -> None:
    """Check that all that was asked for stands in the answer: nothing is dropped as unknown."""
    if isinstance(made, dict):
        for key in made.keys() - {"stringData"}:
            assert key in answer, key
            _is_kept(made[key], answer[key])
    elif isinstance(made, list):
        for one, other in zip(made, answer, strict=False):
            _is_kept(one, other)
