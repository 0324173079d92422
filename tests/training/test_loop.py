from __future__ import annotations

from tests.training.ranks import Launcher, TinyData


def test_two_ranks_learn(data: TinyData, launch: Launcher) -> None:
    ranks = launch(data.order())
    assert ranks.wait() == [0, 0], ranks.said()
    losses = ranks.losses()
    assert losses[12] < losses[1] - 0.5, losses
