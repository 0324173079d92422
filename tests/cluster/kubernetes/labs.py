"""A lab of a test's own: a home folder whose jobs go to a space of the cluster under test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from ogai_lab.core.operations import Caller
from ogai_lab.scheduler.spec import CommandRun, JobSpec
from ogai_lab.scheduler.types import Job
from ogai_lab.workbench import Workbench
from ogai_lab.workbench.local import LocalWorkbench
from tests.controlplane.client import Client, Object, until
from tests.controlplane.containers import IMAGE
from tests.controlplane.spaces import Space

ME = Caller("ann")
CLUSTER = "lab"


def configure(home: Path, kubeconfig: Path, space: Space, **fields: Any) -> None:
    """Write the home's clusters.yaml: one cluster, the space."""
    known = {
        "kubeconfig": str(kubeconfig),
        "context": "ogai-test",
        "namespace": space.name,
        "image": IMAGE,
        "queues": {"default": space.queue},
        **fields,
    }
    home.mkdir(exist_ok=True)
    (home / "clusters.yaml").write_text(yaml.safe_dump({CLUSTER: known}))


class Lab:
    """A workbench on a home folder, and what a test asks of it and of its cluster."""

    def __init__(self, home: Path, space: Space, *, lead: bool = True) -> None:
        self.space, self.home = space, home
        self.workbench: LocalWorkbench = Workbench.local(home, lead=lead)
        self.scheduler = self.workbench.scheduler

    @property
    def api(self) -> Client:
        return self.space.api

    def submit(self, *argv: str, key: str | None = None, **fields: Any) -> Job:
        fields.setdefault("run", CommandRun(argv=list(argv or ("true",))))
        return self.scheduler.submit(JobSpec(cluster=CLUSTER, **fields), ME, key)

    def job(self, job: Job) -> Job:
        return self.scheduler.job(job.id)

    def until(self, job: Job, state: str, seconds: float = 60) -> Job:
        """Wait until a job is in a state, and return it."""

        def there() -> Job | None:
            now = self.job(job)
            return now if now.state == state else None

        try:
            return until(f"{job.id} is {state}", there, seconds)
        except TimeoutError as exc:
            raise TimeoutError(f"{exc}; it is {self.job(job)}") from None

    def jobset(self, job: Job) -> Object:
        return self.api.get(f"{self.space.path('jobsets')}/{job.id}")

    def jobsets(self) -> list[str]:
        return [one["metadata"]["name"] for one in self.api.items(self.space.path("jobsets"))]

    def pods(self, job: Job) -> list[Object]:
        selector = f"jobset.sigs.k8s.io/jobset-name={job.id}"
        found = self.api.items(self.space.path("pods"), labelSelector=selector)
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def finish(self, job: Job) -> None:
        """Let every fake pod of a job succeed."""
        for pod in self.pods(job):
            path = f"{self.space.path('pods')}/{pod['metadata']['name']}"
            self.api.patch(path, {"metadata": {"annotations": {"sim/duration": "1ms"}}})

    def fail(self, pod: Object, code: int, word: dict[str, Any] | None = None) -> None:
        """Let a fake pod fail as a node would say it, with the agent's last word."""
        status = {
            "phase": "Failed",
            "containerStatuses": [
                {
                    "name": "ranks",
                    "image": IMAGE,
                    "imageID": "",
                    "ready": False,
                    "restartCount": 0,
                    "state": {
                        "terminated": {
                            "exitCode": code,
                            "reason": "Error",
                            "message": json.dumps(word) if word else "",
                            "startedAt": pod["metadata"]["creationTimestamp"],
                            "finishedAt": pod["metadata"]["creationTimestamp"],
                        }
                    },
                }
            ],
        }
        path = f"{self.space.path('pods')}/{pod['metadata']['name']}/status"
        self.api.patch(path, {"status": status})

    def close(self) -> None:
        self.workbench.close()
