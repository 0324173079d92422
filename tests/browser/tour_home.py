"""A home folder with what a small project leaves behind: corpora, trainings, failures, models.

All of it is real and made by this machine, in some minutes: ``OGAI_HOME=… python -m
tests.browser.tour_home``. It is the notebook of the quickstart, made smaller, and a few jobs that
did not go so well.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import ogai_lab as ogai
from ogai_lab.data.presets import stdlib_pipeline
from ogai_lab.training.types import Recipe, small_llama

_FRACTION = 0.05
_TOKENS = 150_000
LEARN = '''\
"""Fit a curve, and say so."""
import math, random, sys, time
import ogai_lab

rate, seed, steps = float(sys.argv[1]), int(sys.argv[2]), 400
random.seed(seed)
a, b = random.gauss(0, 1), random.gauss(0, 1)
points = [(x / 50 - 1, math.sin(2 * x / 50 - 2)) for x in range(100)]
print("\\033[1mfitting\\033[0m", len(points), "points, rate", rate)
for step in range(steps):
    batch = random.sample(points, 8)
    errors = [(a * x + b - y, x) for x, y in batch]
    loss = sum(e * e for e, _ in errors) / len(errors)
    a -= rate * sum(2 * e * x for e, x in errors) / len(errors)
    b -= rate * sum(2 * e for e, _ in errors) / len(errors)
    ogai_lab.log({"loss": loss, "slope": a, "intercept": b, "steps": steps}, step=step)
    if step % 20 == 0:
        print(f"\\033[32mstep {step:4}\\033[0m  loss {loss:.4f}  a {a:+.3f}  b {b:+.3f}")
    if not math.isfinite(loss) or loss > 1e6:
        raise FloatingPointError(f"the loss is {loss:.3g} at step {step}; lower the rate")
    time.sleep(0.01)
'''


def main() -> None:
    """Make everything, in the home that OGAI_HOME names."""
    with tempfile.TemporaryDirectory() as folder:
        (script := Path(folder) / "fit.py").write_text(LEARN)
        for rate, seed in (("0.05", 1), ("0.2", 1), ("0.2", 2), ("9", 1)):
            job = ogai.run(
                script, args=[rate, seed], name=f"fit-{rate}-{seed}", cpus=0.5, workdir=folder
            )
            job.wait(check=False)
    cleaning = ogai.prepare(stdlib_pipeline("clean", fraction=_FRACTION))
    cleaning.wait()
    tokenizer = cleaning.manifest.tokenizer
    keeping = ogai.prepare(stdlib_pipeline("raw", fraction=_FRACTION, tokenizer=tokenizer))
    keeping.wait()
    llama = small_llama(vocab_size=cleaning.manifest.vocab_size)
    for corpus, data in {"raw": keeping, "clean": cleaning}.items():
        recipe = Recipe(model=llama, data=data.outputs["manifest"], tokens=_TOKENS)
        job = ogai.train(recipe)
        job.wait()
        aliases = ["candidate"] if corpus == "clean" else []
        ogai.register("ogai/quickstart", job, tags={"corpus": corpus}, aliases=aliases)
    ogai.compare("ogai/quickstart", "v1", "v2", data=cleaning)


if __name__ == "__main__":
    main()
