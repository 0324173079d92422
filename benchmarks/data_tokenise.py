"""Tokenising a corpus: our task against `tokenizers` called in batches by hand, on the same texts.

MB a second of CPU time of one process, best of some rounds. By hand: ``encode_batch`` over lists of
1,000 texts, the ids in one array. Ours also reads the stored table and stores ids and lengths. Bar:
90 % of by hand.

    python -m benchmarks.data_tokenise [--size 2]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from benchmarks.data_texts import chinese, english
from ogai_lab.core.blobs import BlobStore
from ogai_lab.data import tables, tasks

BAR, ROUNDS, EOS = 0.9, 4, "<|endoftext|>"


def trained(texts: list[str]) -> str:
    """Return a byte-level BPE of 8,000 tokens as JSON."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=8000,
        special_tokens=[EOS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    return str(made.to_str())


def best(work: Callable[[], object], size: int) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return size / 1e6 / min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=2.0, help="MB of text a language")
    wanted = int(parser.parse_args().size * 1e6)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from tokenizers import Tokenizer

    ratios = []
    for language, read in (("en", english), ("zh", chinese)):
        texts = read(wanted)
        size = sum(len(text.encode()) for text in texts)
        written = trained(texts[: max(1, len(texts) // 4)])
        tokenizer = Tokenizer.from_str(written)

        def by_hand(texts: list[str] = texts, tokenizer: Tokenizer = tokenizer) -> object:
            found = []
            for start in range(0, len(texts), 1000):
                some = tokenizer.encode_batch(texts[start : start + 1000], add_special_tokens=False)
                found += [np.asarray(each.ids, np.uint16) for each in some]
            return np.concatenate(found)

        with tempfile.TemporaryDirectory() as folder:
            blobs = BlobStore(folder)
            table = tables.store(blobs, pa.table({"text": pa.array(texts, pa.large_string())}))
            keep = tables.store_array(blobs, np.ones(len(texts), bool))
            digest = blobs.put(written.encode())
            given = (folder, [table], keep, 0, digest, EOS)
            mine, hand = best(lambda g=given: tasks.tokenize(*g), size), best(by_hand, size)
        ratios.append(mine / hand)
        print(f"{language}: ours {mine:.2f} MB/s, by hand {hand:.2f}: {mine / hand:.0%}")
    print(f"ratio: {min(ratios):.2f} of by hand (bar {BAR}; load {os.getloadavg()[0]:.1f})")


if __name__ == "__main__":
    main()
