import pyarrow as pa

from ogai_lab.data.policy import Decisions, decide, needed
from ogai_lab.data.types import Policy, Rule, Split

SHORT = Rule(reason="short", column="size", drop="below", value=10)
AGAIN = Rule(reason="again", column="key", drop="repeated")
NONE = Split(heldout=0)


def signals(**columns: list[object]) -> pa.Table:
    rows = len(next(iter(columns.values())))
    fixed = {
        "doc_id": [f"d{n}" for n in range(rows)],
        "path": [f"p{n}" for n in range(rows)],
        "kind": ["text"] * rows,
    }
    return pa.table(fixed | columns)


def reasons(found: Decisions) -> list[str | None]:
    return [found.reasons[index] if index >= 0 else None for index in found.reason]


def test_the_first_rule_that_fits_gives_the_reason() -> None:
    table = signals(size=[5, 20, None, 30], flag=[True, True, False, None])
    flagged = Rule(reason="flagged", column="flag", drop="is", value=True)
    found = decide(table, Policy(name="p", rules=[SHORT, flagged]), NONE)
    assert reasons(found) == ["short", "flagged", None, None]
    assert found.value[0] == 5
    found = decide(table, Policy(name="p", rules=[flagged, SHORT]), NONE)
    assert reasons(found) == ["flagged", "flagged", None, None]


def test_the_survivor_of_duplicates_is_the_first_that_no_rule_dropped() -> None:
    table = signals(size=[5, 20, 20, 20, 20], key=["a", "a", "a", None, None])
    found = decide(table, Policy(name="p", rules=[SHORT, AGAIN]), NONE)
    assert reasons(found) == ["short", None, "again", None, None]
    assert found.kept.tolist() == [-1, -1, 1, -1, -1]


def test_a_rule_can_be_for_some_kinds_alone() -> None:
    table = signals(size=[5, 5], kind=["code", "text"])
    rule = SHORT.model_copy(update={"kinds": ["code"]})
    assert reasons(decide(table, Policy(name="p", rules=[rule]), NONE)) == ["short", None]


def test_an_empty_policy_keeps_all() -> None:
    assert reasons(decide(signals(size=[1, 2]), Policy(name="raw"), NONE)) == [None, None]


def held(rules: Policy, **split: object) -> tuple[pa.Table, Decisions]:
    rows = 400
    table = signals(
        path=[f"file{n // 4}" for n in range(rows)],
        size=[n % 20 for n in range(rows)],
        key=[f"k{n % 150}" for n in range(rows)],
    )
    choice = Split.model_validate({"heldout": 0.3, "leaked": "key", **split})
    return table, decide(table, rules, choice)


def test_whole_files_are_held_out_and_the_policy_does_not_change_which() -> None:
    own = Policy(name="own", rules=[SHORT, AGAIN])
    table, clean = held(Policy(name="clean", rules=[SHORT, AGAIN]), policy=own)
    _, raw = held(Policy(name="raw"), policy=own)
    assert 0.15 < clean.heldout.mean() < 0.45
    by_path: dict[str, set[bool]] = {}
    for path, heldout in zip(table["path"].to_pylist(), clean.heldout, strict=True):
        by_path.setdefault(path, set()).add(bool(heldout))
    assert all(len(found) == 1 for found in by_path.values())
    kept = [(found.heldout & (found.reason < 0)).tolist() for found in (clean, raw)]
    assert kept[0] == kept[1]
    assert any(kept[0])


def test_nothing_held_out_stands_in_training() -> None:
    table, found = held(Policy(name="raw"))
    keys = table["key"].to_pylist()
    training = {key for key, out in zip(keys, found.heldout, strict=True) if not out}
    kept = [
        key
        for key, out, why in zip(keys, found.heldout, found.reason, strict=True)
        if out and why < 0
    ]
    assert "leaked" in found.reasons
    assert kept
    assert not set(kept) & training
    leaked = found.reason == found.reasons.index("leaked")
    assert all(keys[row] == keys[kept] for row, kept in enumerate(found.kept) if leaked[row])
    assert not found.heldout[found.kept[leaked]].any()


def test_a_limit_on_held_out_documents_is_a_drop_with_its_own_reason() -> None:
    _, found = held(Policy(name="raw"), limit=3)
    assert int((found.heldout & (found.reason < 0)).sum()) == 3
    assert "beyond_limit" in reasons(found)


def test_only_the_columns_of_the_rules_are_needed() -> None:
    policy = Policy(name="p", rules=[SHORT])
    assert needed(policy, NONE, ()) == ["doc_id", "kind", "path", "size"]
    assert "key" in needed(policy, Split(leaked="key"), ())


def test_of_a_cluster_one_document_stays_though_its_survivor_was_dropped() -> None:
    table = signals(
        size=[5, 20, 20, 20, 20, 20],
        near_group=pa.array([7, 7, 7, None, 8, 8]),
        near_kept=pa.array([None, "d0", "d0", None, None, "d4"]),
        near_similarity=pa.array([None, 0.9, 0.8, None, None, 0.7]),
    )
    near = Rule(reason="near", column="near_kept", drop="present")
    rules = Policy(name="p", rules=[SHORT, near])
    wanted = needed(rules, NONE, table.column_names)
    found = decide(table.select(wanted), rules, NONE)
    assert reasons(found) == ["short", None, "near", None, None, "near"]
    assert found.kept.tolist() == [-1, -1, 1, -1, -1, 4]
    assert found.value[5] == 0.7
    assert found.value[2] != found.value[2]  # of the new survivor nobody knows the similarity


def test_a_signal_that_is_there_at_all_can_be_a_reason() -> None:
    table = signals(found_in=pa.array(["gsm8k", None]))
    rule = Rule(reason="contaminated", column="found_in", drop="present")
    assert reasons(decide(table, Policy(name="p", rules=[rule]), NONE)) == ["contaminated", None]


def test_a_text_that_is_none_of_the_wanted_ones_is_a_reason() -> None:
    table = signals(language=pa.array(["en", "fr", None]))
    rule = Rule(reason="foreign", column="language", drop="outside", among=["en", "zh"])
    assert reasons(decide(table, Policy(name="p", rules=[rule]), NONE)) == [None, "foreign", None]
