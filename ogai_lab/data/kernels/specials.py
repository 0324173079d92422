"""English words that are parted, or kept whole, against the rules: don't, e.g., :-)."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ogai_lab.data.kernels.hashes import find, hash_text

_SUBJECTS = {
    "i": "'m 'm|a 'll 'll|'ve 'd 'd|'ve 've",
    "you": "'ll 'll|'ve 'd 'd|'ve 've 're",
    "he she": "'ll 'll|'ve 'd 'd|'ve 's",
    "it": "'ll 'll|'ve 'd 'd|'ve 's",
    "we they": "'ll 'll|'ve 'd 'd|'ve 've 're",
    "who what when where why how there": "'s 'll 'll|'ve 're 've 'd 'd|'ve",
    "that this": "'s 'll 'll|'ve 'd 'd|'ve",
    "these those": "'ll 'll|'ve 're 've 'd 'd|'ve",
}
_NOT_HAVE = "ca could do does did had may might must need ought sha should wo would"
_NOT = "ai are is was were have has dare"
_HAVE = "could might must should would"
_NO_BARE = (  # without the apostrophe these are words of their own
    "ill hell shell well were whore its Ill Hell Shell Well Were Whore Its shed Shed"
    " lets Lets cmon Cmon howdy Howdy"
)
_WHOLE = (
    "'em em nuff 'nuff ol ol' doin doin' goin goin' nothin nothin' nuthin nuthin' somethin"
    " somethin' lovin lovin' havin havin' and/or w/o 's 'S 're 'll 'd"
    " 'Cause 'Cos 'Coz 'Cuz 'cause 'cos 'coz 'cuz 'bout ma'am Ma'am o'clock O'clock C++ Mt. Ak."
    " Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb."
    " Fla. Ga. Ia. Id. Ill. Ind. Jan. Jul. Jun. Kan. Kans. Ky. La. Mar. Mass. Mich. Minn. Miss."
    " N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. Ore. Pa. S.C. Sep. Sept."
    " Tenn. Va. Wash. Wis. a.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov. i.e."
    " I.e. I.E. Inc. Jr. Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. p.m. Ph.D. Prof. Rep. Rev. Sen."
    " St. vs. v.s. ä. ö. ü. '' \\n \\t"
)
_CAPITAL = "doin goin nothin nuthin ol somethin lovin havin"
_FACES = (
    ":() :'( 8D ;_; O.O :') (= ;D :-3 <3 o_O :-/ xD :-((( =/ <33 (-; :-X -_- :-)) v.v [-: :'-( O.o"
    " xDD <333 >.> ]= ^__^ ._. ;) :o :> :O ><(((*> :D ): 0.o :((( =) (o: @_@ :-P :-))) [: :-D :(("
    " :-0 8-) (-_-) =| :} </3 (-: :))) O_O :/ :-x :X XDD ^___^ :x :| :-(( =[ >:o >.< o.0 V.V =]"
    " :-p (*_*) (>_<) o_o o.o :* :-* =( :0 =D :] XD 0.0 :-) :p V_V >:( :-( :) O_o (^_^) :P 8) :3"
    " ;-D :'-) (; <.< :1 (._.) ^_^ :-O 8-D :( (: o_0 :-| 0_0 :)) ;-) :-> :o) :-} :-o )-: v_v (-8"
    " -__- =3 :-] [= o.O 0_o"
)
_PARTED = "can|not gon|na got|ta let|'s c'm|on how|'d|'y not|'ve"
_SMALL = (["y'", "all"], ["y", "all"])
MOST_BYTES = 14
"""No special is longer; a byte more is not looked up."""


def specials() -> dict[str, tuple[int, ...]]:
    """Return each special word with the lengths in bytes of the words that it is."""
    found: dict[str, tuple[int, ...]] = {}
    for parts in _all():
        for form in (parts, [part.replace("'", "\u2019") for part in parts]):
            word = "".join(form)
            if len(word.encode()) <= MOST_BYTES:
                found.setdefault(word, tuple(len(part.encode()) for part in form))
    return found


def _all() -> Iterator[list[str]]:
    for word in (_WHOLE + " " + _FACES).split():
        yield [word]
    for word in _CAPITAL.split():
        yield [word.capitalize()]
        yield [f"{word.capitalize()}'"]
    for letter in "abcdefghijklmnopqrstuvwxyz":
        yield [f"{letter}."]
    yield from _SMALL
    for hour in range(1, 13):
        for half in ("a.m.", "am", "p.m.", "pm"):
            yield [str(hour), half]
    for parts in _contractions():
        for form in (parts, [parts[0].capitalize(), *parts[1:]]):
            yield form
            bare = [part.replace("'", "") for part in form]
            if "".join(bare) not in _NO_BARE.split():
                yield bare


def _contractions() -> Iterator[list[str]]:
    for subjects, endings in _SUBJECTS.items():
        for subject in subjects.split():
            for ending in endings.split():
                yield [subject, *ending.split("|")]
    for verb in (_NOT_HAVE + " " + _NOT).split():
        yield [verb, "n't"]
    for verb in _NOT_HAVE.split():
        yield [verb, "n't", "'ve"]
    for verb in _HAVE.split():
        yield [verb, "'ve"]
    for word in _PARTED.split():
        yield word.split("|")


@functools.cache
def table() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the specials as an open table of hashes, and beside each hash its cuts.

    Cuts are lengths in bytes, four bits each, the first in the lowest.
    """
    keys, cuts = np.zeros(8192, np.uint64), np.zeros(8192, np.uint64)
    for word, lengths in specials().items():
        slot = -1 - find(keys, np.uint64(hash_text(word)))
        keys[slot] = hash_text(word)
        cuts[slot] = sum(length << (4 * place) for place, length in enumerate(lengths))
    return keys, cuts
