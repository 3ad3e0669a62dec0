# SPDX-License-Identifier: Apache-2.0
"""BERT as ONNX Runtime likes it best: built from its own fused operators, as its transformer optimiser would leave it.

A plain export is what most people run, but to be compared with the slower of two graphs would flatter us; so the graph
is built here by hand too and each cell of the table is compared with whichever is faster.
"""
from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"


class Graph:
    """Collects nodes and weights; `add` names the output after the node and returns it."""

    def __init__(self, model: Any) -> None:
        self.state = {k: v.detach().numpy() for k, v in model.state_dict().items()}
        self.config = model.config
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, op: str, inputs: list[str], name: str, domain: str = MICROSOFT, outputs: int = 1, **more: Any) -> str:
        names = [name] + [f"{name}.{i}" for i in range(1, outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, name=f"{name}/{op}", domain=domain, **more))
        return name

    def weight(self, name: str, value: np.ndarray | None = None) -> str:
        value = self.state[name] if value is None else value
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def transposed(self, name: str) -> str:
        return self.weight(f"{name}.T", self.state[f"{name}.weight"].T)


def attention(g: Graph, x: str, layer: str) -> str:
    """Fused projections, scores, softmax and mixing in one node.

    Tried: three MatMul and MultiHeadAttention with its flash kernel, slower at every length from 8 to 512 (164 ms
    against 154 ms at 512 tokens, MiniLM size, one thread, EPYC of family 25 with AVX-512, onnxruntime 1.32).
    """
    kinds = [f"{layer}.attention.self.{k}" for k in ("query", "key", "value")]
    w = g.weight(f"{layer}.qkv", np.concatenate([g.state[f"{k}.weight"].T for k in kinds], 1))
    b = g.weight(f"{layer}.qkv.bias", np.concatenate([g.state[f"{k}.bias"] for k in kinds]))
    return g.add("Attention", [x, w, b, "mask"], f"{layer}.mixed", num_heads=g.config.num_attention_heads)


def skip_norm(g: Graph, x: str, skip: str, dense: str, norm: str) -> str:
    product = g.add("MatMul", [x, g.transposed(dense)], f"{dense}.out", "")
    return g.add("SkipLayerNormalization", [product, skip, g.weight(f"{norm}.weight"), g.weight(f"{norm}.bias"),
                                            g.weight(f"{dense}.bias")], f"{norm}.out", epsilon=g.config.layer_norm_eps)


def block(g: Graph, x: str, layer: str) -> str:
    out = f"{layer}.attention.output"
    x = skip_norm(g, attention(g, x, layer), x, f"{out}.dense", f"{out}.LayerNorm")
    wide = f"{layer}.intermediate.dense"
    product = g.add("MatMul", [x, g.transposed(wide)], f"{wide}.out", "")
    active = g.add("BiasGelu", [product, g.weight(f"{wide}.bias")], f"{wide}.gelu")
    return skip_norm(g, active, x, f"{layer}.output.dense", f"{layer}.output.LayerNorm")


def embeddings(g: Graph) -> str:
    for name in ("input_ids", "token_type_ids", "attention_mask"):
        short = {"input_ids": "ids", "token_type_ids": "types", "attention_mask": "mask"}[name]
        g.add("Cast", [name], short, "", to=TensorProto.INT32)
    tables = [g.weight(f"embeddings.{k}_embeddings.weight") for k in ("word", "position", "token_type")]
    norm = [g.weight(f"embeddings.LayerNorm.{k}") for k in ("weight", "bias")]
    return g.add("EmbedLayerNormalization", ["ids", "types"] + tables + norm, "embedded", outputs=2,
                 epsilon=g.config.layer_norm_eps)


def build(model: Any, file: Path) -> None:
    """Writes a graph with the inputs and the output that an export has."""
    g = Graph(model)
    x = embeddings(g)
    for k in range(g.config.num_hidden_layers):
        x = block(g, x, f"encoder.layer.{k}")
    g.add("Identity", [x], "last_hidden_state", "")
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "sequence"])
              for n in ("input_ids", "attention_mask", "token_type_ids")]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT,
                                           ["batch", "sequence", g.config.hidden_size])
    graph = helper.make_graph(g.nodes, "bert", inputs, [output], g.weights)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), file)


class LastState(torch.nn.Module):
    """What the export traces: ids, mask and, where the model has them, token types in, one tensor out."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        return self.model(**dict(zip(input_names(self.model), inputs))).last_hidden_state


def input_names(model: Any) -> list[str]:
    return ["input_ids", "attention_mask"] + ["token_type_ids"] * (getattr(model.config, "type_vocab_size", 0) > 0)


def export(model: Any, file: Path) -> None:
    """The ordinary route."""
    names = input_names(model)
    mask = torch.ones(2, 9, dtype=torch.long)
    mask[1, 5:] = 0  # so that the mask is not traced away
    example = (torch.ones(2, 9, dtype=torch.long), mask, torch.zeros(2, 9, dtype=torch.long))[: len(names)]
    most = model.config.max_position_embeddings
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=most)}
    torch.onnx.export(LastState(model), example, file, dynamo=True, external_data=False, verbose=False,
                      input_names=names, output_names=["last_hidden_state"], dynamic_shapes=((axes,) * len(names),))
