"""Kernels that are sessions stay when the server ends; the next server goes on with them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_server.services.kernels.kernelmanager import MappingKernelManager

from ogai_lab_server.sessions.provisioner import SessionProvisioner

if TYPE_CHECKING:
    from ogai_lab_server.sessions.desk import Desk


_DESK = "ogai_desk"


def keep_sessions(manager: MappingKernelManager, desk: Desk) -> None:
    """Make a manager of kernels, of whatever class, let go of sessions instead of ending them."""
    kind = type(manager)
    manager.__class__ = type(f"Keeping{kind.__name__}", (_Keeping, kind), {})
    setattr(manager, _DESK, desk)


async def adopt_all(
    manager: Any, desk: Desk, environment: Callable[[str], dict[str, str]]
) -> list[str]:
    """Go on with the sessions of the server before this one; return the ids of their kernels.

    Parameters
    ----------
    environment
        Returns the variables that the kernel of an id is given when it is started anew.
    """
    adopted = []
    for kernel_id, record in list(desk.shelf.kernels()):
        if kernel_id not in manager and await manager.adopt(
            kernel_id, record, environment(kernel_id)
        ):
            adopted.append(kernel_id)
        else:
            desk.shelf.drop(kernel_id)
    return adopted


class _Keeping(MappingKernelManager):
    ogai_desk: Desk | None = None  # none where somebody makes another manager of this class

    async def adopt(
        self, kernel_id: str, record: dict[str, Any], environment: dict[str, str]
    ) -> bool:
        """Go on with a kernel that runs; return whether it does.

        Nothing in it waits, so when it runs before the first request, none finds a kernel missing.
        """
        km = self.kernel_manager_factory(
            connection_file=os.path.join(self.connection_dir, f"kernel-{kernel_id}.json"),  # noqa: PTH118
            parent=self,
            log=self.log,
            kernel_name=record["kernel_name"],
            kernel_spec_manager=self.kernel_spec_manager,
        )
        km.kernel_id = kernel_id
        try:
            km.provisioner = KernelProvisionerFactory.instance(
                parent=self
            ).create_provisioner_instance(kernel_id, km.kernel_spec, parent=km)
        except NoSuchKernel:
            return False
        connection = km.provisioner.adopt(record)
        if connection is None:
            return False
        km._reconcile_connection_info(connection)
        km._attempted_start = True
        km._launch_args = {"env": {**os.environ, **environment}, "cwd": record["folder"]}
        km.ready.set_result(None)
        km.execution_state = "starting"  # what it is it says with its next message
        km.reason = ""
        km.last_activity = dt.datetime.now(dt.UTC)
        own: Any = self  # whose methods Jupyter has not annotated
        own._kernels[kernel_id] = km
        own._kernel_connections[kernel_id] = 0
        km.start_restarter()
        await own._finish_kernel_start(kernel_id)
        if not own._initialized_culler:
            own.initialize_culler()
        return True

    def shutdown_all(self, *args: Any, **kwargs: Any) -> Any:
        for kernel_id in [one for one in self.list_kernel_ids() if self._session_of(one)]:
            self._let_go(kernel_id)
        return self._above.shutdown_all(*args, **kwargs)

    def restart_kernel(self, kernel_id: str, *args: Any, **kwargs: Any) -> Any:
        provisioner = self._session_of(kernel_id)
        if provisioner is not None:
            provisioner.asked = True
        return self._above.restart_kernel(kernel_id, *args, **kwargs)

    def remove_kernel(self, kernel_id: str) -> Any:
        if self.ogai_desk is not None:
            self.ogai_desk.shelf.drop(kernel_id)
        return self._above.remove_kernel(kernel_id)

    @property
    def _above(self) -> Any:
        return super()

    def _session_of(self, kernel_id: str) -> SessionProvisioner | None:
        provisioner = self._kernels[kernel_id].provisioner if kernel_id in self._kernels else None
        return provisioner if isinstance(provisioner, SessionProvisioner) else None

    def _let_go(self, kernel_id: str) -> None:
        """Forget a kernel without ending it."""
        own: Any = self
        own.stop_watching_activity(kernel_id)
        own.stop_buffering(kernel_id)
        km = own._kernels.pop(kernel_id)
        km.stop_restarter()
        km._close_control_socket()
        km.cleanup_connection_file()
