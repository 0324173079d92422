from __future__ import annotations

from ogai_lab.scheduler.logs.export import export
from ogai_lab.scheduler.logs.scan import Filter

TEXT = Filter(kind=["text"])


def test_the_whole_log_as_people_read_it(source, say, file) -> None:
    say("\x1b[31mred\x1b[0m", " 50%\r100%", now=0.0)
    say("two", rank=1, now=1.5)
    export_ = lambda *how: "".join(export(source, TEXT, *how, lambda: False))  # noqa: E731
    assert export_(False, False) == "red\n100%\ntwo\n"
    assert export_(True, True).splitlines()[2] == "1970-01-01T00:00:01.500+00:00 [1] two"
