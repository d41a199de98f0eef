"""Read a Rasa 3.1-format project: which files there are, and what they hold. Training only."""

from dataclasses import dataclass, field
from pathlib import Path

from conversation.understanding import Language
from dialogue.examples import Example, read_examples
from dialogue.source import Node, ProjectError, domain_files, read_yaml, readable, yaml_files
from dialogue.vocabulary import add_annotated, read_vocabulary
from nlu.entities.vocabulary import Vocabulary

FRONT_DOOR_FILE = "pforte.yml"
"""The settings of the front door: the one file that Rasa does not know."""


@dataclass
class Project:
    """What an author wrote besides the dialogue (see `dialogue.teaching`).

    `settings` is `pforte:` of config.yml, `pipeline` Rasa's own; `front_door` is pforte.yml.
    """

    settings: Node
    front_door: Node
    pipeline: Node = field(default_factory=lambda: Node(None, "config.yml", 1))
    examples: list[Example] = field(default_factory=list)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    warnings: list[str] = field(default_factory=list)

    def warn(self, node: Node, message: str) -> None:
        """Tell the author about something that is not as it looks."""
        self.warnings.append(f"{node.place}: {message}")


def read_project(folder: Path) -> Project:
    """Read examples, config.yml and pforte.yml of a bot. Raises ProjectError.

    Where there is no pforte.yml, as in a plain Rasa bot, a stand-in serves for trying the bot out.
    """
    if not folder.is_dir():
        raise ProjectError(f"{folder}: there is no such folder. Name a bot's with --bot.")
    config = _read_optional(folder, "config.yml").mapping("config.yml")
    project = Project(
        settings=config.get("pforte", Node(None, f"{folder}/config.yml", 1)),
        front_door=_read_optional(folder, FRONT_DOOR_FILE),
        pipeline=config.get("pipeline", Node(None, f"{folder}/config.yml", 1)),
    )
    if not (folder / FRONT_DOOR_FILE).is_file():
        project.front_door = _stand_in(folder, config.get("language"))
        project.warnings.append(
            f"{project.front_door.file}: is missing, and made up for trying the bot out. A house "
            "needs it; see the example bot's."
        )
    for path in (*domain_files(folder), *yaml_files(folder / "data")):
        read_file(project, path, read_yaml(path, str(path)))
    return project


def read_file(project: Project, path: Path, content: Node) -> None:
    """Add the examples of one file to a project; any file may hold any of the top-level keys."""
    sections = content.mapping("a bot's file")
    if "nlu" in sections and readable(sections, project.warn):
        examples = read_examples(sections["nlu"], file_language(path), project.warn)
        project.examples += examples
        read_vocabulary(sections["nlu"], project.vocabulary)
        add_annotated(examples, project.vocabulary)


def file_language(path: Path) -> Language | None:
    """Return the language that a file's name tells: `nlu_de.yml`, `de.yml` or `de/….yml`."""
    ending = path.stem.rsplit("_", 1)[-1]
    for word in (ending, path.parent.name):
        if word == "de":
            return "de"
        if word == "en":
            return "en"
    return None


def _stand_in(folder: Path, language: Node | None) -> Node:
    """Return a front door for a bot that has none; English, as Rasa's default, if not German."""
    file = f"{folder}/{FRONT_DOOR_FILE}"
    german = language is not None and str(language.value).startswith("de")
    values = {
        "company": folder.resolve().name,
        "privacy_url": "https://example.org/privacy",
        "reference_prefix": "PF",
        "default_language": "de" if german else "en",
    }
    return Node({key: Node(value, file, 1) for key, value in values.items()}, file, 1)


def _read_optional(folder: Path, name: str) -> Node:
    path = folder / name
    return read_yaml(path, str(path)) if path.is_file() else Node(None, str(path), 1)
