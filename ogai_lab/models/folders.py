"""What of a model's folder becomes part of a version, and what is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ogai_lab.core.errors import InvalidInput, NotFound, TooLarge
from ogai_lab.core.home import is_folder

MOST_FILES = 10_000
_PICKLES = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".msgpack", ".h5"}
_CONFIGS = ("config.json", "adapter_config.json", "model_index.json")
_INDEX = ".safetensors.index.json"


@dataclass
class Contents:
    """The files of a model folder, as paths below it, in order."""

    weights: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def contents(folder: Path) -> Contents:
    """Return what a version is made of.

    Hidden files are left out, and so are pickles beside safetensors weights (a Trainer leaves
    ``training_args.bin`` in every folder): loading a pickle runs whatever code is in it.

    Raises
    ------
    NotFound, InvalidInput, TooLarge
        When there is no such folder, or it is not a model that can be kept.
    """
    if not is_folder(folder):
        raise NotFound(
            f"There is no folder {str(folder)!r}.",
            action="Give the folder that save_pretrained wrote, with config.json and weights.",
        )
    found = Contents()
    for path in _files(folder):
        if Path(path).suffix in _PICKLES:
            found.left_out.append(path)
        elif path.endswith(".safetensors"):
            found.weights.append(path)
        else:
            found.others.append(path)
    _check(folder, found)
    return found


def _files(folder: Path) -> Iterator[str]:
    count = 0
    for parent, folders, names in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            relative = path.relative_to(folder).as_posix()
            if name.startswith("."):
                continue
            _check_file(path, relative)
            count += 1
            if count > MOST_FILES:
                raise TooLarge(
                    f"The folder {str(folder)!r} has more than {MOST_FILES} files.",
                    action="Register the folder of one model, as save_pretrained writes it.",
                    cause="",
                )
            yield relative


def _check_file(path: Path, relative: str) -> None:
    if not relative.isprintable() or any("\ud800" <= letter <= "\udfff" for letter in relative):
        raise InvalidInput(
            f"The file name {relative!r:.200} has characters that cannot be shown.",
            action="Rename the file.",
            field="folder",
        )
    if not path.is_file():
        kind = "a link to nothing" if path.is_symlink() else "not an ordinary file"
        raise InvalidInput(
            f"{relative!r} is {kind}.", action="Remove it from the folder.", field="folder"
        )


def _unreadable(exc: OSError) -> None:
    raise InvalidInput(
        f"{str(exc.filename)!r} cannot be read: {exc.strerror}.",
        action="Check the rights of the folder.",
        field="folder",
    ) from exc


def _check(folder: Path, found: Contents) -> None:
    if not found.weights:
        if found.left_out:
            raise InvalidInput(
                f"The weights in {str(folder)!r} are pickles ({', '.join(found.left_out[:3])}).",
                cause="Loading a pickle runs any code that somebody put into it, so the registry "
                "keeps safetensors only.",
                action="Convert it where you trust it: "
                "AutoModelForCausalLM.from_pretrained(folder).save_pretrained(new_folder).",
                field="folder",
            )
        raise InvalidInput(
            f"The folder {str(folder)!r} has no weights (*.safetensors).",
            action="Give the folder that save_pretrained wrote.",
            field="folder",
        )
    if not any(name in found.others for name in _CONFIGS):
        raise InvalidInput(
            f"The folder {str(folder)!r} has no config.json.",
            cause="Without it nobody can tell what model the weights are.",
            action="Save the model with save_pretrained, which writes it.",
            field="folder",
        )
    for path in found.others:
        if path.endswith(_INDEX):
            _check_index(folder, path, found.weights)


def _check_index(folder: Path, path: str, weights: list[str]) -> None:
    try:
        named = set(json.loads((folder / path).read_bytes())["weight_map"].values())
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise InvalidInput(
            f"{path!r} is not an index of weights (JSON with weight_map).",
            action="Save the model again with save_pretrained.",
            field="folder",
        ) from exc
    parent = Path(path).parent
    missing = sorted(str(name) for name in named if (parent / str(name)).as_posix() not in weights)
    if missing:
        raise InvalidInput(
            f"{path!r} names {missing[0]!r:.200}, which is not there"
            + (f" (and {len(missing) - 1} more)." if len(missing) > 1 else "."),
            action="Copy or download the missing files, then register again.",
            field="folder",
        )
