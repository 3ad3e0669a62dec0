# SPDX-License-Identifier: Apache-2.0
"""DistilBERT: no token types, no pooler, its own names (dim, n_heads, q_lin), eps fixed at 1e-12."""
from __future__ import annotations

from typing import Any

from .case import Case, Config, cut_out, head_names, labels, lengths_for, nothing_but, own_decoder

BASE: Config = dict(vocab_size=53, dim=26, n_heads=2, n_layers=2, hidden_dim=37, max_position_embeddings=41)
HEAD: Config = dict(vocab_size=43, dim=15, n_heads=3, n_layers=1, hidden_dim=23, max_position_embeddings=37)
HEADS = head_names("DistilBert")
PUBLISHED: Config = HEAD | dict(activation="gelu", attention_dropout=0.1, dropout=0.1, initializer_range=0.02,
                                sinusoidal_pos_embds=True, tie_weights_=True)


def distilbert(name: str, summary: str, config: Config = BASE, head: str | None = None, **more: Any) -> Case:
    architecture, kind = HEADS[head] if head else ("DistilBertModel", "none")
    return Case("distilbert", name, summary, architecture, config, kind,
                **dict(lengths=lengths_for(name, head)) | more)


def cases() -> list[Case]:
    return [
        distilbert("base", "heads of 13", hidden_states=True),
        distilbert("three_layers", "three layers, heads of 5", HEAD | dict(n_layers=3)),
        distilbert("sinusoidal", "sinusoidal_pos_embds true; the table is in the file and is what counts",
                   HEAD | dict(sinusoidal_pos_embds=True, dim=22, n_heads=2)),
        distilbert("activation_relu", "activation relu, in the feed-forward and in the MLM head",
                   HEAD | dict(activation="relu"), "mlm"),
        distilbert("small_embeddings", "embeddings so small that an eps other than 1e-12 shows", HEAD,
                   embedding_scale=0.003),
        distilbert("cut_out", "a task model's file opened as the plain encoder: prefix, position_ids, a head unused",
                   HEAD, rewrite=cut_out("distilbert")),
        distilbert("published_config", "config.json with the keys of distilbert-base-uncased's training",
                   PUBLISHED, rewrite_config=nothing_but(PUBLISHED)),
        distilbert("mlm", "vocab_transform, vocab_layer_norm, vocab_projector tied", HEAD, "mlm", gradients=True),
        distilbert("mlm_own_decoder", "called tied, but the file's decoder is another", HEAD, "mlm",
                   rewrite=own_decoder("distilbert.embeddings.word_embeddings.weight", "vocab_projector")),
        distilbert("mlm_untied", "tie_word_embeddings false", HEAD | dict(tie_word_embeddings=False), "mlm"),
        distilbert("seqcls", "pre_classifier, relu, classifier; three labels", HEAD | labels(3), "seqcls"),
        distilbert("tokencls", "five labels per token", HEAD | labels(5), "tokencls"),
        distilbert("qa", "start and end logits", HEAD, "qa"),
        distilbert("multiple_choice", "pre_classifier, relu, classifier of 1", HEAD, "multiple_choice"),
    ]
