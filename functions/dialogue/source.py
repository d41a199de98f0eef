"""Read YAML so that every value knows its file and line. Training only."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from conversation.errors import PforteError
from conversation.model import Model

FORMAT = (3, 1)
"""The highest version of Rasa's format that is read."""

_BLANKS = re.compile(r"^[ \t]+$", re.MULTILINE)
"""Lines of blanks alone: ruamel.yaml refuses them at the head of a block of text; YAML does not."""


class ProjectError(PforteError):
    """The bot's files are wrong; says `file:line: what is wrong. What to do.`"""


@dataclass(frozen=True)
class Node:
    """A value with its place; `value` is a dict or list of nodes, or a scalar.

    `file` is as the author would name it, `line` counts from 1.
    """

    value: Any
    file: str
    line: int

    @property
    def place(self) -> str:
        """Return `file:line`."""
        return f"{self.file}:{self.line}"

    def fail(self, message: str) -> NoReturn:
        """Raise ProjectError for this place."""
        raise ProjectError(f"{self.place}: {message}")

    def mapping(self, what: str) -> dict[str, "Node"]:
        """Return the nodes by key, an empty dict for an empty value."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            self.fail(f"{what} must be a mapping (key: value). Indent its keys below it.")
        return self.value

    def sequence(self, what: str) -> "list[Node]":
        """Return the nodes of a list, an empty list for an empty value."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            self.fail(f"{what} must be a list. Begin each entry with '- '.")
        return self.value

    def text(self, what: str) -> str:
        """Return a non-empty string."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.fail(f"{what} must be a text. Put it into quotes if it looks like a number.")
        return self.value.strip()

    def plain(self) -> Any:
        """Return the value without places, as json would have it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def at(self, path: Iterable[str | int]) -> "Node":
        """Return the node at a path, or the last one on the way there."""
        node = self
        for step in path:
            value = node.value
            steps = dict(enumerate(value)) if isinstance(value, list) else value
            if not isinstance(steps, dict) or step not in steps:
                break
            node = steps[step]
        return node

    def read_as[M: Model](self, model: type[M], values: Any) -> M:
        """Validate plain values against a model, naming the line of what is wrong."""
        try:
            return model.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(step) for step in first["loc"])
            self.at(first["loc"]).fail(f"{field}: {first['msg']}. Correct or remove it.")


Warn = Callable[[Node, str], None]
"""Tell the author about something that is not as it looks."""


def entries(fields: dict[str, Node], key: str) -> list[Node]:
    """Return the nodes of a list that may be missing. Raises ProjectError."""
    return fields[key].sequence(key) if key in fields else []


def readable(sections: dict[str, Node], warn: Warn) -> bool:
    """Rasa skips a file of a higher format version; so do we, but say so."""
    version = sections.get("version")
    if version is None or not isinstance(version.value, str):
        return True
    try:
        number = tuple(int(part) for part in version.value.split("."))
    except ValueError:
        version.fail('the version must read like "3.1".')
    if number > FORMAT:
        warn(version, f'version "{version.value}" is above 3.1: the file is skipped.')
        return False
    return True


def read_yaml(path: Path, name: str) -> Node:
    """Read one file; `name` is how errors call it. Raises ProjectError."""
    text = ""
    try:
        text = _BLANKS.sub("", path.read_text(encoding="utf-8"))
        loaded = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ProjectError(
            f"{name}:{line}: not valid YAML ({error.problem}). Check indentation and quotes."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ProjectError(f"{name}:{line}: is not UTF-8. Save the file as UTF-8.") from error
    except ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise ProjectError(
            f"{name}:{line}: holds a control character (U+{error.character:04X}), which YAML does "
            "not allow. Remove it, or is this no text file?"
        ) from error
    except YAMLError as error:
        raise ProjectError(f"{name}:1: not valid YAML ({error}). Correct it.") from error
    except OSError as error:
        raise ProjectError(f"{name}:1: cannot be read ({error.strerror}).") from error
    return _located(loaded, name, 1)


def yaml_files(path: Path) -> Iterator[Path]:
    """List a YAML file, or those of a folder in a fixed order."""
    if path.is_dir():
        yield from sorted(
            file
            for file in path.rglob("*")
            if file.suffix in (".yml", ".yaml") and not file.name.startswith(".")
        )
    elif path.is_file():
        yield path


def domain_files(folder: Path) -> Iterator[Path]:
    """List the files of a bot's domain: one, those of a folder, or both."""
    yield from yaml_files(folder / "domain.yml")
    yield from yaml_files(folder / "domain")


def _located(value: Any, name: str, line: int) -> Node:
    if isinstance(value, CommentedMap):
        return Node(
            {
                str(key): _located(value[key], name, _line(value.lc.data, key, line))
                for key in value
            },
            name,
            line,
        )
    if isinstance(value, CommentedSeq):
        return Node(
            [
                _located(item, name, _line(value.lc.data, index, line))
                for index, item in enumerate(value)
            ],
            name,
            line,
        )
    if isinstance(value, bool):
        return Node(bool(value), name, line)
    for kind in (str, int, float):
        if isinstance(value, kind):
            return Node(kind(value), name, line)
    return Node(value, name, line)


def _line(positions: dict[Any, list[int]] | None, key: object, parent: int) -> int:
    """Return the line of a key or entry; what came in by a merge (`<<`) has only its parent's."""
    position = (positions or {}).get(key)
    return position[0] + 1 if position else parent
