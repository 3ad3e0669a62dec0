# SPDX-License-Identifier: Apache-2.0
"""ModernBERT: pre-norm, gated feed-forward, rotary positions, layers with a window; and three dialects of config.json.
"""
from __future__ import annotations

from typing import Any

from .case import Case, Config, cut_out, head_names, labels, lengths_for, own_decoder

BASE: Config = dict(vocab_size=53, hidden_size=20, num_attention_heads=2, num_hidden_layers=4, intermediate_size=29,
                    max_position_embeddings=47, local_attention=10, pad_token_id=0, bos_token_id=1, cls_token_id=1,
                    eos_token_id=2, sep_token_id=2)
SMALL: Config = BASE | dict(vocab_size=41, hidden_size=18, num_attention_heads=3, num_hidden_layers=3,
                            intermediate_size=17, max_position_embeddings=37, local_attention=8)
HEAD: Config = SMALL | dict(num_hidden_layers=2, hidden_size=12, num_attention_heads=2)
HEADS = head_names("ModernBert")
# so that the angles of the two kinds of layer differ within 40 tokens
THETAS: Config = dict(rope_parameters=dict(
    full_attention=dict(rope_type="default", rope_theta=900.0),
    sliding_attention=dict(rope_type="default", rope_theta=50.0)))


def modernbert(name: str, summary: str, config: Config = SMALL, head: str | None = None, **more: Any) -> Case:
    architecture, kind = HEADS[head] if head else ("ModernBertModel", "none")
    return Case("modernbert", name, summary, architecture, config, kind,
                **dict(lengths=lengths_for(name, head), activation_gain=2.5) | more)


# ---- dialects of config.json ----------------------------------------------------------------------------------------

def as_transformers_4(config: Config) -> Config:
    """What 4.48 to 4.57 write: a period and two bases instead of layer_types and rope_parameters."""
    rope = config["rope_parameters"]
    dropped = ("layer_types", "rope_parameters", "tie_word_embeddings")
    return {k: v for k, v in config.items() if k not in dropped} | dict(
        global_attn_every_n_layers=3, global_rope_theta=rope["full_attention"]["rope_theta"],
        local_rope_theta=rope["sliding_attention"]["rope_theta"], repad_logits_with_grad=False,
        transformers_version="4.57.1")


def as_published(config: Config) -> Config:
    """answerdotai/ModernBERT-base: 4's keys and three that the model never reads (layer_norm_eps among them: norm_eps
    is what counts, so another value stands there)."""
    return as_transformers_4(config) | dict(
        gradient_checkpointing=False, layer_norm_eps=1e-3, position_embedding_type="absolute", torch_dtype="float32",
        transformers_version="4.47.0.dev0")


def dialects() -> list[Case]:
    # four layers: global, local, local, global
    config = SMALL | THETAS | dict(num_hidden_layers=4, hidden_size=12, num_attention_heads=2)

    def dialect(name: str, summary: str, **more: Any) -> Case:
        return modernbert(name, summary + "; the dialects have the same weights and outputs", config,
                          weights_of="dialect", **more)
    return [
        dialect("dialect_5", "config.json as transformers 5 writes it (layer_types, rope_parameters)"),
        dialect("dialect_4", "config.json as transformers 4 writes it (global_attn_every_n_layers, two thetas)",
                rewrite_config=as_transformers_4),
        dialect("dialect_published", "config.json as ModernBERT-base was published, layer_norm_eps without effect",
                rewrite_config=as_published),
    ]


def cases() -> list[Case]:
    def switch(name: str, summary: str, **keys: Any) -> Case:
        return modernbert(name, summary, SMALL | keys)

    irregular = ["sliding_attention", "full_attention", "sliding_attention"]
    return [
        modernbert("base", "four layers, global every third; heads of 10; window of +-5; 160000 and 10000", BASE,
                   hidden_states=True),
        modernbert("rope_thetas", "bases 900 (global) and 50 (local)", SMALL | THETAS),
        switch("rope_scaled", "rope_type yarn in global layers, linear in local ones", rope_parameters=dict(
            full_attention=dict(rope_type="yarn", rope_theta=900.0, factor=4.0, original_max_position_embeddings=9,
                                beta_fast=2.0, beta_slow=0.25),
            sliding_attention=dict(rope_type="linear", rope_theta=50.0, factor=3.0))),
        switch("global_every_1", "global_attn_every_n_layers 1: no window anywhere", global_attn_every_n_layers=1),
        switch("global_every_2", "global_attn_every_n_layers 2", global_attn_every_n_layers=2),
        switch("layer_types", "layer_types that no period gives: the first layer is local", layer_types=irregular),
        switch("window_odd", "local_attention 7: halved and rounded down, +-3", local_attention=7),
        switch("window_2", "local_attention 2: +-1", local_attention=2),
        switch("window_wide", "local_attention 80: wider than every text", local_attention=80),
        switch("attention_bias", "biases in Wqkv and Wo of attention", attention_bias=True),
        switch("mlp_bias", "biases in Wi and Wo of the feed-forward", mlp_bias=True),
        switch("norm_bias", "biases in all norms", norm_bias=True),
        switch("activation_silu", "hidden_activation silu in the gated feed-forward", hidden_activation="silu"),
        modernbert("norm_eps", "norm_eps 1e-3 on embeddings so small that it shows", SMALL | dict(norm_eps=1e-3),
                   embedding_scale=0.003),
        modernbert("cut_out", "a task model's file opened as the plain encoder: prefix, a head unused", HEAD,
                   rewrite=cut_out("model", position_ids=False)),
        *dialects(),
        modernbert("beyond_positions", "33 tokens, max_position_embeddings 20",
                   SMALL | dict(max_position_embeddings=20)),
        modernbert("rope_dynamic", "rope_type dynamic in the global layers: plain up to 20 tokens, a base of its own "
                   "for a text of 33", SMALL | dict(max_position_embeddings=20, rope_parameters=dict(
                       full_attention=dict(rope_type="dynamic", rope_theta=900.0, factor=3.0),
                       sliding_attention=dict(rope_type="default", rope_theta=50.0)))),
        modernbert("mlm", "head dense, gelu, norm; decoder tied, with bias", HEAD, "mlm", gradients=True),
        modernbert("mlm_own_decoder", "called tied, but the file's decoder is another", HEAD, "mlm",
                   rewrite=own_decoder("model.embeddings.tok_embeddings.weight", "decoder")),
        modernbert("mlm_untied", "tie_word_embeddings false", HEAD | dict(tie_word_embeddings=False), "mlm"),
        modernbert("mlm_no_decoder_bias", "decoder_bias false", HEAD | dict(decoder_bias=False), "mlm", draw=1),
        modernbert("mlm_classifier_bias", "classifier_bias true (of head.dense), norm_bias true, classifier_activation "
                   "silu", HEAD | dict(classifier_bias=True, norm_bias=True, classifier_activation="silu"), "mlm"),
        modernbert("seqcls_cls", "classifier_pooling cls; three labels", HEAD | labels(3), "seqcls"),
        modernbert("seqcls_mean", "classifier_pooling mean: the mean, then the head; three labels",
                   HEAD | labels(3) | dict(classifier_pooling="mean"), "seqcls"),
        modernbert("seqcls_tanh", "classifier_activation tanh, one label",
                   HEAD | labels(1) | dict(classifier_activation="tanh"), "seqcls"),
        modernbert("tokencls", "the head and five labels on each token", HEAD | labels(5), "tokencls"),
        modernbert("qa", "the head and start and end logits", HEAD, "qa"),
        modernbert("multiple_choice", "classifier_pooling cls; each line is one choice", HEAD, "multiple_choice",
                   lengths=(1, 2, 5, 7, 11, 21)),
    ]
