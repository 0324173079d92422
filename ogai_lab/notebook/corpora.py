"""What stands behind ``ogai.data``: pipelines, runs, previews."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ogai_lab.commands import verbs
from ogai_lab.commands.forms import view_of
from ogai_lab.core.operations import Caller
from ogai_lab.data.extra import check_installed
from ogai_lab.data.inputs import absolute
from ogai_lab.data.types import Pipeline
from ogai_lab.notebook.connection import workbench
from ogai_lab.notebook.corpus import DataJob
from ogai_lab.notebook.crawls import CrawlJob
from ogai_lab.notebook.display import Listing

if TYPE_CHECKING:
    from ogai_lab.data.accounts import Preview
    from ogai_lab.data.assessment.types import RunComparison
    from ogai_lab.models.types import Comparison
    from ogai_lab.scheduler.types import Job


def pipeline(what: str | Path | Pipeline = "web") -> Pipeline:
    """Return a ready-made pipeline to edit, or the one in a YAML file.

    Parameters
    ----------
    what
        The name of a ready-made one (`pipelines` lists them), the path of a ``.yaml`` file, YAML
        text, or a pipeline.

    Raises
    ------
    InvalidInput
        When there is none of this name, or the file holds none.
    """
    if isinstance(what, Pipeline):
        return what.model_copy(deep=True)
    if isinstance(what, Path) or "\n" in what or what.endswith((".yaml", ".yml")):
        return Pipeline.from_yaml(what)
    check_installed()
    from ogai_lab.data.presets import preset

    return preset(what)


def run(
    what: Pipeline | str | Path,
    inputs: Any = None,
    *,
    out: str | Path | None = None,
    workers: int | None = None,
    executor: str = "processes",
    nodes: int = 1,
) -> DataJob:
    """Run a pipeline as a job, and return it in the hand: it shows itself as it goes.

    Parameters
    ----------
    what
        The pipeline, or what `pipeline` takes.
    inputs
        Files, patterns (``crawl/*.warc.gz``), folders, URLs or sources, one or a list; the
        pipeline's own sources when left out.
    out
        A new or empty folder, or a URL, for the kept documents as Parquet files, with
        ``manifest.json``; none when left out.
    workers
        How many processes; as many as there are cores when left out.
    executor
        ``processes``, ``threads``, or the address of a Dask scheduler.
    nodes
        On several, a Dask scheduler and its workers are a part of the job; the store, the inputs
        and `out` must be seen from all of them.
    """
    chosen = pipeline(what)
    whole = chosen if inputs is None else chosen.over(inputs)
    bench = workbench()
    job = bench.data.prepare(
        whole,
        Caller.local(),
        workers,
        out=None if out is None else absolute(out),
        executor=executor,
        nodes=nodes,
    )
    return DataJob(job, bench)


def crawl(urls: str | Sequence[str], out: str | Path, **options: Any) -> CrawlJob:
    """Fetch pages politely into a WARC file as a job, and return it in the hand.

    The same call goes on where it was, also after a kill. ``job.report()`` says which pages
    robots.txt refuses.

    Parameters
    ----------
    urls
        The pages to begin at.
    out
        The folder that gets ``pages.warc.gz``.
    options
        ``domains``, ``depth``, ``pages``, ``delay``, …: what
        `ogai_lab.data.crawl.options.Crawl` has.
    """
    from pydantic import ValidationError

    from ogai_lab.core.operations import invalid
    from ogai_lab.data.crawl.options import Crawl

    places = [urls] if isinstance(urls, str) else list(urls)
    try:
        asked = Crawl(urls=places, out=absolute(out), **options)
    except ValidationError as exc:
        raise invalid(exc, "crawl") from exc
    bench = workbench()
    return CrawlJob(bench.data.crawl(asked, Caller.local()), bench)


def preview(what: Pipeline | str | Path, inputs: Any = None, n: int = 200) -> Preview:
    """Return what a pipeline would do to a sample of its documents.

    Computed in this process; where this layer's libraries are missing, by the server.

    Parameters
    ----------
    what, inputs
        As for `run`.
    n
        Documents.
    """
    from ogai_lab.core.errors import MissingExtra

    chosen = pipeline(what)
    whole = chosen if inputs is None else chosen.over(inputs)
    try:
        return whole.preview(n=n)
    except MissingExtra:
        return workbench().data.preview(whole, n)


def compare(run: DataJob | str, other: DataJob | str) -> RunComparison:
    """Return what moved from one data run to another: which documents, for which reasons.

    Parameters
    ----------
    run, other
        Runs, or the digests of their manifests.
    """
    return workbench().data.compare(_manifest(run), _manifest(other))


def proxy(
    run: DataJob | str,
    other: DataJob | str,
    *,
    tokens: int = 500_000,
    vocab_size: int = 4096,
    length: int = 256,
    hidden: int = 128,
    layers: int = 2,
    seed: int = 0,
    processes: int | None = None,
) -> Comparison:
    """Train the same tiny model on two corpora as jobs, and say which makes the better model.

    Both are measured on the documents that `run` holds out, pair by pair; a corpus that is not
    packed yet is packed first, both by the same tokenizer. The two are versions of one model,
    ``proxy/NAME``. One seed is one experiment: a small difference wants more than one.

    Parameters
    ----------
    run, other
        Data runs, or the digests of their manifests.
    tokens
        How many each model is trained on.
    vocab_size
        Of the tokenizer that is trained on the first corpus, if that was not packed.
    length
        Tokens of a sequence.
    hidden, layers
        Width and depth of the small Llama.
    seed
        Of the weights and of the order.
    processes
        Ranks of each training; chosen for what there is when left out.

    Raises
    ------
    Conflict
        When `run` holds nothing out, or `other` trains on what it holds out.
    """
    from ogai_lab.commands.proxies import Experiment
    from ogai_lab.commands.proxies import proxy as experiment
    from ogai_lab.notebook.kinds import handle

    bench = workbench()

    def follow(jobs: list[Job]) -> None:
        for job in jobs:
            handle(job, bench).wait()

    given = Experiment(
        tokens=tokens,
        vocab_size=vocab_size,
        length=length,
        hidden=hidden,
        layers=layers,
        seed=seed,
        processes=processes,
    )
    return experiment(bench, _manifest(run), _manifest(other), given, follow)


def pipelines() -> Listing:
    """Return the ready-made pipelines, as a list that shows itself."""
    found = workbench().data.presets()
    return Listing(found, view_of(found, "presets"))


def runs(limit: int = 20) -> Listing:
    """Return the newest data runs, as a list that shows itself; `open` takes one in the hand."""
    found = workbench().data.runs(limit)
    return Listing(found, view_of(found, "runs"))


def open(job: str) -> DataJob:  # noqa: A001 - what people look for
    """Return the data run with this job id, the start of one, or this name."""
    bench = workbench()
    return DataJob(verbs.find_job(bench, job), bench)


def _manifest(run: DataJob | str) -> str:
    if isinstance(run, DataJob):
        if not run.state.final:
            run.wait()
        return run.digest
    return run if run.startswith("sha256:") else open(run).digest
