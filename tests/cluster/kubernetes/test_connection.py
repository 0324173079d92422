"""Reaching a real API server, and everything that can stand in between."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
import yaml

from ogai_lab.core.errors import Forbidden, InvalidInput, NotFound, Unauthenticated, Unavailable
from ogai_lab.scheduler.engines.kubernetes import paths
from ogai_lab.scheduler.engines.kubernetes.refusals import AlreadyThere
from tests.cluster.kubernetes.seeing import connect, grant
from tests.controlplane.gangs import jobset
from tests.controlplane.pki import Authority
from tests.controlplane.plane import Plane
from tests.controlplane.spaces import Space

pytestmark = pytest.mark.kubernetes
SETTINGS = {"metadata": {"name": "settings"}, "data": {"a": "1"}}


def test_objects_are_made_changed_and_removed(plane: Plane, space: Space, tmp_path: Path) -> None:
    api = connect(tmp_path, plane.kubeconfig, namespace=space.name)
    maps = paths.configmaps(space.name)
    one = paths.configmaps(space.name, "settings")
    api.create(maps, SETTINGS, dry_run=True)
    with pytest.raises(NotFound, match="settings"):
        api.get(one)
    made = api.create(maps, SETTINGS)
    with pytest.raises(AlreadyThere):
        api.create(maps, SETTINGS)
    assert api.patch(one, {"data": {"b": "2"}})["data"] == {"a": "1", "b": "2"}
    pages = list(api.pages(maps, limit=1))
    assert sum(len(page["items"]) for page in pages) == len(pages) >= 2
    api.delete(one, uid=made["metadata"]["uid"])
    with pytest.raises(NotFound):
        api.delete(one)


def test_what_the_cluster_does_not_take_names_the_field(
    plane: Plane, space: Space, tmp_path: Path
) -> None:
    api = connect(tmp_path, plane.kubeconfig, namespace=space.name)
    with pytest.raises(InvalidInput) as refused:
        api.create(paths.pods(space.name), {"metadata": {"name": "a"}, "spec": {"containers": []}})
    assert refused.value.field == "spec.containers"


def test_a_verb_that_is_missing_is_named_with_the_rule_that_grants_it(
    plane: Plane, space: Space, tmp_path: Path
) -> None:
    kubeconfig = plane.user("reader", namespace=space.name)
    grant(plane.api, "reader", space.name, [("jobset.x-k8s.io", "jobsets", ["list"])])
    api = connect(tmp_path, kubeconfig)
    assert api.namespace == space.name
    assert api.list_(paths.jobsets(space.name))["items"] == []
    with pytest.raises(Forbidden) as refused:
        api.create(paths.jobsets(space.name), jobset(space, "gang", 1))
    assert "may not create jobsets.jobset.x-k8s.io" in refused.value.message
    assert repr(space.name) in refused.value.message
    assert 'verbs: ["create"]' in refused.value.action


def test_an_expired_certificate_is_said_and_a_renewed_one_is_found(
    plane: Plane, space: Space, tmp_path: Path
) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    shutil.copy(plane.user("gone", lifetime=-dt.timedelta(hours=1)), kubeconfig)
    api = connect(tmp_path, kubeconfig)
    with pytest.raises(Unauthenticated, match="expired"):
        api.get(paths.VERSION)
    shutil.copy(plane.user("back"), kubeconfig)
    assert api.get(paths.VERSION)["major"] == "1"


def test_a_token_that_nobody_knows_is_in_no_error(plane: Plane, tmp_path: Path) -> None:
    kubeconfig = _changed(plane.kubeconfig, tmp_path, user={"token": "s3cr3t-of-nobody"})
    with pytest.raises(Unauthenticated) as refused:
        connect(tmp_path, kubeconfig).get(paths.VERSION)
    assert "s3cr3t" not in str(refused.value) + str(refused.value.to_problem())


def test_an_authority_that_is_not_the_clusters_is_told_from_a_server_that_is_away(
    plane: Plane, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "pki", "another").certificate
    kubeconfig = _changed(plane.kubeconfig, tmp_path, cluster={"certificate-authority": str(other)})
    with pytest.raises(Unavailable, match="authority that this context does not trust"):
        connect(tmp_path, kubeconfig).get(paths.VERSION)
    kubeconfig = _changed(plane.kubeconfig, tmp_path, cluster={"server": "https://127.0.0.1:1"})
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1 refuses the connection"):
        connect(tmp_path, kubeconfig).get(paths.VERSION)


def test_a_context_that_is_not_there_is_named(plane: Plane, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="elsewhere"):
        connect(tmp_path, plane.kubeconfig, context="elsewhere")


def _changed(kubeconfig: Path, folder: Path, **parts: dict[str, str]) -> Path:
    """Return a copy of a kubeconfig whose one cluster or user has other fields."""
    content = yaml.safe_load(kubeconfig.read_text())
    for part, fields in parts.items():
        content[f"{part}s"][0][part] |= fields
    file = folder / "changed.kubeconfig"
    file.write_text(yaml.safe_dump(content))
    return file
