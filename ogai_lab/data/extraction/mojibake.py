"""Text that was decoded by the wrong encoding, told by what it would be by the right one.

Chinese text in UTF-8, GBK or Big5 that was read as another of them (or as Latin-1, as Western
software does) is turned back into bytes and read by each of the others. A reading is taken if most
of it is common characters, and of the text as it stands few are: of a Chinese text's characters
about 3 of 4 are among the 500 most common, of any other reading's about 1 of 10. Western text that
is UTF-8 read as Latin-1 is left to ftfy. What was lost (U+FFFD, 锟斤拷) cannot be had back.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

_COMMON = (
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里"
    "后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长"
    "知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间"
    "新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体"
    "别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利"
    "受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百"
    "吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七"
    "必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历"
    "越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落"
)
"""About 450 of the most common characters of modern Chinese; their traditional forms are added."""
_READINGS = [
    ("gb18030", "utf-8"),
    ("big5hkscs", "utf-8"),
    ("latin-1", "gbk"),
    ("sloppy-windows-1252", "gbk"),
    ("latin-1", "big5hkscs"),
    ("sloppy-windows-1252", "big5hkscs"),
    ("gb18030", "big5hkscs"),
    ("big5hkscs", "gbk"),
    ("big5hkscs", "gb2312"),  # finds its way back sooner where a byte was lost
]
"""What a text was read as, and what it is."""
_FEW = 4
"""Characters below which a line says too little about itself."""
_LOOKS_RIGHT, _BETTER = 0.4, 0.3
_MOST_LOST = 0.2
_WESTERN = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a€™]")
_NEUTRAL = re.compile("[\x00-\x7f\u2000-\u206f\u3000-\u303f\uff00-\uffef\ufffd\\s]+")


class Repaired(NamedTuple):
    """A text read by the right encoding: in how many lines, and what it had been read as.

    `how` is as "utf-8 as gb18030", None when nothing was repaired.
    """

    text: str
    lines: int
    how: str | None


def repair(text: str) -> Repaired:
    """Return a text with the lines repaired that can be."""
    if text.isascii():
        return Repaired(text, 0, None)
    western = bool(_WESTERN.search(text))
    if not western and _share(text) >= _LOOKS_RIGHT:
        return Repaired(text, 0, None)
    lines = text.split("\n")
    found = [_line(line, western) for line in lines]
    hows = [how for _, how in found if how]
    if not hows:
        return Repaired(text, 0, None)
    # The most frequent one; of equally frequent ones the first by name.
    how = min(set(hows), key=lambda name: (-hows.count(name), name))
    return Repaired("\n".join(line for line, _ in found), len(hows), how)


def _line(line: str, western: bool) -> tuple[str, str | None]:
    if line.isascii():
        return line, None
    before = _share(line)
    best, how, most = line, None, max(_LOOKS_RIGHT, before + _BETTER)
    for wrong, right in _READINGS:
        reading = _read(line, wrong, right)
        if reading is not None and (share := _share(reading)) >= most:
            best, how, most = reading, f"{right} as {wrong.removeprefix('sloppy-')}", share + 1e-9
    if how is None and western:
        from ftfy import fix_encoding

        fixed = fix_encoding(line)
        if fixed != line:
            return fixed, "utf-8 as latin-1"
    return best, how


def _read(line: str, wrong: str, right: str) -> str | None:
    """Return a line that was read as `wrong` read as `right`, None if that cannot be."""
    import ftfy.bad_codecs  # noqa: F401 - has the sloppy codecs

    try:
        data = line.replace("\ufffd", "?").encode(wrong)  # what was lost costs its neighbours alone
    except UnicodeEncodeError:
        return None
    text = data.decode(right, "replace")
    return text if text.count("\ufffd") <= _MOST_LOST * len(text) else None


def _share(text: str) -> float:
    """Return the share of common Chinese characters among those that mean something here."""
    solid = _NEUTRAL.sub("", text)
    if len(solid) < _FEW:
        return 0.0
    common = _common()
    return sum(map(common.__contains__, solid)) / len(solid)


@functools.cache
def _common() -> frozenset[str]:
    from opencc import OpenCC

    return frozenset(_COMMON + OpenCC("s2t").convert(_COMMON))
