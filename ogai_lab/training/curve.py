"""What a training reports while it runs: one point every few steps."""

from __future__ import annotations

from ogai_lab.core import records
from ogai_lab.training import accounting
from ogai_lab.training.schedule import learning_rate
from ogai_lab.training.types import Order, Peak


class Curve:
    """Collects steps and logs their mean; the first and the last step are always logged.

    Parameters
    ----------
    order
        What is trained.
    peak
        What the ranks could do at best.
    speaks
        Whether this rank logs.
    """

    def __init__(self, order: Order, peak: Peak | None, *, speaks: bool) -> None:
        self._recipe, self._plan, self._peak = order.recipe, order.plan, peak
        self._arch = accounting.architecture(order.recipe.model)
        self._speaks = speaks
        self._tokens_a_step = order.recipe.global_batch * order.plan.sequence_length
        self._seconds = 0.0
        self._steps = 0
        self._warm = False

    def due(self, step: int) -> bool:
        """Whether the point of `step` is to be logged."""
        return step % self._recipe.log_every == 0 or step in (1, self._plan.steps)

    def add(self, step: int, seconds: float, loss: float | None, norm: float) -> None:
        """Take a finished step; log a point when one is due.

        Parameters
        ----------
        step
            Counted from 1.
        seconds
            That it took.
        loss
            Nats a token, of the whole batch; known when the point is due.
        norm
            Of the gradient, before it was clipped.
        """
        self._seconds += seconds
        self._steps += 1
        if not self.due(step):
            return
        speed = self._tokens_a_step * self._steps / self._seconds
        if self._speaks:
            point = {
                "loss": loss,
                "lr": learning_rate(self._recipe.optimizer, step, self._plan.steps),
                "grad_norm": norm,
                "tokens": step * self._tokens_a_step,
                "steps": self._plan.steps,
            }
            # The first step of a process sets things up; its speed would mislead.
            records.log(point | (self._use(speed) if self._warm else {}), step=step)
            pace = f"  {speed:,.0f} tokens/s" if self._warm else ""
            print(f"step {step} of {self._plan.steps}  loss {loss:.4f}{pace}", flush=True)  # noqa: T201
        self._seconds, self._steps, self._warm = 0.0, 0, True

    def _use(self, tokens_per_second: float) -> dict[str, float]:
        use = accounting.account(
            self._arch,
            self._plan.sequence_length,
            tokens_per_second,
            self._peak,
            recompute=self._plan.recompute,
        )
        shown = {"tokens_per_second": tokens_per_second}
        if use.peak and use.mfu is not None and use.causal_mfu is not None and use.hfu is not None:
            shown |= {
                "mfu": use.mfu,
                "causal_mfu": use.causal_mfu,
                "hfu": use.hfu,
                "peak_tflops": use.peak.flops / 1e12,
            }
        return shown
