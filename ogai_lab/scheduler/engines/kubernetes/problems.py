"""Why an order could not be carried out, kept with the job and told as a reason."""

from __future__ import annotations

from dataclasses import dataclass

from ogai_lab.core.errors import NotFound, OgaiError, Unauthenticated, redact
from ogai_lab.scheduler.engines.kubernetes.refusals import Denied, WebhookDown
from ogai_lab.scheduler.types import Reason

_KINDS = (
    (Denied, "denied"),
    (WebhookDown, "webhook"),
    (NotFound, "not_served"),
    (Unauthenticated, "credentials"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What a cluster, or the way to it, said no with. `kind` is a code of `Reason`."""

    kind: str
    message: str
    cause: str = ""
    action: str = ""

    @classmethod
    def of(cls, error: OgaiError) -> Problem:
        """Return what is kept of an error."""
        if isinstance(error.__cause__, Unauthenticated):  # one that is tried again
            error = error.__cause__
        kind = next((kind for of, kind in _KINDS if isinstance(error, of)), error.code)
        return cls(
            kind=kind,
            message=redact(error.message),
            cause=redact(error.cause),
            action=redact(error.action),
        )

    def reason(self) -> Reason:
        """Return it as the reason why a job is where it is."""
        evidence = {"said": self.cause} if self.cause else {}
        return Reason(code=self.kind, text=self.message, evidence=evidence, action=self.action)
