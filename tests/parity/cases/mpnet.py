# SPDX-License-Identifier: Apache-2.0
"""MPNet: absolute positions after padding id 1, and a bias of relative positions shared by all layers."""
from __future__ import annotations

from typing import Any

from .case import Case, Config, cut_out, head_names, labels, lengths_for, own_decoder

BASE: Config = dict(vocab_size=53, hidden_size=26, num_attention_heads=2, num_hidden_layers=2, intermediate_size=37,
                    max_position_embeddings=43)
HEAD: Config = dict(vocab_size=43, hidden_size=15, num_attention_heads=3, num_hidden_layers=1, intermediate_size=23,
                    max_position_embeddings=39)
HEADS = head_names("MPNet")


def mpnet(name: str, summary: str, config: Config = BASE, head: str | None = None, **more: Any) -> Case:
    architecture, kind = HEADS[head] if head else ("MPNetModel", "none")
    return Case("mpnet", name, summary, architecture, config, kind, **dict(lengths=lengths_for(name, head)) | more)


def cases() -> list[Case]:
    return [
        mpnet("base", "heads of 13; positions from 2", hidden_states=True),
        mpnet("no_pooler", "encoder without pooler", HEAD, pooler=False),
        mpnet("long", "140 tokens: distances through all 32 buckets and past the last boundary, 128",
              HEAD | dict(max_position_embeddings=143), lengths=(1, 50, 140)),
        mpnet("buckets_45", "relative_attention_num_buckets 45: a longer table, of which 32 rows are used",
              HEAD | dict(relative_attention_num_buckets=45)),
        mpnet("pad_token_5", "pad_token_id 5 changes nothing: positions begin at 2, skipping id 1",
              HEAD | dict(pad_token_id=5)),
        mpnet("layer_norm_eps", "layer_norm_eps 1e-5 on embeddings so small that it shows",
              HEAD | dict(layer_norm_eps=1e-5), embedding_scale=0.003),
        mpnet("activation_relu", "hidden_act relu in the feed-forward; the MLM head keeps erf gelu",
              HEAD | dict(hidden_act="relu"), "mlm"),
        mpnet("cut_out", "a task model's file opened as the plain encoder: prefix, position_ids, a head unused",
              HEAD, rewrite=cut_out("mpnet")),
        mpnet("padding_inside", "id 1 inside the text: position 1, not counted", HEAD, padding=True),
        mpnet("mlm_own_decoder", "called tied, but the file's decoder and its bias are others",
              HEAD, "mlm", rewrite=own_decoder("mpnet.embeddings.word_embeddings.weight", "lm_head.decoder",
                                               "lm_head.bias")),
        mpnet("mlm", "lm_head with its decoder tied", HEAD, "mlm", gradients=True),
        mpnet("mlm_untied", "tie_word_embeddings false", HEAD | dict(tie_word_embeddings=False), "mlm"),
        mpnet("seqcls", "classification head dense, tanh, out_proj; three labels", HEAD | labels(3), "seqcls"),
        mpnet("tokencls", "five labels per token", HEAD | labels(5), "tokencls"),
        mpnet("qa", "start and end logits", HEAD, "qa"),
        mpnet("multiple_choice", "from the pooler; each line is one choice", HEAD, "multiple_choice"),
    ]
