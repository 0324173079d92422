"""Where things stand in the API."""

from __future__ import annotations

import pytest

from ogai_lab.scheduler.engines.kubernetes import paths
from ogai_lab.scheduler.engines.kubernetes.paths import Resource, target

TEAM = "/apis/jobset.x-k8s.io/v1alpha2/namespaces/team"


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (paths.pods("team"), "/api/v1/namespaces/team/pods"),
        (paths.pods(), "/api/v1/pods"),
        (paths.pods("team", "a-0", "log"), "/api/v1/namespaces/team/pods/a-0/log"),
        (paths.nodes(), "/api/v1/nodes"),
        (paths.nodes("team", "n1"), "/api/v1/nodes/n1"),
        (paths.jobsets("team", "j1"), f"{TEAM}/jobsets/j1"),
        (paths.pods("a/../b"), "/api/v1/namespaces/a%2F..%2Fb/pods"),
    ],
)
def test_a_kind_knows_its_paths(path: str, written: str) -> None:
    assert path == written


@pytest.mark.parametrize(
    ("resource", "namespace", "name", "part"),
    [
        (paths.pods, "team", "a-0", "log"),
        (paths.jobsets, "team", None, None),
        (paths.nodes, None, "n1", None),
        (paths.cluster_queues, None, None, None),
    ],
)
def test_a_path_says_what_it_names(
    resource: Resource, namespace: str | None, name: str | None, part: str | None
) -> None:
    found = target(resource(namespace, name, part) + "?limit=5")
    assert found is not None
    assert (found.group, found.resource) == (resource.group, resource.plural)
    assert (found.namespace, found.name, found.part) == (namespace, name, part)


def test_a_path_without_a_resource_names_nothing() -> None:
    assert target(paths.VERSION) is None
    assert target(paths.GROUPS) is None


def test_a_namespace_itself_is_in_that_namespace() -> None:
    found = target(paths.namespaces(name="team"))
    assert found is not None
    assert (found.resource, found.namespace, found.name) == ("namespaces", "team", "team")
