"""A run of a data pipeline in the user's hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ogai_lab.core.errors import Conflict, InvalidInput
from ogai_lab.core.operations import Caller
from ogai_lab.data.inputs import absolute
from ogai_lab.locale import _
from ogai_lab.notebook.handle import JobHandle

if TYPE_CHECKING:
    from ogai_lab.data.accounts import Documents, Duplicates, Fate, Form, Funnel, Pace
    from ogai_lab.data.assessment.types import Inspection, Report, RunComparison
    from ogai_lab.data.types import LedgerPage, Manifest


class DataJob(JobHandle):
    """A run of a data pipeline; when it is over, `manifest` is what it made."""

    @property
    def digest(self) -> str:
        """The digest of the manifest, for `Recipe.data`.

        Raises
        ------
        Conflict
            When the job has made no manifest (yet).
        """
        digest = self.refresh().outputs.get("manifest")
        if digest is None:
            raise Conflict(
                _("The job {id} has made no manifest.").format(id=self.id),
                cause=_("It is {state}.").format(state=self._job.state.value),
                action=_("Wait for it with job.wait(), or see why with job.explain()."),
            )
        return digest

    @property
    def manifest(self) -> Manifest:
        """What the run made."""
        return self._workbench.data.manifest(self.digest)

    @property
    def pace(self) -> Pace:
        """How far it is: documents, MB/s per core, kept, the time left, the cost of each stage."""
        return self._workbench.data.pace(self.id)

    def ledger(self, reason: str | None = None, *, limit: int = 20, offset: int = 0) -> LedgerPage:
        """Return dropped documents, each with the rule that dropped it and the value it saw.

        Parameters
        ----------
        reason
            Only those dropped for this reason; all when left out.
        limit, offset
            How many, and how many to leave out before them.
        """
        return self._workbench.data.ledger(self._done(), reason, limit, offset)

    def funnel(self) -> Funnel:
        """Return where every document went, in the order in which it was decided."""
        return self._workbench.data.funnel(self._done())

    def dropped(self, reason: str | None = None, *, sample: int = 20, seed: int = 0) -> LedgerPage:
        """Return dropped documents taken by chance.

        Parameters
        ----------
        reason
            Only those dropped for this reason; ``quarantine`` for those that a stage raised on.
        sample, seed
            How many, and which: the same seed gives the same.
        """
        return self._workbench.data.dropped(self._done(), reason, sample, seed)

    def duplicates(self, *, limit: int = 20, offset: int = 0) -> Duplicates:
        """Return documents that were dropped for another one, and which that is."""
        return self._workbench.data.duplicates(self._done(), limit, offset)

    def documents(
        self,
        doc_id: str | None = None,
        *,
        path: str | None = None,
        state: Fate | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> Documents:
        """Return what became of documents.

        Parameters
        ----------
        doc_id, path, state
            Only the one with this id, those of this file, those that were ``kept``, ``heldout``,
            ``dropped`` or set aside (``quarantine``).
        limit, offset
            How many, and how many to leave out before them.
        """
        digest = self._done()
        return self._workbench.data.documents(digest, doc_id, path, state, limit, offset)

    def document(self, doc_id: str) -> Inspection:
        """Look into one document: what was removed, every signal, what each rule says.

        What was removed is known where the pipeline says ``keep_raw: true``.
        """
        return self._workbench.data.document(self._done(), doc_id)

    def report(self, *, sample: int = 3) -> Report:
        """Return what the run made of its documents, as a page that shows itself.

        How every signal is spread, with the thresholds; language × domain; the documents at each
        threshold's edge; clusters of duplicates; what of benchmarks stands in it; tokens.

        Parameters
        ----------
        sample
            Documents on each side of a threshold.
        """
        return self._workbench.data.report(self._done(), sample)

    def compare(self, other: DataJob | str) -> RunComparison:
        """Return what moved from this run to another one: which documents, for which reasons.

        Parameters
        ----------
        other
            The run, or the digest of its manifest.
        """
        digest = other if isinstance(other, str) else other._done()
        return self._workbench.data.compare(self._done(), digest)

    def retune(
        self,
        policy: Mapping[str, float | bool | None],
        *,
        out: str | Path | None = None,
        workers: int | None = None,
    ) -> DataJob:
        """Run it with other thresholds; of all that was computed, only the policy is anew.

        Parameters
        ----------
        policy
            ``{"min_quality": 0.4}``, ``{"max_digit_ratio": 0.2}``, or a rule's reason and its new
            value; None takes the rule away.
        out
            A folder for the documents; none when left out.
        workers
            How many processes.
        """
        place = None if out is None else absolute(out)
        job = self._workbench.data.retune(
            self._done(), dict(policy), Caller.local(), workers, place
        )
        return DataJob(job, self._workbench)

    def pack(
        self,
        tokenizer: Any = None,
        *,
        length: int = 4096,
        seed: int = 0,
        vocab_size: int = 32_768,
        eos: str | None = None,
        workers: int | None = None,
    ) -> DataJob:
        """Make token sequences of the documents; the job's `digest` is what a recipe trains on.

        Parameters
        ----------
        tokenizer
            A ``tokenizer.json`` (its path, or the digest of a stored one), a tokenizer of
            `transformers` or `tokenizers`; a byte-level BPE is trained when left out.
        length
            Tokens of a sequence.
        seed
            Of the order of documents.
        vocab_size
            Of the BPE that is trained.
        eos
            The end-of-text token; the tokenizer's own, or ``<|endoftext|>``, when left out.
        workers
            How many processes.
        """
        from ogai_lab.data.types import Packing, TokenizerSpec

        digest = self._done()
        end = eos or getattr(tokenizer, "eos_token", None) or "<|endoftext|>"
        spec = TokenizerSpec(vocab_size=vocab_size, eos=end, digest=self._stored(tokenizer, end))
        job = self._workbench.data.pack(
            digest, Caller.local(), spec, Packing(sequence_length=length, seed=seed), workers
        )
        return DataJob(job, self._workbench)

    def export(self, form: Form, out: str | Path) -> JobHandle:
        """Write the corpus into a folder in the form of another program.

        Parameters
        ----------
        form
            ``jsonl``, ``jsonl.zst``, ``parquet``, ``huggingface`` or ``megatron`` (what was
            packed).
        out
            A new or empty folder, or a URL.
        """
        job = self._workbench.data.export(self._done(), form, absolute(out), Caller.local())
        return JobHandle(job, self._workbench)

    def _done(self) -> str:
        """Return the manifest's digest, waiting for it if the run still goes on."""
        if not self.refresh().state.final:
            self.wait()
        return self.digest

    def _stored(self, tokenizer: Any, eos: str) -> str | None:
        if tokenizer is None:
            return None
        if isinstance(tokenizer, str) and tokenizer.startswith("sha256:"):
            return tokenizer
        return self._workbench.data.keep_tokenizer(_content(tokenizer), eos)


def _content(tokenizer: Any) -> str:
    """Return the ``tokenizer.json`` of what people call a tokenizer."""
    inner = getattr(tokenizer, "backend_tokenizer", tokenizer)
    if hasattr(inner, "to_str"):
        return cast("str", inner.to_str())
    if isinstance(tokenizer, str | Path):
        file = Path(tokenizer).expanduser()
        file = file / "tokenizer.json" if file.is_dir() else file
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise InvalidInput(
                _("The tokenizer {file!r} cannot be read: {why}.").format(file=str(file), why=exc),
                action=_("Give a tokenizer.json, the folder that holds it, or a tokenizer."),
                field="tokenizer",
            ) from exc
    raise InvalidInput(
        _("A {kind} is not a tokenizer that can be stored.").format(kind=type(tokenizer).__name__),
        action=_("Give a fast tokenizer of transformers, or a tokenizer.json."),
        field="tokenizer",
    )
