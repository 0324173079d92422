"""`clusters.yaml`: what is understood, and how what is not is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ogai_lab.core.errors import InvalidInput
from ogai_lab.scheduler.engines.kubernetes.config import read
from ogai_lab.scheduler.engines.kubernetes.connection import Contexts

KUBECONFIG = """
current-context: b
clusters: [{name: c, cluster: {server: "https://c"}}]
contexts:
- {name: a, context: {cluster: c, namespace: team}}
- {name: b, context: {cluster: c}}
"""


def test_a_cluster_is_what_its_entry_says(tmp_path: Path) -> None:
    file = tmp_path / "clusters.yaml"
    file.write_text(
        "lab: {context: a, prices: {h100: 2.5}, code: {pvc: shared, path: x}}\nother:\n"
    )
    lab, other = read(file).values()
    assert (lab.name, lab.context, lab.prices) == ("lab", "a", {"h100": 2.5})
    assert (other.name, other.code) == ("other", "configmap")


def test_no_file_is_no_cluster(tmp_path: Path) -> None:
    assert read(tmp_path / "clusters.yaml") == {}


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("lab:\n  context: a\n  nmespace: x\n", 3, "lab.nmespace"),
        ("lab:\n  prices:\n    h100: -1\n", 3, "lab.prices.h100"),
        ("lab:\n  namespace: Not A Label\n", 2, "lab.namespace"),
        ("lab:\n  in_cluster: true\n  context: a\n", 1, "lab"),
        ("a: {}\nlab: 5\n", 2, "clusters.yaml"),
        ("lab: [\n", 2, "clusters.yaml"),
    ],
)
def test_what_is_not_understood_names_line_and_field(
    tmp_path: Path, text: str, line: int, field: str
) -> None:
    file = tmp_path / "clusters.yaml"
    file.write_text(text)
    with pytest.raises(InvalidInput, match=f"line {line}:") as refused:
        read(file)
    assert refused.value.field == field


def test_every_context_is_a_cluster_and_an_entry_takes_its_context(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(KUBECONFIG)
    (tmp_path / "clusters.yaml").write_text("lab: {context: a}\n")
    contexts = Contexts(tmp_path, {"KUBECONFIG": str(tmp_path / "config")})
    assert [one.name for one in contexts.configs()] == ["lab", "b"]
    assert contexts.namespace(contexts.config("a")) == "team"
    assert contexts.namespace(contexts.config("b")) == "default"
