"""A real control plane on this machine: etcd, API server, scheduler, managers, Kueue, JobSet, kwok.

It needs neither root nor containers, is ready in about six seconds and ends with its starter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Self

from tests.controlplane import components, manifests
from tests.controlplane.access import write_kubeconfig, write_tokens
from tests.controlplane.build import Binaries, binaries
from tests.controlplane.client import Client, Object, holds, until
from tests.controlplane.components import HOST, Options, Wiring
from tests.controlplane.folders import Folder
from tests.controlplane.pki import Authority
from tests.controlplane.processes import Processes, answers

_SERVES = (
    *("localhost", HOST, "10.96.0.1", "kubernetes", "kubernetes.default"),
    # The aggregator asks for this name, whatever address it has reached.
    *("kubernetes.default.svc", "visibility-server.kueue-system.svc"),
)
_DEFAULT = Options()
_PENDING = "/apis/apiregistration.k8s.io/v1/apiservices/v1beta2.visibility.kueue.x-k8s.io"


class Plane:
    """A control plane of one's own.

    Attributes
    ----------
    kubeconfig : Path
        An administrator's, with files of this machine; its one context is ``ogai-test``.
    token : str
        The administrator's.
    api : Client
        Raw requests with that administrator's rights.
    processes : Processes
        ``etcd``, ``kube-apiserver``, ``kube-scheduler``, ``kube-controller-manager``, ``jobset``,
        ``kueue``, ``kwok``, by name: to be ended, paused and started again.
    """

    def __init__(self, options: Options = _DEFAULT, built: Binaries | None = None) -> None:
        self.options = options
        self.binaries = built or binaries()
        self._folder = Folder()
        self.folder = self._folder.path
        self.processes = Processes(self.folder)
        self.authority = Authority(self.folder / "pki", "ca")
        proxies = Authority(self.folder / "pki", "front-proxy-ca")
        issue = self.authority.issue
        self.wiring = Wiring(
            folder=self.folder,
            options=options,
            authority=self.authority.certificate,
            proxies=proxies.certificate,
            server=issue("server", HOST, hosts=_SERVES),
            proxy_client=proxies.issue("front-proxy-client", "front-proxy-client"),
            kubelet_client=issue("kubelet-client", "kubelet-client", ["system:masters"]),
            accounts=issue("service-accounts", "service-accounts"),
        )
        self.url = self.wiring.url
        self.token = write_tokens(self.folder, self.url, self.authority.certificate)
        self.kubeconfig = self.wiring.kubeconfig("admin")
        self.api = Client(self.url, self.authority.certificate, token=self.token)

    def start(self) -> Self:
        """Start everything and wait until it serves; call it from the main thread."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End everything and remove the folder; idempotent."""
        self.processes.end_all()
        self.api.close()
        self._folder.remove()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def user(
        self,
        name: str,
        groups: Sequence[str] = (),
        *,
        namespace: str | None = None,
        lifetime: dt.timedelta = dt.timedelta(days=1),
    ) -> Path:
        """Return the kubeconfig of a user who has no right but those that a test binds to it.

        A negative `lifetime` gives credentials that have expired.
        """
        identity = self.authority.issue(f"user-{name}", name, groups, lifetime=lifetime)
        file = self.folder / f"user-{name}.kubeconfig"
        return write_kubeconfig(
            file, self.url, self.authority.certificate, identity=identity, namespace=namespace
        )

    def restart(self, component: str) -> None:
        """Start a component again, as it was, and wait until it serves."""
        self.processes.restart(component)
        self._wait(component)

    def _start(self) -> None:
        wiring, options = self.wiring, self.options
        self._run("etcd", components.etcd(wiring))
        self._run("kube-apiserver", components.apiserver(wiring))
        self._wait("kube-apiserver")
        self._run("kube-scheduler", components.scheduler(wiring))
        self._install()
        self._run("kube-controller-manager", components.manager(wiring))
        if options.jobset:
            self._run("jobset", components.jobset(wiring))
        if options.kueue:
            (binary,) = self.binaries.command("kueue")
            self.processes.start("kueue", components.kueue(wiring, Path(binary)))
        if options.kwok:
            for stage in manifests.stages(self.binaries.manifests("kwok")):
                self.api.create(stage)
            self._run("kwok", components.kwok(wiring))
        for component in self.processes.names():
            self._wait(component)
        if options.kueue:
            authority = self.authority.certificate.read_bytes()
            for service in manifests.visibility(wiring.ports["kueue_visibility"], authority):
                self.api.create(service)
            available = partial(self._holds, _PENDING, "Available")
            until("Kueue's list of pending workloads", available)

    def _run(self, component: str, flags: list[str]) -> None:
        self.processes.start(component, [*self.binaries.command(component), *flags])

    def _wait(self, component: str) -> None:
        address = self.wiring.address
        health = {
            "etcd": f"http://{address('etcd')}/health",
            "kube-apiserver": f"{self.url}/readyz",
            "kube-scheduler": f"https://{address('scheduler')}/readyz",
            "kube-controller-manager": f"https://{address('manager')}/healthz",
            "jobset": f"http://{address('jobset_health')}/readyz",
            "kueue": f"http://{address('kueue_health')}/readyz",
            "kwok": f"http://{address('kwok')}/healthz",
        }[component]
        token = self.token if component == "kube-apiserver" else None
        self.processes.until(component, f"{health} answers", partial(answers, health, token))

    def _install(self) -> None:
        """Put definitions, rights and webhooks in; webhooks last, for they refuse until served."""
        ports, authority = self.wiring.ports, self.authority.certificate.read_bytes()
        definitions: list[Object] = []
        things: list[Object] = []
        hooks: list[Object] = []
        if self.options.kueue:
            folder = self.binaries.manifests("kueue")
            port = ports["kueue_hooks"]
            definitions += manifests.converted(manifests.definitions(folder), port, authority)
            hooks += manifests.kueue_hooks(folder, port, authority)
            self.api.create(manifests.namespace("kueue-system"))
            things += manifests.rights("kueue", folder, manifests.KUEUE)
            things += manifests.visibility_rights()
        if self.options.jobset:
            folder = self.binaries.manifests("jobset")
            definitions += manifests.definitions(folder)
            hooks += manifests.jobset_hooks(folder, ports["jobset_hooks"], authority)
            self.api.create(manifests.namespace("jobset-system"))
            things += manifests.rights("jobset", folder, manifests.JOBSET)
        if self.options.kwok:
            folder = self.binaries.manifests("kwok")
            found = manifests.definitions(folder)
            played = ("Stage", "Logs", "ClusterLogs")
            definitions += [crd for crd in found if crd["spec"]["names"]["kind"] in played]
            things += manifests.rights("kwok", folder, manifests.KWOK)
        with ThreadPoolExecutor(8) as several:
            list(several.map(self.api.create, [*definitions, *things]))
        until("definitions are served", partial(self._served, definitions), every=0.1)
        for hook in hooks:
            self.api.create(hook)

    def _served(self, definitions: list[Object]) -> bool:
        """Tell whether the API has all these kinds; asks for names, not for megabytes of schema."""
        wanted = {
            (f"/apis/{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["plural"])
            for crd in definitions
            for version in crd["spec"]["versions"]
            if version["served"]
        }
        return all(
            {plural for at, plural in wanted if at == path}
            <= {resource["name"] for resource in self.api.get(path)["resources"]}
            for path in {path for path, _ in wanted}
        )

    def _holds(self, path: str, kind: str) -> bool:
        return holds(self.api.get(path), kind)
