"""Find an author's files and take their sections apart. Training only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dialogue.source import Node, ProjectError, domain_files, read_yaml, readable, yaml_files

_SECTION = re.compile(r"^['\"]?([A-Za-z_]\w*)['\"]?\s*:", re.MULTILINE)
_RETRIEVAL = re.compile(r"^\s*-?\s*intent:\s*['\"]?([^\s'\"/]+)/", re.MULTILINE)


@dataclass
class Files:
    """The sections of all files by key, in the order of files; and what was odd about them.

    `retrieval_intents` have examples for several responses: `faq/hours` and the like.
    """

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
    files = Files()
    domain = list(domain_files(folder))
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
    if readable(sections, files.warn):
        files.sections += [(key, node) for key, node in sections.items() if key != "nlu"]
