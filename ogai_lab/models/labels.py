"""What tags and metrics a version may have."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ogai_lab.core.errors import InvalidInput

_MOST_TAGS = 100


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse tags that cannot be kept: too many, too long, or without a name."""
    if len(tags) > _MOST_TAGS:
        raise InvalidInput(
            f"{len(tags)} tags are more than a version may have ({_MOST_TAGS}).", field="tags"
        )
    for key, value in tags.items():
        if not 1 <= len(key) <= 100 or len(value) > 1000 or "\0" in key + value:
            raise InvalidInput(
                f"The tag {key!r:.120} cannot be kept: a name has 1 to 100 characters, a value "
                "up to 1,000, and none is NUL.",
                field="tags",
            )


def check_metrics(metrics: Mapping[str, float]) -> None:
    """Refuse metrics that are not finite numbers with a name of 1 to 100 characters."""
    for key, value in metrics.items():
        if not 1 <= len(key) <= 100 or not math.isfinite(value):
            raise InvalidInput(
                f"The metric {key!r:.120} = {value} cannot be kept: a name has 1 to 100 "
                "characters, a value is a finite number.",
                field="metrics",
            )
