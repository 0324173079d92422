"""Callbacks that send what other trainers log to the job's curves.

    trainer = transformers.Trainer(..., callbacks=[hugging_face()])
    trainer = lightning.Trainer(..., callbacks=[lightning_callback()])

Both libraries are imported when their callback is made.
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

from ogai_lab.core import records
from ogai_lab.core.errors import require


def hugging_face() -> Any:
    """Return a `transformers.TrainerCallback` that reports every log of the main process.

    Raises
    ------
    MissingExtra
        When transformers is not installed.
    """
    transformers = require("transformers", "training")

    class OgaiCallback(transformers.TrainerCallback):  # type: ignore[misc, name-defined]
        def on_log(
            self,
            args: Any,
            state: Any,
            control: Any,
            logs: Mapping[str, Any] | None = None,
            **_more: Any,
        ) -> None:
            if state.is_world_process_zero and logs:
                steps = {"steps": state.max_steps} if state.max_steps > 0 else {}
                _log({**logs, **steps}, state.global_step)

    return OgaiCallback()


def lightning_callback() -> Any:
    """Return a `lightning.pytorch` callback that reports what modules log, from rank 0.

    Raises
    ------
    MissingExtra
        When Lightning is not installed.
    """
    pytorch = require("lightning.pytorch", "training")

    class OgaiCallback(pytorch.Callback):  # type: ignore[misc, name-defined]
        def on_train_batch_end(self, trainer: Any, *_parts: Any) -> None:
            every = trainer.log_every_n_steps
            if trainer.is_global_zero and trainer.global_step % every == 0:
                _log(trainer.logged_metrics, trainer.global_step)

        def on_validation_end(self, trainer: Any, _module: Any) -> None:
            if trainer.is_global_zero and not trainer.sanity_checking:
                _log(trainer.callback_metrics, trainer.global_step)

    return OgaiCallback()


def _log(values: Mapping[str, Any], step: int) -> None:
    metrics = {name: value for name, value in values.items() if _is_number(value)}
    if metrics:
        records.log(metrics, step=step)


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) or getattr(value, "ndim", None) == 0
