"""What a cluster says no with, in our words."""

from __future__ import annotations

import pytest

from ogai_lab.core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    OgaiError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from ogai_lab.scheduler.engines.kubernetes import paths
from ogai_lab.scheduler.engines.kubernetes.refusals import (
    AlreadyThere,
    Gone,
    Throttled,
    refusal,
    verb,
)

HOST = "lab.example:6443"
FORBIDDEN = (
    'jobsets.jobset.x-k8s.io is forbidden: User "ada" cannot create resource "jobsets" in API '
    'group "jobset.x-k8s.io" in the namespace "team"'
)
QUOTA = 'pods "a" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2'
WEBHOOK = (
    'Internal error occurred: failed calling webhook "mjobset.kb.io": failed to call webhook: Post '
    '"https://jobset-webhook.svc:443/mutate?timeout=10s": dial tcp 10.0.0.1:443: connect: refused'
)


def refused(status: int, message: str, reason: str = "", **more: object) -> OgaiError:
    body = {"kind": "Status", "message": message, "reason": reason, "code": status, **more}
    return refusal(HOST, "create", paths.jobsets("team"), status, body)


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (401, "Unauthorized", Unauthenticated),
        (403, "Forbidden", Forbidden),
        (404, "NotFound", NotFound),
        (409, "AlreadyExists", AlreadyThere),
        (409, "Conflict", Conflict),
        (410, "Expired", Gone),
        (413, "RequestEntityTooLarge", TooLarge),
        (422, "Invalid", InvalidInput),
        (429, "TooManyRequests", Throttled),
        (503, "ServiceUnavailable", Unavailable),
        (418, "", OgaiError),
    ],
)
def test_each_answer_is_one_of_our_kinds(status: int, reason: str, kind: type[OgaiError]) -> None:
    error = refused(status, "it says no", reason)
    assert type(error) is kind or isinstance(error, kind)
    assert error.message


def test_a_missing_right_names_the_rule_to_ask_for() -> None:
    error = refused(403, FORBIDDEN, "Forbidden")
    assert error.message == (
        f"This account may not create jobsets.jobset.x-k8s.io in namespace 'team' on {HOST}."
    )
    assert 'apiGroups: ["jobset.x-k8s.io"], resources: ["jobsets"], verbs: ["create"]' in str(error)
    assert "Role" in error.action


def test_a_quota_is_no_missing_right() -> None:
    error = refused(403, QUOTA, "Forbidden")
    assert "exceeded quota" in error.cause
    assert "quota" in error.action
    assert "may not" not in error.message


def test_what_is_not_served_is_no_missing_object() -> None:
    error = refused(404, "the server could not find the requested resource", "NotFound")
    assert "does not serve /apis/jobset.x-k8s.io/v1alpha2" in error.message
    assert "doctor" in error.action


def test_bad_input_names_the_field() -> None:
    causes = [{"reason": "x", "message": "must be positive", "field": "spec.replicatedJobs[0]"}]
    error = refused(422, "JobSet is invalid", "Invalid", details={"causes": causes})
    assert error.field == "spec.replicatedJobs[0]"
    assert "must be positive" in error.message


def test_a_webhook_that_does_not_answer_is_named() -> None:
    error = refused(500, WEBHOOK, "InternalError")
    assert isinstance(error, Unavailable)
    assert "mjobset.kb.io" in error.message


@pytest.mark.parametrize(
    ("method", "path", "query", "expected"),
    [
        ("GET", paths.pods("team"), {}, "list"),
        ("GET", paths.pods("team"), {"watch": "true"}, "watch"),
        ("GET", paths.pods("team", "a"), {}, "get"),
        ("POST", paths.pods("team"), {}, "create"),
        ("PATCH", paths.pods("team", "a"), {}, "patch"),
        ("DELETE", paths.pods("team", "a"), {}, "delete"),
        ("DELETE", paths.pods("team"), {}, "deletecollection"),
    ],
)
def test_requests_have_the_verbs_of_rules(
    method: str, path: str, query: dict[str, str], expected: str
) -> None:
    assert verb(method, path, query) == expected
