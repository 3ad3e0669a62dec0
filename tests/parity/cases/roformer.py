# SPDX-License-Identifier: Apache-2.0
"""RoFormer: rotary positions on interleaved pairs, from a table that is in the file; no pooler."""
from __future__ import annotations

from typing import Any

from .case import Case, Config, Weights, cut_out, head_names, labels, lengths_for, own_decoder

BASE: Config = dict(vocab_size=53, embedding_size=17, hidden_size=28, num_attention_heads=2, num_hidden_layers=2,
                    intermediate_size=37, max_position_embeddings=41)
HEAD: Config = dict(vocab_size=43, embedding_size=11, hidden_size=18, num_attention_heads=3, num_hidden_layers=1,
                    intermediate_size=23, max_position_embeddings=37)
HEADS = head_names("RoFormer")
TABLE = "encoder.embed_positions.weight"


def roformer(name: str, summary: str, config: Config = BASE, head: str | None = None, **more: Any) -> Case:
    architecture, kind = HEADS[head] if head else ("RoFormerModel", "none")
    return Case("roformer", name, summary, architecture, config, kind, **dict(lengths=lengths_for(name, head)) | more)


def without_table(weights: Weights) -> Weights:
    return {n: t for n, t in weights.items() if n != TABLE}


def cases() -> list[Case]:
    return [
        roformer("base", "embedding_size 17 projected to hidden 28; heads of 14", hidden_states=True),
        roformer("same_width", "embedding_size absent: hidden_size, no projection",
                 {k: v for k, v in HEAD.items() if k != "embedding_size"}),
        roformer("rotary_value", "rotary_value true: values are rotated as well", HEAD | dict(rotary_value=True)),
        roformer("table_missing", "no embed_positions in the file: sines and cosines are computed", HEAD,
                 rewrite=without_table, missing=frozenset({TABLE})),
        roformer("layer_norm_eps", "layer_norm_eps 1e-5 on embeddings so small that it shows",
                 HEAD | dict(layer_norm_eps=1e-5), embedding_scale=0.003),
        roformer("activation_relu", "hidden_act relu: in the feed-forward and in the MLM head",
                 HEAD | dict(hidden_act="relu"), "mlm"),
        roformer("cut_out", "a task model's file opened as the plain encoder: prefix, a head unused", HEAD,
                 rewrite=cut_out("roformer", position_ids=False)),
        roformer("mlm", "transform to embedding_size, decoder tied", HEAD, "mlm", gradients=True),
        roformer("mlm_own_decoder", "called tied, but the file's decoder and its bias are others", HEAD, "mlm",
                 rewrite=own_decoder("roformer.embeddings.word_embeddings.weight", "cls.predictions.decoder",
                                     "cls.predictions.bias")),
        roformer("mlm_untied", "tie_word_embeddings false", HEAD | dict(tie_word_embeddings=False), "mlm"),
        roformer("seqcls", "first token, dense, hidden_act, out_proj; three labels", HEAD | labels(3), "seqcls"),
        roformer("seqcls_relu", "hidden_act relu, in the classification head too",
                 HEAD | labels(2) | dict(hidden_act="relu"), "seqcls"),
        roformer("tokencls", "five labels per token", HEAD | labels(5), "tokencls"),
        roformer("qa", "start and end logits", HEAD, "qa"),
        roformer("multiple_choice", "no summary keys in config.json: the last token, neither dense nor activation",
                 HEAD, "multiple_choice"),
        roformer("multiple_choice_summary", "summary keys as ELECTRA's: first token, dense, gelu", HEAD | dict(
            summary_type="first", summary_use_proj=True, summary_activation="gelu"), "multiple_choice"),
    ]
