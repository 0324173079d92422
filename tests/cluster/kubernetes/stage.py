"""A stage on which causes are produced: one namespace and lab, with pools, flavors and queues."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.spec import JobSpec
from ogai_lab.scheduler.types import Explanation, Job
from tests.cluster.kubernetes.labs import ME, Lab, configure
from tests.controlplane import fake_nodes, spaces
from tests.controlplane.client import Client, Object, until
from tests.controlplane.fake_nodes import GPU, POOL, TAINT, Shape
from tests.controlplane.spaces import Space

KUEUE = "kueue.x-k8s.io/v1beta2"
MIG = "nvidia.com/mig-1g.5gb"
_POOLS = {
    "free": (48, Shape()),
    "racks": (4, Shape(rack=2)),
    "few": (1, Shape()),
    "bare": (1, Shape()),
    "sick": (1, Shape()),
    "gone": (1, Shape()),
    "h100": (2, Shape()),
    "a100": (2, Shape()),
    "mig": (1, Shape(resources={MIG: "7"})),
    "kept": (1, Shape(taints=[{"key": "kept", "value": "yes", "effect": "NoSchedule"}])),
}
_PLENTY = {"cpu": "100000", "memory": "100Ti"}
_ARRANGERS = 6


class Stage:
    """One space of a cluster with a lab on it; `arrange` makes many situations at once."""

    def __init__(self, api: Client, kubeconfig: Path, home: Path) -> None:
        self.api = api
        self.space: Space = spaces.make(api, {"free": {GPU: 1000}})
        with ThreadPoolExecutor(len(_POOLS)) as several:
            list(several.map(self._pool, _POOLS))
        self._flavor("bare", topologyName=None)
        self._flavor("shut", nodeTaints=[{"key": "shut", "value": "", "effect": "NoSchedule"}])
        for name in _POOLS.keys() - {"free", "bare"}:
            self._flavor(name)
        nowhere = {"resource": GPU, "labels": {POOL: "nowhere"}}
        kinds = {"B200": nowhere, "MIG": {"resource": MIG}}
        configure(home, kubeconfig, self.space, gpus=kinds)
        self.lab = Lab(home, self.space)
        self._several = ThreadPoolExecutor(_ARRANGERS)
        self._arranged: dict[str, Future[Job]] = {}

    def arrange(self, causes: Mapping[str, Any]) -> None:
        """Begin to make every situation."""
        for name, cause in causes.items():
            self._arranged[name] = self._several.submit(cause.arrange, self, name)

    def job(self, name: str) -> Job:
        """Return the job of a situation, once that has been made."""
        return self._arranged[name].result(300)

    def queue(
        self,
        name: str,
        quotas: Mapping[str, Any],
        *,
        covered: Sequence[str] = (GPU,),
        **spec: Any,
    ) -> str:
        """Make a LocalQueue with a ClusterQueue of its own: GPUs by flavor."""
        behind = f"{self.space.name}-{name}"
        flavors = [
            {
                "name": self.space.flavor(flavor),
                "resources": [
                    *({"name": one, "nominalQuota": _PLENTY[one]} for one in _PLENTY),
                    *({"name": one, **_nominal(quota)} for one in covered),
                ],
            }
            for flavor, quota in quotas.items()
        ]
        mine = {"matchLabels": {"kubernetes.io/metadata.name": self.space.name}}
        groups = [{"coveredResources": [*_PLENTY, *covered], "flavors": flavors}]
        self.create(
            "ClusterQueue", behind, {"namespaceSelector": mine, "resourceGroups": groups, **spec}
        )
        self.create("LocalQueue", name, {"clusterQueue": behind})
        return name

    def create(self, kind: str, name: str, spec: Any, version: str = KUEUE) -> Object:
        """Create an object of which only the spec matters."""
        meta = {"name": name}
        return self.space.create(
            {"apiVersion": version, "kind": kind, "metadata": meta, "spec": spec}
        )

    def submit(self, **fields: Any) -> Job:
        """Submit a job of 8 GPUs a node, unless it is said otherwise."""

        def submitted() -> Job | None:
            try:
                return self.lab.submit(**{"gpus": 8, **fields})
            except InvalidInput as exc:
                if exc.field != "queue":
                    raise
                return None  # the lab has not seen the queue yet, which was made just now

        return until(f"the queue of {fields} is seen", submitted)

    def running(self, **fields: Any) -> Job:
        """Submit a job and wait until it runs."""
        return self.lab.until(self.submit(**fields), "running")

    def hand_over(self, job: Job) -> Object:
        """Wait until Kueue has a job's workload and return it."""

        def there() -> Object | None:
            found = self.api.items(self.space.path("workloads"))
            return next((one for one in found if _owner(one) == job.id), None)

        return until(f"Kueue has {job.id}", there)

    def stall(self, job: Job, reason: str, message: str) -> Job:
        """Let the pods of a job wait for their container, as a kubelet would say it."""
        for pod in self.lab.pods(job):
            waiting = {"waiting": {"reason": reason, "message": message}}
            status = {"name": "ranks", "image": "x", "imageID": "", "ready": False}
            body = {
                "phase": "Pending",
                "containerStatuses": [{**status, "restartCount": 0, "state": waiting}],
            }
            path = f"{self.space.path('pods')}/{pod['metadata']['name']}/status"
            self.api.patch(path, {"status": body})
        return job

    def until_attempt(self, job: Job, attempt: int) -> None:
        """Wait until a job runs in its `attempt`-th try."""

        def there() -> bool:
            now = self.lab.job(job)
            return (now.state, now.attempt) == ("running", attempt)

        until(f"{job.id} runs again", there)

    def explained(self, job: Job, code: str, change: str = "") -> Explanation:
        """Wait until the first reason of a job has this code, and a change of it is offered."""
        last: list[Explanation] = []

        def said() -> Explanation | None:
            answer = self.lab.scheduler.explain(job.id)
            last[:] = [answer]
            offered = not change or any(one.startswith(change) for one in answer.would_start)
            return answer if answer.reasons[0].code == code and offered else None

        try:
            return until(f"{job.id}: {code} {change}", said, 30, every=0.1)
        except TimeoutError as exc:
            raise AssertionError(f"{exc}: {last}") from None

    def starts(self, job: Job, change: str) -> None:
        """Submit a job again with a change that was offered, and see it admitted."""
        name, _, value = change.partition("=")
        changed = job.spec.model_dump() | {name: ast.literal_eval(value)}
        again = self.lab.scheduler.submit(JobSpec.model_validate(changed), ME)
        admitted = ("starting", "running")
        try:
            until(f"{again.id} starts", lambda: self.lab.job(again).state in admitted)
        except TimeoutError as exc:
            now = self.lab.scheduler.explain(again.id)
            raise AssertionError(f"{exc} with {change}: {now}") from None

    def close(self, *, whole: bool) -> None:
        """End the lab; remove the `whole` space, or its nodes alone where the cluster ends soon.

        To wait until a hundred pods are gone takes as long as a third of all causes.
        """
        self._several.shutdown()
        self.lab.close()
        if whole:
            self.space.remove()
        else:
            fake_nodes.remove(self.api, self.space.nodes)

    def _pool(self, name: str) -> None:
        count, shape = _POOLS[name]
        self.space.nodes += fake_nodes.add(self.api, self.space.flavor(name), count, shape)

    def _flavor(self, name: str, **spec: Any) -> None:
        usual = {
            "nodeLabels": {POOL: self.space.flavor(name)},
            "topologyName": "racks",
            "tolerations": [{"key": TAINT, "operator": "Exists"}],
        }
        whole = {key: value for key, value in (usual | spec).items() if value is not None}
        self.create("ResourceFlavor", self.space.flavor(name), whole)


def _nominal(quota: Any) -> Object:
    return dict(quota) if isinstance(quota, Mapping) else {"nominalQuota": str(quota)}


def _owner(thing: Object) -> str:
    return str(next(iter(thing["metadata"].get("ownerReferences") or ()), {}).get("name", ""))
