"""Sessions in the kernel list, without files that somebody would have to write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipykernel.kernelspec
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

if TYPE_CHECKING:
    from ogai_lab_server.sessions.desk import Desk, Offer

PROVISIONER = "ogai-session"
"""The name of the entry point of `provisioner.SessionProvisioner`."""

_DESK = "ogai_desk"
_LOGOS = str(Path(ipykernel.kernelspec.RESOURCES))


def offer_sessions(manager: KernelSpecManager, desk: Desk) -> None:
    """Add sessions to the kernels that a manager finds, of whatever class it is."""
    kind = type(manager)
    manager.__class__ = type(f"Sessions{kind.__name__}", (_WithSessions, kind), {})
    setattr(manager, _DESK, desk)


class _WithSessions(KernelSpecManager):
    ogai_desk: Desk

    def find_kernel_specs(self) -> dict[str, str]:
        found: dict[str, str] = super().find_kernel_specs()
        allowed = self.allowed_kernelspecs
        ours = [name for name in self.ogai_desk.offers if not allowed or name in allowed]
        return {**found, **dict.fromkeys(ours, _LOGOS)}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        offer = self.ogai_desk.offers.get(kernel_name)
        return super().get_kernel_spec(kernel_name) if offer is None else _spec(offer)


def _spec(offer: Offer) -> KernelSpec:
    provisioner: dict[str, Any] = {"provisioner_name": PROVISIONER, "config": offer.config}
    return KernelSpec(
        argv=["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        display_name=offer.display_name,
        language="python",
        metadata={"debugger": True, "kernel_provisioner": provisioner},
        resource_dir=_LOGOS,
    )
