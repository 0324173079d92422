from __future__ import annotations

import pytest

from ogai_lab.scheduler.engines.kubernetes.ends import (
    EXIT_CODES,
    exit_kind,
    failure_policy,
    pod_failure_policy,
    word,
)
from ogai_lab.scheduler.spec import ExitKind, RestartPolicy

ALL = list(ExitKind)


def final(code: int, on: list[ExitKind]) -> bool:
    """Whether a Job with these rules would fail for good, as Kubernetes reads them."""
    rule = pod_failure_policy(on)["rules"][1]["onExitCodes"]
    assert rule["values"]  # an empty list is refused by the API server
    assert rule["operator"] == "NotIn" or 0 not in rule["values"]
    return (code in rule["values"]) is (rule["operator"] == "In")


@pytest.mark.parametrize("kind", EXIT_CODES)
def test_a_kind_is_tried_again_where_the_policy_says_so(kind):
    code = EXIT_CODES[kind]
    if code:
        assert exit_kind(code) is kind
        assert final(code, [])
        assert not final(code, [kind])
        assert not final(code, ALL)
        assert final(code, [other for other in ALL if other is not kind])


@pytest.mark.parametrize(
    ("code", "again"),
    [(1, False), (2, False), (127, False), (128, False), (137, True), (143, True)],
)
def test_codes_that_are_none_of_ours_count_too(code, again):
    assert final(code, RestartPolicy().on) is not again


def test_a_lost_node_restarts_the_gang_whatever_its_exit_code():
    rules = failure_policy(RestartPolicy().on, 3)["rules"]
    assert [rule["action"] for rule in rules] == ["RestartJobSet", "FailJobSet", "FailJobSet"]
    assert failure_policy([ExitKind.KILLED], 3)["rules"][0]["action"] == "FailJobSet"
    assert pod_failure_policy([])["rules"][0]["onPodConditions"][0]["type"] == "DisruptionTarget"


@pytest.mark.parametrize("message", [None, "", "Traceback …", "[1]", '{"kind": "odd"}', "{"])
def test_what_is_no_last_word_is_none(message):
    assert word(message) is None
