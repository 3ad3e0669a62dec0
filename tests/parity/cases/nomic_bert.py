# SPDX-License-Identifier: Apache-2.0
"""NomicBERT as transformers has it: BERT's post-norm order, rotary positions, gated feed-forward, few biases.
Files keep the published names (encoder.layers.0.attn.Wqkv, emb_ln, fc11), which are not those in memory."""
from __future__ import annotations

from typing import Any

from .case import Case, Config, head_names, labels, lengths_for, own_decoder

BASE: Config = dict(vocab_size=53, hidden_size=20, num_attention_heads=2, num_hidden_layers=2, intermediate_size=29,
                    max_position_embeddings=47)
HEAD: Config = dict(vocab_size=43, hidden_size=18, num_attention_heads=3, num_hidden_layers=1, intermediate_size=17,
                    max_position_embeddings=37)
HEADS = head_names("NomicBert")


def nomic(name: str, summary: str, config: Config = BASE, head: str | None = None, **more: Any) -> Case:
    architecture, kind = HEADS[head] if head else ("NomicBertModel", "none")
    return Case("nomic_bert", name, summary, architecture, config, kind,
                **dict(lengths=lengths_for(name, head), activation_gain=2.5) | more)


def cases() -> list[Case]:
    return [
        nomic("base", "heads of 10, rope_theta 1000, no pooler", hidden_states=True),
        nomic("pooler", "the plain encoder with a pooler", HEAD, constructor={"add_pooling_layer": True}),
        nomic("rope_theta", "rope_parameters with rope_theta 50",
              HEAD | dict(rope_parameters=dict(rope_type="default", rope_theta=50.0))),
        nomic("rope_yarn", "rope_type yarn with an attention_factor, bounds not rounded",
              HEAD | dict(rope_parameters=dict(rope_type="yarn", rope_theta=50.0, factor=4.0, attention_factor=1.25,
                                               original_max_position_embeddings=9, beta_fast=2.0, beta_slow=0.25,
                                               truncate=False))),
        nomic("rope_llama3", "rope_type llama3",
              HEAD | dict(rope_parameters=dict(rope_type="llama3", rope_theta=50.0, factor=8.0, low_freq_factor=0.5,
                                               high_freq_factor=1.5, original_max_position_embeddings=9))),
        nomic("rope_dynamic", "rope_type dynamic: plain up to 20 tokens, a base of its own for a text of 33",
              HEAD | dict(max_position_embeddings=20,
                          rope_parameters=dict(rope_type="dynamic", rope_theta=50.0, factor=3.0))),
        nomic("beyond_positions", "33 tokens, max_position_embeddings 20", HEAD | dict(max_position_embeddings=20)),
        nomic("head_dim", "head_dim 8: three heads of 8 in a width of 18", HEAD | dict(head_dim=8)),
        nomic("layer_norm_eps", "layer_norm_eps 1e-5 on embeddings so small that it shows",
              HEAD | dict(layer_norm_eps=1e-5), embedding_scale=0.003),
        nomic("type_vocab_1", "one token type", HEAD | dict(type_vocab_size=1)),
        nomic("activation_gelu", "hidden_act gelu: in the gate and in the MLM head", HEAD | dict(hidden_act="gelu"),
              "mlm"),
        nomic("mlm", "transform and tied decoder", HEAD, "mlm", gradients=True),
        nomic("mlm_own_decoder", "called tied, but the file's decoder and its bias are others", HEAD, "mlm",
              rewrite=own_decoder("nomic_bert.embeddings.word_embeddings.weight", "cls.predictions.decoder",
                                  "cls.predictions.bias")),
        nomic("mlm_untied", "tie_word_embeddings false", HEAD | dict(tie_word_embeddings=False), "mlm"),
        nomic("seqcls", "from the pooler; three labels", HEAD | labels(3), "seqcls"),
        nomic("tokencls", "five labels per token", HEAD | labels(5), "tokencls"),
    ]
