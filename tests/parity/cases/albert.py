# SPDX-License-Identifier: Apache-2.0
"""ALBERT: layers shared in groups, embeddings of their own width, gelu_new, sentence-order head."""
from __future__ import annotations

from typing import Any

from .case import Case, Config, cut_out, head_names, labels, lengths_for, nothing_but, own_decoder, without

BASE: Config = dict(vocab_size=53, embedding_size=17, hidden_size=26, num_attention_heads=2, num_hidden_layers=3,
                    intermediate_size=37, max_position_embeddings=41)
HEAD: Config = dict(vocab_size=43, embedding_size=11, hidden_size=15, num_attention_heads=3, num_hidden_layers=2,
                    intermediate_size=23, max_position_embeddings=37)
HEADS = head_names("Albert")
PUBLISHED: Config = HEAD | dict(
    attention_probs_dropout_prob=0, hidden_act="gelu", hidden_dropout_prob=0, initializer_range=0.02,
    num_hidden_groups=1, net_structure_type=0, gap_size=0, num_memory_blocks=0, inner_group_num=1, down_scale_factor=1,
    type_vocab_size=2)


def albert(name: str, summary: str, config: Config = BASE, head: str | None = None, **more: Any) -> Case:
    architecture, kind = HEADS[head] if head else ("AlbertModel", "none")
    return Case("albert", name, summary, architecture, config, kind,
                **dict(lengths=lengths_for(name, head)) | more)


def cases() -> list[Case]:
    return [
        albert("base", "one layer's weights used three times; heads of 13", hidden_states=True),
        albert("no_pooler", "encoder without pooler", HEAD, pooler=False),
        albert("groups_2", "five layers in two groups: layers 0-2 and 3-4",
               HEAD | dict(num_hidden_layers=5, num_hidden_groups=2)),
        albert("groups_14_of_18", "layer i is in group int(i / (18 / 14)) in double, which for i = 9 is 6 and not 7",
               HEAD | dict(num_hidden_layers=18, num_hidden_groups=14, hidden_size=6, num_attention_heads=2,
                           embedding_size=5, intermediate_size=7)),
        albert("inner_2", "inner_group_num 2: each of two layers is two blocks; hidden_states counts blocks",
               HEAD | dict(inner_group_num=2), hidden_states=True),
        albert("groups_2_inner_2", "two groups of two blocks, three layers",
               HEAD | dict(num_hidden_layers=3, num_hidden_groups=2, inner_group_num=2)),
        albert("same_width", "embedding_size == hidden_size: the projection is still there",
               HEAD | dict(embedding_size=15)),
        albert("layer_norm_eps", "layer_norm_eps 1e-5 on embeddings so small that it shows",
               HEAD | dict(layer_norm_eps=1e-5), embedding_scale=0.003),
        albert("activation_gelu", "hidden_act gelu, in the feed-forward and in the MLM head",
               HEAD | dict(hidden_act="gelu"), "mlm"),
        albert("cut_out", "a task model's file opened as the plain encoder: prefix, position_ids, a head unused",
               HEAD, rewrite=cut_out("albert")),
        albert("published_config", "config.json with google's keys, four of them without effect; hidden_act gelu",
               PUBLISHED, rewrite_config=nothing_but(PUBLISHED)),
        albert("named_by_nobody", "config.json without model_type, architectures and layer_norm_eps, and with keys of "
               "its own, as unidic-lite-imitator-transformers'", HEAD, "mlm",
               rewrite_config=lambda config: without("model_type", "architectures", "layer_norm_eps")(config)
               | dict(parts_of_speech=["a", "b"], char_coverage=0.995)),
        albert("pretraining", "MLM and sentence-order heads (sop_logits)", HEAD, "pretraining"),
        albert("mlm", "MLM head, decoder tied; no pooler", HEAD, "mlm", gradients=True),
        albert("mlm_own_decoder", "called tied, but the file's decoder and its bias are others", HEAD, "mlm",
               rewrite=own_decoder("albert.embeddings.word_embeddings.weight", "predictions.decoder",
                                   "predictions.bias")),
        albert("mlm_untied", "tie_word_embeddings false", HEAD | dict(tie_word_embeddings=False), "mlm"),
        albert("seqcls", "from the pooler; three labels", HEAD | labels(3), "seqcls"),
        albert("tokencls", "five labels per token", HEAD | labels(5), "tokencls"),
        albert("qa", "start and end logits", HEAD, "qa"),
        albert("multiple_choice", "from the pooler; each line is one choice", HEAD, "multiple_choice"),
    ]
