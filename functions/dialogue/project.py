"""Read a Rasa 3.1-format project: which files there are, and what they hold. Training only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from conversation.understanding import Language
from dialogue.examples import Example, read_examples
from dialogue.rules import Rule, read_rules
from dialogue.source import Node, ProjectError, domain_files, read_yaml, readable, yaml_files
from dialogue.vocabulary import add_annotated, read_vocabulary
from nlu.entities.vocabulary import Vocabulary

_UNSUPPORTED = {
    "stories": "stories are not run yet: only rules answer",
    "forms": "forms are not run yet",
    "e2e_actions": "end-to-end actions are not run",
}
_IGNORED = ("version", "session_config", "config", "importers")


@dataclass
class Project:
    """What an author wrote, not yet checked against each other.

    `settings` is `pforte:` of config.yml, `pipeline` Rasa's own; `front_door` is pforte.yml.
    """

    settings: Node
    front_door: Node
    pipeline: Node = field(default_factory=lambda: Node(None, "config.yml", 1))
    intents: dict[str, Node] = field(default_factory=dict)
    slots: dict[str, Node] = field(default_factory=dict)
    entities: dict[str, Node] = field(default_factory=dict)
    actions: dict[str, Node] = field(default_factory=dict)
    responses: dict[str, Node] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    rules: list[Rule] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def warn(self, node: Node, message: str) -> None:
        """Tell the author about something that is not as it looks."""
        self.warnings.append(f"{node.place}: {message}")


def read_project(folder: Path) -> Project:
    """Read domain, data, config.yml and pforte.yml of a bot. Raises ProjectError."""
    if not folder.is_dir():
        raise ProjectError(f"{folder}: there is no such folder. Name a bot's with --bot.")
    config = _read_optional(folder, "config.yml").mapping("config.yml")
    project = Project(
        settings=config.get("pforte", Node(None, f"{folder}/config.yml", 1)),
        front_door=_read_required(folder, "pforte.yml"),
        pipeline=config.get("pipeline", Node(None, f"{folder}/config.yml", 1)),
    )
    files = [*domain_files(folder), *yaml_files(folder / "data")]
    if not files:
        raise ProjectError(f"{folder}: no domain.yml and no data/. Is this a bot's folder?")
    for path in files:
        read_file(project, path, read_yaml(path, str(path)))
    return project


def read_file(project: Project, path: Path, content: Node) -> None:
    """Add one file to a project; any file may hold any of the top-level keys."""
    sections = content.mapping("a bot's file")
    if not readable(sections, project.warn):
        return
    for key, node in sections.items():
        if key == "nlu":
            examples = read_examples(node, file_language(path), project.warn)
            project.examples += examples
            read_vocabulary(node, project.vocabulary)
            add_annotated(examples, project.vocabulary)
        elif key == "rules":
            project.rules += read_rules(node)
        elif key in ("responses", "slots"):
            _merge(getattr(project, key), node.mapping(key), key)
        elif key in ("intents", "entities", "actions"):
            _merge(getattr(project, key), dict(_named(node, key)), key)
        elif key not in _IGNORED:
            _warn_unused(project, key, node)


def file_language(path: Path) -> Language | None:
    """Return the language that a file's name tells: `nlu_de.yml`, `de.yml` or `de/….yml`."""
    ending = path.stem.rsplit("_", 1)[-1]
    for word in (ending, path.parent.name):
        if word == "de":
            return "de"
        if word == "en":
            return "en"
    return None


def _read_required(folder: Path, name: str) -> Node:
    path = folder / name
    if not path.is_file():
        raise ProjectError(f"{path}: is missing. A bot needs it; see the example bot's.")
    return read_yaml(path, str(path))


def _read_optional(folder: Path, name: str) -> Node:
    path = folder / name
    return read_yaml(path, str(path)) if path.is_file() else Node(None, str(path), 1)


def _named(node: Node, what: str) -> Iterator[tuple[str, Node]]:
    """Yield the entries of a list whose entries are names, or mappings with a name as only key."""
    for entry in node.sequence(what):
        if isinstance(entry.value, dict):
            if len(entry.value) != 1:
                entry.fail(f"an entry of {what} has one name. Begin the next with '- '.")
            yield next(iter(entry.value)), entry
        else:
            yield entry.text(f"an entry of {what}"), entry


def _warn_unused(project: Project, key: str, node: Node) -> None:
    if key not in _UNSUPPORTED:
        project.warn(node, f"unknown key '{key}' is ignored. Is it misspelt?")
    elif node.value:
        project.warn(node, f"{_UNSUPPORTED[key]}.")


def _merge(into: dict[str, Node], more: dict[str, Node], what: str) -> None:
    for name, node in more.items():
        if name in into:
            node.fail(f"'{name}' of {what} is already at {into[name].place}. Keep one of them.")
        into[name] = node
