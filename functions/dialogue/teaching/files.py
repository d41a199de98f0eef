"""Find an author's files and take their sections apart. Training only."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dialogue.source import Node, ProjectError, read_yaml, yaml_files

Warn = Callable[[Node, str], None]

_SECTION = re.compile(r"^['\"]?([A-Za-z_]\w*)['\"]?\s*:", re.MULTILINE)
_RETRIEVAL = re.compile(r"^\s*-?\s*intent:\s*['\"]?([^\s'\"/]+)/", re.MULTILINE)
_NEWEST = (3, 1)


@dataclass
class Files:
    """The sections of all files by key, in the order of files; and what was odd about them.

    `retrieval_intents` have examples for several responses: `faq/hours` and the like.
    """

    folder: Path
    sections: list[tuple[str, Node]] = field(default_factory=list)
    retrieval_intents: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def of(self, key: str) -> Iterator[Node]:
        """Yield the sections of a key."""
        return (node for name, node in self.sections if name == key)

    def warn(self, node: Node, message: str) -> None:
        """Tell the author about something that is not as it looks."""
        self.warnings.append(f"{node.place}: {message}")


def read_files(folder: Path) -> Files:
    """Read a bot's domain, data and config. Raises ProjectError."""
    files = Files(folder)
    domain = [*yaml_files(folder / "domain.yml"), *yaml_files(folder / "domain")]
    if not domain:
        raise ProjectError(f"{folder}: no domain.yml. Is this a bot's folder?")
    for path in (*domain, *yaml_files(folder / "data")):
        if not path.name.startswith("test_"):
            _read(files, path)
    config = folder / "config.yml"
    if config.is_file():
        policies = read_yaml(config, str(config)).mapping("config.yml").get("policies")
        if policies is not None:
            files.sections.append(("policies", policies))
    return files


def _read(files: Files, path: Path) -> None:
    text = path.read_text("utf-8", "replace")
    # An nlu file has thousands of lines; all that the dialogue needs is which intents retrieve.
    retrieving = dict.fromkeys((*files.retrieval_intents, *_RETRIEVAL.findall(text)))
    files.retrieval_intents = list(retrieving)
    found = set(_SECTION.findall(text))
    if found and found <= {"version", "nlu"}:
        return
    sections = read_yaml(path, str(path)).mapping("a bot's file")
    if _readable(files, sections.get("version")):
        files.sections += [(key, node) for key, node in sections.items() if key != "nlu"]


def _readable(files: Files, version: Node | None) -> bool:
    """Rasa skips a file of a higher format version; so do we, but say so."""
    if version is None or not isinstance(version.value, str):
        return True
    numbers = version.value.split(".")
    if not all(number.isdigit() for number in numbers):
        version.fail('the version must read like "3.1".')
    if tuple(int(number) for number in numbers) > _NEWEST:
        files.warn(version, f'version "{version.value}" is above 3.1: the file is skipped.')
        return False
    return True
