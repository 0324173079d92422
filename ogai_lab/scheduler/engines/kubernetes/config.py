"""What is known of a cluster beforehand: `clusters.yaml` in the home folder, one entry a cluster.

    lab:
      context: team-a@lab          # of the kubeconfig; or in_cluster: true
      namespace: team-a
      queues: {default: team-a}    # the names people use: the LocalQueues they mean
      code: {pvc: shared, path: ogai}
      image: python:3.12
      prices: {h100: 2.5}          # an hour of a GPU, by flavor

Every entry and every field may be left out: each context of the kubeconfig is a cluster anyway.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from ogai_lab.core.errors import InvalidInput, require
from ogai_lab.core.operations import invalid
from ogai_lab.core.types import Text
from ogai_lab.scheduler.engines.kubernetes.layout import Label, Layout


class ClusterConfig(Layout):
    """A cluster: how to reach it, and what jobs on it are made with."""

    name: Text = Field(min_length=1, max_length=200)
    context: Text | None = Field(default=None, description="Of the kubeconfig; its name if none.")
    kubeconfig: Text | None = Field(default=None, description="$KUBECONFIG's where left out.")
    in_cluster: bool = Field(default=False, description="The account of the pod we run in.")
    namespace: Label | None = Field(default=None, description="The context's where left out.")
    prices: dict[Text, Annotated[float, Field(ge=0)]] = Field(
        default={}, description="What an hour of one GPU costs, by flavor."
    )
    currency: Text = ""

    @model_validator(mode="after")
    def _one_way(self) -> ClusterConfig:
        if self.in_cluster and (self.context or self.kubeconfig):
            raise ValueError("in_cluster takes no context and no kubeconfig")
        return self


def read(path: Path) -> dict[str, ClusterConfig]:
    """Return the clusters of a file by their names; none where there is no file.

    Raises
    ------
    InvalidInput
        When it is not understood; the message names the line and the field.
    """
    try:
        text = path.read_text()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidInput(f"{path.name} cannot be read: {exc}.", field=path.name) from exc
    yaml = require("yaml", "kubernetes")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as exc:
        raise _refusal(path, _marked(exc), f"this is not YAML: {exc.problem}") from exc
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise _refusal(path, 1, "the file must be names of clusters and what is known of each")
    return {str(name): _config(path, root, str(name), fields) for name, fields in content.items()}


def _config(path: Path, root: Any, name: str, fields: Any) -> ClusterConfig:
    if not isinstance(fields, dict | None) or "name" in (fields or {}):
        raise _refusal(path, _line(root, (name,)), f"{name} must be a mapping without a name")
    try:
        return ClusterConfig.model_validate({"name": name, **(fields or {})})
    except ValidationError as exc:
        at = exc.errors(include_url=False, include_input=False, include_context=False)[0]["loc"]
        said = invalid(exc, name)
        raise _refusal(path, _line(root, (name, *at)), said.message, said.field) from exc


def _refusal(path: Path, line: int, said: str, field: str | None = None) -> InvalidInput:
    return InvalidInput(
        f"{path.name}, line {line}: {said}",
        action=f"Correct it in {path}.",
        field=field or path.name,
    )


def _line(node: Any, at: tuple[Any, ...]) -> int:
    """Return the line of the deepest part of a YAML document that a path names."""
    line = int(node.start_mark.line)
    for step in at:
        found = _part(node, step)
        if found is not None:  # the member of a union that was meant is in no document
            node = found[1]
            line = int(found[0].start_mark.line)
    return line + 1


def _part(node: Any, step: Any) -> tuple[Any, Any] | None:
    """Return where a part of a node begins, and the part."""
    if node.id == "sequence" and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    if node.id == "mapping":
        return next((pair for pair in node.value if pair[0].value == str(step)), None)
    return None


def _marked(exc: Any) -> int:
    mark = getattr(exc, "problem_mark", None)
    return 1 if mark is None else int(mark.line) + 1
