# SPDX-License-Identifier: Apache-2.0
"""ELECTRA: embeddings of their own width, discriminator and generator heads."""
from __future__ import annotations

from typing import Any

from .case import Case, Config, cut_out, head_names, labels, lengths_for, nothing_but, own_decoder

BASE: Config = dict(vocab_size=53, embedding_size=17, hidden_size=26, num_attention_heads=2, num_hidden_layers=2,
                    intermediate_size=37, max_position_embeddings=41)
HEAD: Config = dict(vocab_size=43, embedding_size=11, hidden_size=15, num_attention_heads=3, num_hidden_layers=1,
                    intermediate_size=23, max_position_embeddings=37)
HEADS = head_names("Electra") | {"rtd": ("ElectraForPreTraining", "replaced_token_detection")}
PUBLISHED: Config = HEAD | dict(
    architectures=["ElectraForPreTraining"], attention_probs_dropout_prob=0.1, hidden_act="gelu",
    hidden_dropout_prob=0.1, initializer_range=0.02, layer_norm_eps=1e-12, pad_token_id=0, type_vocab_size=2)


def electra(name: str, summary: str, config: Config = BASE, head: str | None = None, **more: Any) -> Case:
    architecture, kind = HEADS[head] if head else ("ElectraModel", "none")
    return Case("electra", name, summary, architecture, config, kind,
                **dict(lengths=lengths_for(name, head)) | more)


def choice(name: str, summary: str, **summary_keys: Any) -> Case:
    return electra(name, summary, HEAD | summary_keys, "multiple_choice")


def cases() -> list[Case]:
    return [
        electra("base", "embedding_size 17 projected to hidden 26; heads of 13", hidden_states=True),
        electra("same_width", "embedding_size == hidden_size: no projection", HEAD | dict(embedding_size=15)),
        electra("layer_norm_eps", "layer_norm_eps 1e-5 on embeddings so small that it shows",
                HEAD | dict(layer_norm_eps=1e-5), embedding_scale=0.003),
        electra("cut_out", "a task model's file opened as the plain encoder: prefix, position_ids, a head unused",
                HEAD, rewrite=cut_out("electra")),
        electra("rtd", "discriminator: dense, hidden_act, dense to one logit a token",
                HEAD | dict(num_hidden_layers=2), "rtd"),
        electra("rtd_relu", "hidden_act relu, in the discriminator head too", HEAD | dict(hidden_act="relu"), "rtd"),
        electra("published_config", "config.json with the keys of a discriminator published in 2020", PUBLISHED, "rtd",
                rewrite_config=nothing_but(PUBLISHED)),
        electra("mlm", "generator: dense to embedding_size, erf gelu, norm, tied decoder", HEAD, "mlm",
                gradients=True),
        electra("mlm_relu", "hidden_act relu; the generator head keeps erf gelu", HEAD | dict(hidden_act="relu"),
                "mlm"),
        electra("mlm_own_decoder", "called tied, but the file's decoder is another", HEAD, "mlm",
                rewrite=own_decoder("electra.embeddings.word_embeddings.weight", "generator_lm_head")),
        electra("mlm_untied", "tie_word_embeddings false", HEAD | dict(tie_word_embeddings=False), "mlm"),
        electra("seqcls", "first token, dense, erf gelu, out_proj; three labels", HEAD | labels(3), "seqcls"),
        electra("seqcls_relu", "hidden_act relu; the classification head keeps erf gelu",
                HEAD | labels(2) | dict(hidden_act="relu"), "seqcls"),
        electra("tokencls", "five labels per token", HEAD | labels(5), "tokencls"),
        electra("qa", "start and end logits", HEAD, "qa"),
        choice("multiple_choice", "summary of the first token: dense, gelu; then the classifier"),
        choice("summary_mean_tanh", "summary_type mean, summary_activation tanh", summary_type="mean",
               summary_activation="tanh"),
        choice("summary_last_no_proj", "summary_type last, summary_use_proj false (its gelu stays)",
               summary_type="last", summary_use_proj=False),
        choice("summary_cls_index", "summary_type cls_index without an index: the last token",
               summary_type="cls_index"),
        electra("relative_key", "position_embedding_type relative_key", HEAD | dict(
            position_embedding_type="relative_key"), transformers=4, hidden_states=True),
        electra("relative_key_query", "position_embedding_type relative_key_query", HEAD | dict(
            position_embedding_type="relative_key_query"), "rtd", transformers=4),
    ]
