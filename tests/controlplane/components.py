"""How each process of a control plane is called, and what its configuration file says."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.controlplane.pki import Identity

HOST = "127.0.0.1"
_NAMES = (
    *("etcd", "etcd_peer", "apiserver", "manager", "scheduler"),
    *("jobset_hooks", "jobset_health", "kueue_hooks", "kueue_health", "kueue_visibility", "kwok"),
)
_FAST = {"qps": 500, "burst": 1000}
_NO_LEADER = {"leaderElect": False}


@dataclass(frozen=True)
class Options:
    """What a plane is made of.

    Attributes
    ----------
    kueue, jobset, kwok : bool
        Whether these are installed at all.
    fails_fast : bool
        A node that goes silent is lost after 8 s, not after 50 s.
    """

    kueue: bool = True
    jobset: bool = True
    kwok: bool = True
    fails_fast: bool = False


@dataclass(frozen=True)
class Wiring:
    """Where the processes of one plane find each other: folder, ports, certificates."""

    folder: Path
    options: Options
    authority: Path
    proxies: Path
    server: Identity
    proxy_client: Identity
    kubelet_client: Identity
    accounts: Identity
    ports: dict[str, int] = field(default_factory=lambda: free_ports(_NAMES))

    @property
    def url(self) -> str:
        """The API server's address."""
        return f"https://{HOST}:{self.ports['apiserver']}"

    def kubeconfig(self, name: str) -> Path:
        """Return the kubeconfig of one of our own accounts."""
        return self.folder / f"{name}.kubeconfig"

    def address(self, port: str) -> str:
        """Return ``host:port`` of a named port."""
        return f"{HOST}:{self.ports[port]}"

    def wrote(self, name: str, content: dict[str, Any]) -> Path:
        """Write a configuration file and return its path."""
        file = self.folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(content))
        return file


def free_ports(names: Sequence[str]) -> dict[str, int]:
    """Return a free port for each name; all are held at once, so that none comes twice."""
    probes = [socket.socket() for _ in names]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return {name: probe.getsockname()[1] for name, probe in zip(names, probes, strict=True)}
    finally:
        for probe in probes:
            probe.close()


def etcd(wiring: Wiring) -> list[str]:
    """Return etcd's flags; it keeps nothing that has to outlive the machine."""
    clients, peers = (f"http://{wiring.address(port)}" for port in ("etcd", "etcd_peer"))
    return [
        *("--name=one", f"--data-dir={wiring.folder}/etcd", "--unsafe-no-fsync"),
        "--log-level=warn",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=one={peers}",
    ]


def apiserver(wiring: Wiring) -> list[str]:
    """Return the API server's flags."""
    lost = [
        "--default-unreachable-toleration-seconds=1",
        "--default-not-ready-toleration-seconds=1",
    ]
    return [
        f"--etcd-servers=http://{wiring.address('etcd')}",
        *_serving(wiring, "apiserver"),
        f"--advertise-address={HOST}",
        "--endpoint-reconciler-type=none",
        f"--client-ca-file={wiring.authority}",
        f"--token-auth-file={wiring.folder}/tokens.csv",
        f"--service-account-key-file={wiring.accounts.key}",
        f"--service-account-signing-key-file={wiring.accounts.key}",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        f"--requestheader-client-ca-file={wiring.proxies}",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={wiring.proxy_client.certificate}",
        f"--proxy-client-key-file={wiring.proxy_client.key}",
        f"--kubelet-client-certificate={wiring.kubelet_client.certificate}",
        f"--kubelet-client-key={wiring.kubelet_client.key}",
        f"--kubelet-certificate-authority={wiring.authority}",
        "--kubelet-preferred-address-types=InternalIP",
        *("--allow-privileged", "--profiling=false"),
        *(lost if wiring.options.fails_fast else ()),
    ]


def scheduler(wiring: Wiring) -> list[str]:
    """Return the scheduler's flags; a pod that did not fit is looked at again within 2 s."""
    config = {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "leaderElection": _NO_LEADER,
        "clientConnection": {"kubeconfig": str(wiring.kubeconfig("scheduler")), **_FAST},
        "podInitialBackoffSeconds": 1,
        "podMaxBackoffSeconds": 2,
    }
    file = wiring.wrote("scheduler", config)
    return [f"--config={file}", *_asking(wiring, "scheduler"), *_serving(wiring, "scheduler")]


def manager(wiring: Wiring) -> list[str]:
    """Return the controller manager's flags.

    Its garbage collector reads every 30 s which kinds there are: start it when all are there.
    """
    lost = ["--node-monitor-period=1s", "--node-monitor-grace-period=8s"]
    return [
        f"--kubeconfig={wiring.kubeconfig('manager')}",
        *_asking(wiring, "manager"),
        *_serving(wiring, "manager"),
        "--leader-elect=false",
        "--use-service-account-credentials",
        f"--service-account-private-key-file={wiring.accounts.key}",
        f"--root-ca-file={wiring.authority}",
        f"--flex-volume-plugin-dir={wiring.folder}/flexvolume",
        *("--kube-api-qps=500", "--kube-api-burst=1000", "--concurrent-job-syncs=20"),
        "--profiling=false",
        *(lost if wiring.options.fails_fast else ()),
    ]


def jobset(wiring: Wiring) -> list[str]:
    """Return the flags of JobSet's manager."""
    config = _controller(wiring, "jobset", str(_certificates(wiring.folder / "tls", wiring)))
    config["apiVersion"] = "config.jobset.x-k8s.io/v1alpha1"
    file = wiring.wrote("jobset", config)
    return [f"--config={file}", f"--kubeconfig={wiring.kubeconfig('jobset')}"]


def kueue(wiring: Wiring, binary: Path) -> list[str]:
    """Return the whole command of Kueue's manager, in a root folder of its own.

    The paths of two of its certificates are compiled in, so it gets a root where they are.
    """
    root = wiring.folder / "kueue-root"
    for folder in ("etc/kueue/metrics/certs", "visibility", "tls"):
        _certificates(root / folder, wiring)
    (root / "tmp").mkdir()
    (root / "etc/hosts").write_text(f"{HOST} localhost\n")
    (root / "ca.crt").write_bytes(wiring.authority.read_bytes())
    config = yaml.safe_load(wiring.kubeconfig("kueue").read_text())
    config["clusters"][0]["cluster"]["certificate-authority"] = "/ca.crt"
    (root / "kubeconfig").write_text(yaml.safe_dump(config))
    config = _controller(wiring, "kueue", "/tls") | {
        "apiVersion": "config.kueue.x-k8s.io/v1beta2",
        "visibilityServer": {"bindAddress": HOST, "bindPort": wiring.ports["kueue_visibility"]},
        "integrations": {"frameworks": ["batch/job", "jobset.x-k8s.io/jobset"]},
    }
    (root / "config.yaml").write_text(yaml.safe_dump(config))
    (root / "kueue").touch()
    return [
        *("unshare", "--mount", "--map-root-user", "sh", "-c"),
        'mount --bind "$0" "$1/kueue" && exec chroot "$1" /kueue "$2" "$3" "$4"',
        *(str(binary), str(root)),
        *("--config=/config.yaml", "--kubeconfig=/kubeconfig", "--zap-log-level=2"),
    ]


def kwok(wiring: Wiring) -> list[str]:
    """Return kwok's flags: it plays the nodes that carry its annotation, and their pods."""
    config = {
        "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
        "kind": "KwokConfiguration",
        "options": {
            "enableCRDs": ["Stage", "Logs", "ClusterLogs"],
            "manageAllNodes": False,
            "manageNodesWithAnnotationSelector": "kwok.x-k8s.io/node=fake",
            "nodeLeaseDurationSeconds": 8 if wiring.options.fails_fast else 40,
            "nodeLeaseParallelism": 4,
            "enablePodsOnNodeSyncStreamWatch": True,
            "podPlayStageParallelism": 16,
            "nodePlayStageParallelism": 8,
            "cidr": "10.200.0.0/16",
            "nodeIP": HOST,
            "nodePort": wiring.ports["kwok"],
            "enableDebuggingHandlers": True,
            # As a kubelet it answers for the logs of its pods, out of files that tests name.
            "tlsCertFile": str(wiring.server.certificate),
            "tlsPrivateKeyFile": str(wiring.server.key),
        },
    }
    file = wiring.wrote("kwok", config)
    kubeconfig = wiring.kubeconfig("kwok")
    address = wiring.address("kwok")
    return [f"--config={file}", f"--kubeconfig={kubeconfig}", f"--server-address={address}"]


def _serving(wiring: Wiring, port: str) -> list[str]:
    return [
        f"--bind-address={HOST}",
        f"--secure-port={wiring.ports[port]}",
        f"--tls-cert-file={wiring.server.certificate}",
        f"--tls-private-key-file={wiring.server.key}",
    ]


def _asking(wiring: Wiring, account: str) -> list[str]:
    kubeconfig = wiring.kubeconfig(account)
    return [f"--authentication-kubeconfig={kubeconfig}", f"--authorization-kubeconfig={kubeconfig}"]


def _controller(wiring: Wiring, name: str, certificates: str) -> dict[str, Any]:
    port = wiring.ports[f"{name}_hooks"]
    return {
        "kind": "Configuration",
        "leaderElection": _NO_LEADER,
        "internalCertManagement": {"enable": False},
        "webhook": {"host": HOST, "port": port, "certDir": certificates},
        "health": {"healthProbeBindAddress": wiring.address(f"{name}_health")},
        "metrics": {"bindAddress": "0"},
        "clientConnection": _FAST,
    }


def _certificates(folder: Path, wiring: Wiring) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tls.crt").write_bytes(wiring.server.certificate.read_bytes())
    (folder / "tls.key").write_bytes(wiring.server.key.read_bytes())
    return folder
