"""The corpora: sources, stages, the policy that drops, and the shards that training reads.

    p = ogai.data.pipeline("zh-web")
    p.preview("crawl/*.warc.gz", n=200)
    run = ogai.data.run(p, "crawl/*.warc.gz", out="corpus/")

Every name is imported when it is first used.
"""

from __future__ import annotations

import importlib
import typing

if typing.TYPE_CHECKING:
    from ogai_lab.data.authoring import stage
    from ogai_lab.data.classifiers import train_classifier
    from ogai_lab.data.types import Pipeline, Policy, Rule, StageSpec

__all__ = [
    "Pipeline",
    "Policy",
    "Rule",
    "StageSpec",
    "compare",
    "crawl",
    "open",
    "pipeline",
    "pipelines",
    "preview",
    "proxy",
    "run",
    "runs",
    "stage",
    "train_classifier",
]

_HOMES = {
    "Pipeline": "ogai_lab.data.types",
    "Policy": "ogai_lab.data.types",
    "Rule": "ogai_lab.data.types",
    "StageSpec": "ogai_lab.data.types",
    "stage": "ogai_lab.data.authoring",
    "train_classifier": "ogai_lab.data.classifiers",
}


def __getattr__(name: str) -> typing.Any:
    if name not in __all__:
        raise AttributeError(f"module 'ogai_lab.data' has no attribute {name!r}")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    # What stands on floors above is asked of the whole house, which may lean on all of them.
    return importlib.import_module("ogai_lab").of_data(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
