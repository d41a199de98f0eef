"""Read template.yaml as CloudFormation means it."""

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

ROOT = Path(__file__).resolve().parents[1]


class _Constructor(SafeConstructor):
    """Read `!Ref X` as {"Ref": "X"} and `!Sub …` as {"Fn::Sub": …}."""

    def intrinsic(self, suffix: str, node: Node) -> dict[str, Any]:
        name = suffix if suffix == "Ref" else f"Fn::{suffix}"
        if isinstance(node, ScalarNode):
            return {name: self.construct_scalar(node)}
        if isinstance(node, SequenceNode):
            return {name: self.construct_sequence(node, deep=True)}
        assert isinstance(node, MappingNode)
        return {name: self.construct_mapping(node, deep=True)}


_Constructor.add_multi_constructor("!", _Constructor.intrinsic)


@cache
def template() -> dict[str, Any]:
    """Return the whole template."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text())
    return loaded


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of all resources of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def functions() -> dict[str, dict[str, Any]]:
    """Return the functions with what `Globals` gives to each of them."""
    shared = template()["Globals"]["Function"]
    found = {}
    for name, own in resources("AWS::Serverless::Function").items():
        variables = {
            **shared["Environment"]["Variables"],
            **own.get("Environment", {}).get("Variables", {}),
        }
        found[name] = {**shared, **own, "Environment": {"Variables": variables}}
    return found
