"""The operations that look into a comparison, document by document."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ogai_lab.core.blobs import BlobStore, check_digest
from ogai_lab.core.errors import NotFound
from ogai_lab.core.operations import Service, operation
from ogai_lab.models import items as pages
from ogai_lab.models.evaluation.run import held_out
from ogai_lab.models.items import Order, Side
from ogai_lab.models.service import Models
from ogai_lab.models.types import DocumentText, ItemPage

_LONGEST = 200_000

Text = Annotated[str, Field(max_length=1000)]


class Comparisons(Service):
    """What two versions make of each document that both were measured on."""

    route = "comparisons"
    resource = "ogai:models"

    def __init__(self, models: Models, blobs: BlobStore) -> None:
        self._models = models
        self._blobs = blobs

    @operation("GET", "/items", action="read")
    def items(
        self,
        name: Text,
        revision: Text,
        other: Text,
        data: Text,
        side: Side | None = None,
        order: Order = "largest",
        offset: Annotated[int, Field(ge=0)] = 0,
        limit: Annotated[int, Field(ge=1, le=500)] = 50,
        characters: Annotated[int, Field(ge=0, le=10_000)] = 300,
    ) -> ItemPage:
        """List the documents of two evaluations with both scores; `other` may be ``a/b@v3``.

        `side` keeps those on which the other version is better, worse or the same.

        Raises
        ------
        NotFound, Conflict
            When there is no such version, or one was not evaluated on this data.
        """
        model, at, rest = other.rpartition("@")
        second = self._models.scores(model if at else name, rest if at else other, data)
        first = self._models.scores(name, revision, data)
        return pages.page(
            first,
            second,
            self._texts(data),
            side=side,
            order=order,
            offset=offset,
            limit=limit,
            characters=characters,
        )

    @operation("GET", "/document", action="read")
    def document(self, data: Text, id: Text) -> DocumentText:  # noqa: A002
        """Return the text of one held-out document, its first 200,000 characters.

        Raises
        ------
        NotFound
            When the data hold out no such document.
        """
        text = self._texts(data).get(id)
        if text is None:
            raise NotFound(
                f"The data hold out no document {id[:100]!r}.",
                action="Take the id from a comparison on these data.",
                field="id",
            )
        return DocumentText(id=id, text=text[:_LONGEST], characters=len(text))

    def _texts(self, data: str) -> dict[str, str]:
        documents = held_out(self._blobs, check_digest(data))
        return {document["doc_id"]: document["text"] for document in documents}
