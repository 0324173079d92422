"""Evaluations: started as jobs, their results taken in when somebody asks for them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import ogai_lab
from ogai_lab.core.blobs import BlobStore, Digest, check_digest
from ogai_lab.core.database import Database
from ogai_lab.core.errors import Conflict, NotFound, OgaiError
from ogai_lab.core.events import EventLog
from ogai_lab.core.operations import Caller
from ogai_lab.models.changes import SCHEMA
from ogai_lab.models.evaluation.table import decode
from ogai_lab.models.tables import evaluations
from ogai_lab.models.types import EvaluationInfo, EvaluationSpec, ItemScore, Version
from ogai_lab.scheduler.service import Scheduler
from ogai_lab.scheduler.spec import JobSpec, ModuleRun
from ogai_lab.scheduler.types import Job, JobState

_THREADS = 2


class Evaluations:
    """The evaluations of one home."""

    def __init__(
        self, database: Database, blobs: BlobStore, events: EventLog, scheduler: Scheduler
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._events = events
        self._scheduler = scheduler

    def start(
        self,
        version: Version,
        spec: EvaluationSpec,
        caller: Caller,
        *,
        gpus: int,
        queue: str,
        key: str | None,
    ) -> Job:
        """Start an evaluation, or return the job that makes or made the same one.

        Raises
        ------
        OgaiError
            When the job cannot be submitted.
        """
        digest = self._blobs.put(spec.model_dump_json().encode())
        if (known := self._same(version, digest)) is not None:
            return known
        cores = max((node.cpus for node in self._scheduler.nodes()), default=1)
        threads = max(1, min(_THREADS, int(cores)))
        job = self._scheduler.submit(
            JobSpec(
                run=ModuleRun(module="ogai_lab.models.evaluation", args=[digest]),
                name=f"evaluate {version.model} {version.revision}"[:200],
                processes=1,
                cpus=threads,
                gpus=gpus,
                queue=queue,
                environment={"OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"},
                workdir=str(Path(ogai_lab.__file__).parent.parent),
                include=["ogai_lab"],
                labels={"kind": "evaluation", "model": version.model, "data": spec.data},
            ),
            caller,
            key,
        )
        with self._database.write() as connection:
            row = sa.select(evaluations.c.job).where(evaluations.c.job == job.id)
            if connection.scalar(row) is None:
                connection.execute(
                    evaluations.insert().values(
                        job=job.id,
                        model=version.model,
                        number=version.number,
                        data=spec.data,
                        spec=digest,
                        state="running",
                        created=time.time(),
                        owner=caller.name,
                        reason="",
                    )
                )
                self._tell(connection, "evaluating", version.model, version.number, job.id)
        return job

    def infos(self, name: str, number: int | None) -> list[EvaluationInfo]:
        """Return the evaluations of a model, or of one version, newest first."""
        query = sa.select(evaluations).where(evaluations.c.model == name)
        if number is not None:
            query = query.where(evaluations.c.number == number)
        self._take_in(query.where(evaluations.c.state == "running"))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(evaluations.c.created.desc())).all()
        return [_info(row) for row in rows]

    def scores(self, version: Version, data: str) -> list[ItemScore]:
        """Return the newest scores of a version on a data manifest.

        Raises
        ------
        Conflict
            When there are none; the action says what to do.
        """
        check_digest(data)
        found = [e for e in self.infos(version.model, version.number) if e.data == data]
        done = next((e for e in found if e.table is not None), None)
        if done is not None and done.table is not None:
            return decode(self._blobs.get(Digest(done.table))).scores
        label = f"{version.model} {version.revision}"
        running = next((e for e in found if e.state == "running"), None)
        if running is not None:
            raise Conflict(
                f"{label} is being evaluated on this data by the job {running.job}.",
                action="Wait until that job is done, then ask again.",
            )
        raise Conflict(
            f"{label} was not evaluated on the data {data}.",
            cause=found[0].reason if found else "",
            action=f"Evaluate it first: evaluate({version.model!r}, {version.revision!r}, "
            f"data={data!r}).",
        )

    def _same(self, version: Version, spec: str) -> Job | None:
        query = sa.select(evaluations).where(
            evaluations.c.model == version.model,
            evaluations.c.number == version.number,
            evaluations.c.spec == spec,
        )
        self._take_in(query.where(evaluations.c.state == "running"))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(evaluations.c.created.desc())).all()
        for row in rows:
            if row.state != "failed":
                try:
                    return self._scheduler.job(row.job)
                except NotFound:
                    continue  # the job was deleted; its result stays, a new run is allowed
        return None

    def _take_in(self, running: sa.Select[Any]) -> None:
        """Look at the jobs of running evaluations; write down what became of them."""
        with self._database.read() as connection:
            rows = connection.execute(running).all()
        for row in rows:
            ended = self._ending(row.job)
            if ended is None:
                continue
            here = (evaluations.c.job == row.job) & (evaluations.c.state == "running")
            with self._database.write() as connection:
                change = connection.execute(evaluations.update().where(here).values(**ended))
                if change.rowcount:  # only one of several that look at once tells it
                    self._tell(connection, "evaluated", row.model, row.number, row.job)

    def _ending(self, job_id: str) -> dict[str, Any] | None:
        try:
            job = self._scheduler.job(job_id)
        except NotFound:
            return {"state": "failed", "reason": "Its job was deleted before it was done."}
        if not job.state.final:
            return None
        digest = job.outputs.get("evaluation")
        if job.state is not JobState.SUCCEEDED or digest is None:
            reason = job.exit.message if job.exit else job.reason or "The job reported no scores."
            return {"state": "failed", "reason": reason}
        try:
            table = decode(self._blobs.get(check_digest(digest)))
        except OgaiError as exc:
            return {"state": "failed", "reason": exc.message}
        lossy = (
            f"The tokenizer dropped something of {table.lossy} documents; do not compare these "
            "scores with those of another tokenizer."
            if table.lossy
            else ""
        )
        return {
            "state": "done",
            "result": digest,
            "documents": len(table.scores),
            "bytes": table.bytes,
            "bits": table.bits,
            "reason": lossy,
        }

    def _tell(
        self, connection: sa.Connection, action: str, model: str, number: int, job: str
    ) -> None:
        data = {"action": action, "model": model, "revision": f"v{number}", "job": job}
        self._events.emit(connection, SCHEMA, data)


def _info(row: sa.Row[Any]) -> EvaluationInfo:
    return EvaluationInfo(
        model=row.model,
        revision=f"v{row.number}",
        data=row.data,
        job=row.job,
        state=row.state,
        created=row.created,
        owner=row.owner,
        table=row.result,
        documents=row.documents,
        bytes=row.bytes,
        bits_per_byte=row.bits / row.bytes if row.bytes else None,
        reason=row.reason,
    )
