"""Know what was built: each function with its layers as Lambda would find them, and their sizes."""

import compileall
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

RUNTIME_PACKAGES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
"""The SDK in Lambda's runtime and what it needs."""


@dataclass(frozen=True)
class Function:
    """A function as built: `room` is what it is called, `module` its handler's, `memory` in MB.

    `fixed` are those of its environment's variables that are the same in every house.
    """

    room: str
    module: str
    package: Path
    layers: tuple[Path, ...]
    memory: int
    fixed: Mapping[str, str]


@dataclass(frozen=True)
class Built:
    """What a build folder holds."""

    functions: Mapping[str, Function]
    layers: Mapping[str, Path]
    resources: Mapping[str, Any]


def read_build(folder: Path) -> Built:
    """Read the template of a build folder; its functions are the house's, without the bot's own."""
    template = YAML(typ="safe").load(folder / "template.yaml")
    resources: dict[str, Any] = template["Resources"]
    layers = {
        name: folder / resource["Properties"]["ContentUri"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::LayerVersion"
    }
    common = template["Globals"]["Function"]
    functions = {}
    for resource in resources.values():
        if resource["Type"] == "AWS::Serverless::Function":
            own = resource["Properties"]
            folder_of, name, _ = own["Handler"].split(".")
            room = folder_of if name == "handler" else name.removesuffix("_handler")
            package = folder / own["CodeUri"]
            if not (package / "bootstrap").is_dir():
                continue
            functions[room] = Function(
                room=room,
                module=f"{folder_of}.{name}",
                package=package,
                layers=tuple(layers[layer["Ref"]] / "python" for layer in own.get("Layers", ())),
                memory=own.get("MemorySize", common["MemorySize"]),
                fixed=_fixed(common) | _fixed(own),
            )
    return Built(functions, layers, resources)


def _fixed(properties: Mapping[str, Any]) -> dict[str, str]:
    variables = properties.get("Environment", {}).get("Variables", {})
    return {name: value for name, value in variables.items() if isinstance(value, str)}


def size(folder: Path) -> int:
    """Return the bytes of all files in a folder, as unpacked on AWS."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def put_runtime(folder: Path) -> None:
    """Put into a folder what Lambda's runtime brings, with its bytecode, and nothing else."""
    for name in RUNTIME_PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"{name} is in Lambda's runtime, and not in this environment")
        origin = Path(spec.origin)
        found = origin.parent if origin.name == "__init__.py" else origin
        (folder / found.name).symlink_to(found)
        if found.is_dir():
            compileall.compile_dir(found, quiet=2)
        else:
            compileall.compile_file(found, quiet=2)
