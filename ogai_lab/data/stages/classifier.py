"""What a small classifier, trained on your own labels, says of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ogai_lab.core.types import Strict
from ogai_lab.data.classifiers import Classifier
from ogai_lab.data.stages.base import Stage
from ogai_lab.data.stages.terms import OwnName

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch


class ClassifierOptions(Strict):
    """Which classifier, and what its score is called."""

    model: Classifier = Field(description="What `train_classifier` gives.")
    column: OwnName = Field(default="quality", description="The score is ``<column>_score``.")


class Classify(Stage[ClassifierOptions]):
    """Gives ``<column>_score``, 0 to 1: how sure the classifier is that a text is of label 1."""

    name = "classifier"
    columns = {"quality_score": "double"}
    options_type = ClassifierOptions

    def __init__(self, options: ClassifierOptions) -> None:
        super().__init__(options)
        # What it adds depends on its options.
        self.columns = {f"{options.column}_score": "double"}  # type: ignore[misc]

    def signals(self, batch: RecordBatch) -> dict[str, Array]:
        """Return the scores."""
        import pyarrow as pa

        scores = self.options.model.scores(batch["text"])
        return {f"{self.options.column}_score": pa.array(scores)}
