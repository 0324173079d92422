"""What a job finds in its pods beside its code: volumes, and secrets by reference."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from ogai_lab.core.types import Strict, Text


def _absolute(path: str) -> str:
    pure = PurePosixPath(path)
    if not pure.is_absolute() or ".." in pure.parts or ":" in path or path == "/":
        raise ValueError("a place in a pod is an absolute path without '..' or ':', such as /data")
    return str(pure)


MountPath = Annotated[Text, AfterValidator(_absolute)]


class Volume(Strict):
    """A volume of the cluster, and where the job finds it."""

    kind: Literal["claim", "host", "config_map", "empty"] = Field(
        default="claim",
        description="A persistent volume claim, a folder of the node, a ConfigMap, or scratch.",
    )
    name: Text = Field(
        default="", description="The claim or ConfigMap, or the node's folder; none for scratch."
    )
    path: MountPath = Field(description="Where it is in the job's pods.")
    sub_path: Text = Field(default="", description="Only this folder of it.")
    read_only: bool = False

    @model_validator(mode="after")
    def _named(self) -> Volume:
        if bool(self.name) is (self.kind == "empty"):
            raise ValueError(f"name={self.name!r}: a {self.kind} volume has " + _NAMES[self.kind])
        if self.sub_path.startswith("/") or ".." in PurePosixPath(self.sub_path).parts:
            raise ValueError("sub_path is a path within the volume, without '..'")
        return self


_NAMES = {
    "claim": "the name of its claim",
    "host": "the full path of the node's folder as its name",
    "config_map": "the name of its ConfigMap",
    "empty": "no name",
}


class Secret(Strict):
    """A secret of the cluster, by its name: what it holds is never seen here.

    One key becomes the environment variable `variable`; all keys become files in the folder
    `path`; with neither, all keys become environment variables of their own names.
    """

    name: Text = Field(min_length=1, description="The Secret, in the cluster's namespace.")
    key: Text | None = Field(default=None, description="One of its keys.")
    variable: Text | None = Field(default=None, description="The variable that gets this key.")
    path: MountPath | None = Field(default=None, description="The folder that gets its keys.")

    @model_validator(mode="after")
    def _one_way(self) -> Secret:
        if (self.key is None) is not (self.variable is None):
            raise ValueError("key and variable go together: the key's value becomes the variable")
        if self.variable is not None and self.path is not None:
            raise ValueError("a secret becomes a variable or files; list it twice for both")
        return self
