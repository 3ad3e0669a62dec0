# SPDX-License-Identifier: Apache-2.0
"""MobileBERT: bottlenecks, stacked feed-forwards, NoNorm, three-token input, a decoder in two parts."""
from __future__ import annotations

from typing import Any

from .case import Case, Config, cut_out, head_names, labels, lengths_for, nothing_but, own_decoder

# as mobilebert-uncased in small
BASE: Config = dict(vocab_size=53, embedding_size=9, hidden_size=26, intra_bottleneck_size=14, num_attention_heads=2,
                    num_hidden_layers=3, intermediate_size=23, max_position_embeddings=41, hidden_act="relu",
                    num_feedforward_networks=4, trigram_input=True, use_bottleneck=True, use_bottleneck_attention=False,
                    key_query_shared_bottleneck=True, normalization_type="no_norm", classifier_activation=False)
SMALL: Config = BASE | dict(vocab_size=43, embedding_size=7, hidden_size=17, intra_bottleneck_size=9,
                            num_attention_heads=3, num_hidden_layers=2, intermediate_size=13,
                            max_position_embeddings=37, num_feedforward_networks=2)
HEAD: Config = SMALL | dict(num_hidden_layers=1)
PLAIN: Config = SMALL | dict(hidden_size=9, use_bottleneck=False)
HEADS = head_names("MobileBert")
PUBLISHED: Config = HEAD | dict(attention_probs_dropout_prob=0.1, hidden_dropout_prob=0.0, initializer_range=0.02,
                                type_vocab_size=2)


def mobilebert(name: str, summary: str, config: Config = SMALL, head: str | None = None, **more: Any) -> Case:
    architecture, kind = HEADS[head] if head else ("MobileBertModel", "none")
    # without norms, wider weights would let the states grow until every softmax picks one token
    return Case("mobilebert", name, summary, architecture, config, kind,
                **dict(lengths=lengths_for(name, head), linear_gain=0.7, activation_gain=1.0) | more)


def cases() -> list[Case]:
    def switch(name: str, summary: str, config: Config = SMALL, **keys: Any) -> Case:
        return mobilebert(name, summary, config | keys)

    norms = dict(normalization_type="layer_norm")
    return [
        mobilebert("base", "as published: bottleneck 14 of 26, four feed-forwards, NoNorm, trigrams, pooler is the raw "
                   "first state", BASE, hidden_states=True),
        switch("layer_norm", "normalization_type layer_norm; with the default eps", **norms),
        mobilebert("layer_norm_eps", "layer_norm with layer_norm_eps 1e-2: two norms, the embeddings' and the last "
                   "feed-forward's, keep 1e-5", SMALL | norms | dict(layer_norm_eps=1e-2)),
        mobilebert("small_embeddings", "layer_norm on embeddings so small that their norm's eps of 1e-5 shows",
                   SMALL | norms, embedding_scale=0.003, linear_gain=0.1),
        switch("ffn_1", "num_feedforward_networks 1", num_feedforward_networks=1),
        switch("bottleneck_attention", "use_bottleneck_attention: queries, keys and values all from the one "
               "bottleneck, the shared one is in the file and unused", use_bottleneck_attention=True),
        switch("bottleneck_attention_not_shared", "use_bottleneck_attention without key_query_shared_bottleneck",
               use_bottleneck_attention=True, key_query_shared_bottleneck=False),
        switch("not_shared", "key_query_shared_bottleneck false: queries and keys from the full state, which must be "
               "as wide as the bottleneck", hidden_size=9, key_query_shared_bottleneck=False),
        switch("no_bottleneck", "use_bottleneck false: intra_bottleneck_size is not used", PLAIN),
        switch("no_bottleneck_layer_norm", "use_bottleneck false, layer_norm, one feed-forward: BERT with trigrams",
               PLAIN, num_feedforward_networks=1, **norms),
        switch("no_trigram", "trigram_input false: embedding_transformation from 7 to 17", trigram_input=False),
        switch("no_trigram_same_width", "trigram_input false and equal widths: embedding_transformation is in the file "
               "and unused", trigram_input=False, embedding_size=17),
        switch("activation_gelu", "hidden_act gelu", hidden_act="gelu"),
        switch("pooler", "classifier_activation true, the class's default: a pooler with dense and tanh",
               classifier_activation=True),
        mobilebert("no_pooler", "encoder without pooler", pooler=False),
        mobilebert("cut_out", "a task model's file opened as the plain encoder: prefix, position_ids, a head unused",
                   HEAD, rewrite=cut_out("mobilebert")),
        mobilebert("published_config", "config.json with google's keys", PUBLISHED,
                   rewrite_config=nothing_but(PUBLISHED)),
        mobilebert("mlm", "transform (always layer_norm), decoder of the word embeddings [V, 7] beside cls.predictions."
                   "dense [10, V]", HEAD, "mlm", gradients=True),
        mobilebert("mlm_own_decoder", "called tied, but the file's decoder and its bias are others", HEAD, "mlm",
                   rewrite=own_decoder("mobilebert.embeddings.word_embeddings.weight", "cls.predictions.decoder",
                                       "cls.predictions.bias")),
        mobilebert("mlm_untied", "tie_word_embeddings false", HEAD | dict(tie_word_embeddings=False), "mlm"),
        mobilebert("pretraining", "MLM and next-sentence heads", HEAD, "pretraining"),
        mobilebert("nsp", "next-sentence prediction alone", HEAD, "nsp"),
        mobilebert("seqcls", "from the raw first state; three labels", HEAD | labels(3), "seqcls"),
        mobilebert("seqcls_pooler", "classifier_activation true; two labels",
                   HEAD | labels(2) | dict(classifier_activation=True), "seqcls"),
        mobilebert("tokencls", "five labels per token", HEAD | labels(5), "tokencls"),
        mobilebert("qa", "start and end logits", HEAD, "qa"),
        mobilebert("multiple_choice", "one logit; each line is one choice", HEAD, "multiple_choice"),
    ]
