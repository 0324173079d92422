import pytest

from ogai_lab.core.blobs import BlobStore, Digest
from ogai_lab.core.errors import InvalidInput
from ogai_lab.data import tokenizer

EOS = "<|endoftext|>"
TEXTS = ["def read(path):\n    return open(path)", "汉字 and émoji 🙂", "\x00\t  spaces  "] * 20


@pytest.fixture
def trained(store: BlobStore) -> Digest:
    return store.put(tokenizer.train(TEXTS, 300, EOS))


def test_training_is_a_function_of_its_texts() -> None:
    first = tokenizer.train(TEXTS, 300, EOS)
    assert all(tokenizer.train(iter(TEXTS), 300, EOS) == first for _ in range(3))
    assert tokenizer.train(TEXTS[:1], 300, EOS) != first


def test_every_text_comes_back_as_it_was(store: BlobStore, trained: Digest) -> None:
    from tokenizers import Tokenizer

    loaded = tokenizer.load(store, trained, EOS)
    assert (loaded.vocab_size, loaded.eos_id, loaded.dtype) == (300, 0, "uint16")
    unseen = [*TEXTS[:3], "\u0000\ud7ff\U0010ffff", ""]
    encoded = loaded.encode(unseen)
    reader = Tokenizer.from_str(store.get(trained).decode())
    position = 0
    for text, length in zip(unseen, encoded.lengths, strict=True):
        ids = encoded.ids[position : position + length].tolist()
        assert ids[-1] == loaded.eos_id
        assert reader.decode(ids[:-1]) == text
        position += length
    assert position == len(encoded.ids)


def test_a_text_that_spells_the_end_does_not_end(store: BlobStore, trained: Digest) -> None:
    encoded = tokenizer.load(store, trained, EOS).encode([f"a{EOS}b"])
    assert (encoded.ids == 0).sum() == 1


@pytest.mark.parametrize(
    ("data", "eos", "field"),
    [(None, EOS, "digest"), (b"{}", EOS, "digest"), (b"\xff", EOS, "digest"), (0, "no", "eos")],
)
def test_what_is_no_tokenizer_is_refused(
    store: BlobStore, trained: Digest, data: bytes | int | None, eos: str, field: str
) -> None:
    digest = trained if data == 0 else Digest("sha256:" + "0" * 64)
    if isinstance(data, bytes):
        digest = store.put(data)
    with pytest.raises(InvalidInput) as caught:
        tokenizer.load(store, digest, eos)
    assert caught.value.field == f"tokenizer.{field}"
