"""Carrying out an order: its objects are created, once, whoever tries and how often."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from ogai_lab.core.blobs import BlobStore
from ogai_lab.core.errors import Conflict, NotFound, Unauthenticated, Unavailable
from ogai_lab.scheduler.engines.base import Order
from ogai_lab.scheduler.engines.kubernetes import delivery, jobset, names, objects, paths, slim
from ogai_lab.scheduler.engines.kubernetes.api import Api
from ogai_lab.scheduler.engines.kubernetes.config import ClusterConfig
from ogai_lab.scheduler.engines.kubernetes.facts import Facts
from ogai_lab.scheduler.engines.kubernetes.refusals import AlreadyThere

Object = dict[str, Any]
_PATHS = {"ConfigMap": paths.configmaps, "Secret": paths.secrets, "JobSet": paths.jobsets}
_YOUNG = 600.0
"""Seconds that an object without an owner may be somebody's who is about to create the rest."""


class Orders:
    """Creates and removes the objects of one installation's jobs on one cluster.

    Parameters
    ----------
    installation
        The id that stands on all of them: nothing that lacks it is ever touched.
    facts
        Returns what is known of the cluster.
    """

    def __init__(
        self,
        api: Api,
        config: ClusterConfig,
        blobs: BlobStore,
        installation: str,
        facts: Callable[[], Facts],
    ) -> None:
        self._api, self._config, self._blobs = api, config, blobs
        self._installation, self._facts = installation, facts

    def carry_out(self, order: Order) -> str:
        """Create what an order needs, or find that it is there; return the uid of its JobSet.

        The cluster is asked first whether it would take the JobSet, so that nothing is left behind
        of one that it refuses.

        Raises
        ------
        OgaiError
            Why it cannot be created; `Unavailable` where it is worth another try.
        """
        parcel = delivery.deliver(order, self._config, self._blobs)
        *beside, gang = jobset.objects(
            order,
            self._config,
            parcel,
            installation=self._installation,
            namespace=self._api.namespace,
            facts=self._facts(),
        )
        try:
            made = self._create_all(order, beside, gang)
            for one in beside:
                owner = jobset.owned(one, made)["metadata"]["ownerReferences"]
                self._api.patch(self._path(one), {"metadata": {"ownerReferences": owner}})
        except Unauthenticated as exc:  # who renews the credential need not submit again
            raise Unavailable(exc.message, cause=exc.cause, action=exc.action) from exc
        return str(made["metadata"]["uid"])

    def end(self, job_id: str, kind: str) -> None:
        """End a job's pods, as `kind`, and remove its objects. What is gone is fine."""
        path = paths.jobsets(self._api.namespace, names.object_name(job_id))
        try:
            found = self._api.get(path)
            self._refuse_others(found)
            if "deletionTimestamp" in found["metadata"]:
                return
            uid = found["metadata"]["uid"]
            note = {"uid": uid, "annotations": {names.STOP: kind}}
            self._api.patch(path, {"metadata": note})
            self._api.delete(path, propagation="foreground", uid=uid)
        except NotFound:
            return

    def hurry(self, pods: Iterable[objects.PodObject]) -> None:
        """End pods that have had their time to end by themselves."""
        for pod in pods:
            try:
                path = paths.pods(pod.namespace, pod.name)
                self._api.delete(path, uid=pod.uid, grace=1)
            except NotFound:
                continue

    def remove(self, job_id: str, uid: str) -> None:
        """Remove what is left of a job that is over. What is gone is fine."""
        path = paths.jobsets(self._api.namespace, names.object_name(job_id))
        try:
            self._api.delete(path, uid=uid)
        except NotFound:
            return

    def exists(self, job_id: str, uid: str) -> bool:
        """Whether the cluster has this JobSet now."""
        path = paths.jobsets(self._api.namespace, names.object_name(job_id))
        try:
            return bool(self._api.get(path)["metadata"]["uid"] == uid)
        except NotFound:
            return False

    def remove_orphans(self, known: set[str]) -> None:
        """Remove what was made for a job whose JobSet then never was."""
        for resource in (paths.configmaps, paths.secrets):
            listed = self._api.list_(
                resource(self._api.namespace), labelSelector=names.selector(self._installation)
            )
            for one in listed["items"]:
                meta = one["metadata"]
                born = slim.seconds(meta["creationTimestamp"]) or 0.0
                mine = meta["labels"].get(names.JOB) not in known and time.time() - born > _YOUNG
                if mine and not meta.get("ownerReferences"):
                    self._api.delete(resource(self._api.namespace, meta["name"]), uid=meta["uid"])

    def _create_all(self, order: Order, beside: list[Object], gang: Object) -> Object:
        path = paths.jobsets(self._api.namespace)
        try:
            self._api.create(path, gang, dry_run=True)
            for one in beside:
                self._create(order, one)
            return self._api.create(path, gang)
        except AlreadyThere:
            return self._found(order, self._path(gang))

    def _create(self, order: Order, thing: Object) -> None:
        try:
            self._api.create(_PATHS[thing["kind"]](self._api.namespace), thing)
        except AlreadyThere:
            self._found(order, self._path(thing))

    def _found(self, order: Order, path: str) -> Object:
        """Return what has the name already, where it is of this order."""
        found = self._api.get(path)
        self._refuse_others(found)
        meta = found["metadata"]
        same = meta["labels"].get(names.ATTEMPT) == str(order.attempt)
        if same and "deletionTimestamp" not in meta:
            return found
        self._api.delete(path, propagation="foreground", uid=meta["uid"])
        raise Unavailable(f"The attempt before is still being removed from {self._api.host}.")

    def _refuse_others(self, found: Object) -> None:
        meta = found["metadata"]
        if meta.get("labels", {}).get(names.INSTALLATION) != self._installation:
            raise Conflict(
                f"There is another {found['kind']} {meta['name']!r} in namespace "
                f"{self._api.namespace!r}, which is not of this installation.",
                action="Submit the job again: it is given another id.",
            )

    def _path(self, thing: Object) -> str:
        return _PATHS[thing["kind"]](self._api.namespace, thing["metadata"]["name"])
