"""Hold the arrows between the rooms of functions/: who may import whom, and what is pure."""

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.templates import ROOT, functions

FUNCTIONS = ROOT / "functions"
ROOMS = sorted(path.name for path in FUNCTIONS.iterdir() if (path / "__init__.py").exists())
HANDLERS = {"webhook", "converse", "deliver", "desk", "webchat", "schedule", "media"}
PURE = {"conversation", "channels", "dialogue", "nlu"}

MAY_IMPORT = {
    "conversation": {"pydantic"},
    "channels": {"pydantic", "conversation"},
    "nlu": {"pydantic", "numpy", "onnxruntime", "conversation"},
    "dialogue": {"pydantic", "ruamel", "conversation", "nlu"},
}
"""All that the pure rooms import besides themselves and the standard library."""

IMPURE = {
    *("asyncio", "http", "multiprocessing", "os", "random", "secrets", "shutil", "socket"),
    *("ssl", "subprocess", "tempfile", "threading", "time", "uuid"),
}
AWS_SDK = {"boto3", "botocore"}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            assert node.module is not None
            yield node.module


def _imported_by(room: str) -> dict[str, set[str]]:
    return {
        str(path.relative_to(ROOT)): {name.partition(".")[0] for name in _imports(path)}
        for path in sorted((FUNCTIONS / room).rglob("*.py"))
    }


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_pure_room_imports_only_what_it_is_allowed(room: str) -> None:
    """The words, the messengers, the dialogue and the understanding depend on nothing outside."""
    allowed = MAY_IMPORT[room] | {room} | (sys.stdlib_module_names - IMPURE)
    wrong = {path: names - allowed for path, names in _imported_by(room).items()}
    assert not {path: names for path, names in wrong.items() if names}


@pytest.mark.parametrize("room", sorted(PURE))
def test_a_pure_room_reads_no_clock(room: str) -> None:
    """Time comes in as an argument: `datetime` may be computed with, never asked for now."""
    for path in (FUNCTIONS / room).rglob("*.py"):
        asked = [
            node.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
            if isinstance(node.value, ast.Name | ast.Attribute)
            and ast.unparse(node.value).split(".")[-1] in {"datetime", "date"}
        ]
        assert not asked, path


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "aws"])
def test_only_aws_knows_the_sdk(room: str) -> None:
    """boto3 and botocore are imported in `aws/` and nowhere else, types included."""
    for path, names in _imported_by(room).items():
        assert not names & AWS_SDK, path
        assert not {name for name in names if name.startswith("mypy_boto3")}, path


@pytest.mark.parametrize("room", sorted(HANDLERS))
def test_handlers_do_not_import_each_other(room: str) -> None:
    """What two handlers share lives in a room below them."""
    for path, names in _imported_by(room).items():
        assert not names & (HANDLERS - {room}), path


@pytest.mark.parametrize("room", sorted(set(ROOMS) - HANDLERS - {"bootstrap"}))
def test_lower_rooms_do_not_import_handlers(room: str) -> None:
    """Arrows point one way: handlers, then channels, dialogue, nlu and aws, then conversation."""
    for path, names in _imported_by(room).items():
        assert not names & (HANDLERS | {"bootstrap"}), path


@pytest.mark.parametrize("room", ROOMS)
def test_functions_know_nothing_of_the_command_or_of_tests(room: str) -> None:
    """`pforte/` imports `functions/`, never the other way round."""
    for path, names in _imported_by(room).items():
        assert not names & {"pforte", "tests", "functions"}, path


def test_actions_share_no_code_with_functions() -> None:
    """A team's own action server can stand in the place of `bot/actions`."""
    for path in (ROOT / "bot").rglob("*.py"):
        assert not {name.partition(".")[0] for name in _imports(path)} & set(ROOMS), path


@pytest.mark.parametrize("function", sorted(functions()))
def test_every_handler_of_the_template_exists(function: str) -> None:
    """Lambda finds what `Handler` names: a module that defines the function.

    It lies in functions/, or is of the package of the bot's actions.
    """
    found = functions()[function]
    module, _, name = found["Handler"].rpartition(".")
    packed = {"functions/": FUNCTIONS, "bot/actions/": ROOT / "bot"}[found["CodeUri"]]
    source = packed.joinpath(*module.split(".")).with_suffix(".py").read_text()
    defined = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    assert name in defined


def test_no_room_shadows_another_package() -> None:
    """functions/ comes first on the import path, so its names must be nobody else's."""
    ours = {path.stem for path in FUNCTIONS.iterdir() if not path.name.startswith((".", "__"))}
    installed = set(packages_distributions()) - {"pforte"}
    assert not ours & (sys.stdlib_module_names | installed)
