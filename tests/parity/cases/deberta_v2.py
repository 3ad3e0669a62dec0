# SPDX-License-Identifier: Apache-2.0
"""DeBERTa-v2 and v3: distances in logarithmic buckets, shared or separate projections of them, a convolution."""
from __future__ import annotations

from typing import Any

from .case import (LONG_LENGTHS, Case, Config, Weights, cut_out, head_names, labels, lengths_for, nothing_but,
                   own_decoder, spelled, without)

# as deberta-v3-base in small
BASE: Config = dict(vocab_size=53, hidden_size=26, num_attention_heads=2, num_hidden_layers=2, intermediate_size=37,
                    max_position_embeddings=41, type_vocab_size=0, relative_attention=True, position_buckets=8,
                    norm_rel_ebd="layer_norm", share_att_key=True, pos_att_type="p2c|c2p", layer_norm_eps=1e-7,
                    max_relative_positions=-1, position_biased_input=False)
SMALL: Config = BASE | dict(vocab_size=43, hidden_size=15, num_attention_heads=3, num_hidden_layers=2,
                            intermediate_size=19, max_position_embeddings=37)
HEAD: Config = SMALL | dict(num_hidden_layers=1, position_buckets=6)
HEADS = head_names("DebertaV2") | {"emd": ("MaskedLanguageModel", "mlm"),
                                   "rtd": ("ReplacedTokenDetectionModel", "replaced_token_detection")}
PUBLISHED: Config = HEAD | dict(
    attention_probs_dropout_prob=0.1, hidden_act="gelu", hidden_dropout_prob=0.1, initializer_range=0.02,
    conv_kernel_size=3, conv_act="gelu", attention_head_size=5)


def deberta(name: str, summary: str, config: Config = SMALL, head: str | None = None, **more: Any) -> Case:
    architecture, kind = HEADS[head] if head else ("DebertaV2Model", "none")
    return Case("deberta-v2", name, summary, architecture, config, kind, **dict(lengths=lengths_for(name, head)) | more)


def with_leftovers(weights: Weights) -> Weights:
    """As microsoft's files of discriminators: beside the head what a mask decoder reads, and what was added to the
    generator's words."""
    import torch
    extra = {"lm_predictions.lm_head.dense.weight": (15, 15), "lm_predictions.lm_head.dense.bias": (15,),
             "lm_predictions.lm_head.LayerNorm.weight": (15,), "lm_predictions.lm_head.LayerNorm.bias": (15,),
             "lm_predictions.lm_head.bias": (43,), "deberta.embeddings.position_embeddings.weight": (37, 15),
             "deberta.embeddings.word_embeddings._weight": (43, 15)}
    return weights | {name: torch.full(shape, 0.5) for name, shape in extra.items()}


def cases() -> list[Case]:
    def switch(name: str, summary: str, **keys: Any) -> Case:
        return deberta(name, summary, SMALL | keys)

    return [
        deberta("base", "as deberta-v3: 8 buckets, layer_norm on the table, shared projections; heads of 13; "
                "pos_att_type as the string `p2c|c2p`", BASE, hidden_states=True,
                rewrite_config=spelled(pos_att_type="p2c|c2p")),
        switch("separate_keys", "share_att_key false: pos_key_proj and pos_query_proj", share_att_key=False),
        switch("norm_spelled", "norm_rel_ebd `none| Layer_Norm `: names between bars, in any case",
               norm_rel_ebd="none| Layer_Norm "),
        switch("norm_other", "norm_rel_ebd `layer_norm_none` is another name: no norm", norm_rel_ebd="layer_norm_none"),
        switch("beyond_positions", "33 tokens, max_position_embeddings 20 and no table of absolute positions",
               max_position_embeddings=20),
        switch("c2p", "pos_att_type c2p alone, separate projection", share_att_key=False, pos_att_type=["c2p"]),
        switch("p2c", "pos_att_type p2c alone, separate projection", share_att_key=False, pos_att_type=["p2c"]),
        switch("c2p_shared", "pos_att_type c2p alone, shared", pos_att_type=["c2p"]),
        switch("p2c_shared", "pos_att_type p2c alone, shared", pos_att_type="p2c"),
        switch("pos_att_none", "pos_att_type null: the table is not used, scale sqrt(d)", pos_att_type=None,
               position_biased_input=True),
        switch("not_relative", "relative_attention false, pos_att_type c2p and p2c: the scale is sqrt(3 d) still",
               relative_attention=False, position_biased_input=True),
        switch("no_buckets", "position_buckets -1, max_relative_positions -1: exact distances", position_buckets=-1),
        switch("buckets_0", "position_buckets 0 is no buckets; max_relative_positions 9: distances clamp",
               position_buckets=0, max_relative_positions=9),
        switch("buckets_odd", "position_buckets 7: halved and rounded down", position_buckets=7),
        switch("buckets_clamp", "6 buckets up to max_relative_positions 10: farther ones run past and clamp",
               position_buckets=6, max_relative_positions=10),
        switch("buckets_16", "16 buckets: exact up to 8", position_buckets=16),
        switch("norm_rel_none", "norm_rel_ebd none", norm_rel_ebd="none"),
        switch("conv_tanh", "conv_kernel_size 3, conv_act absent (tanh), after the first layer", conv_kernel_size=3),
        switch("conv_gelu", "as deberta-v2-xlarge: conv_kernel_size 3, conv_act gelu, separate projections",
               conv_kernel_size=3, conv_act="gelu", share_att_key=False),
        switch("conv_5_groups", "conv_kernel_size 5, conv_groups 3", conv_kernel_size=5, conv_groups=3),
        switch("conv_0", "conv_kernel_size 0: no convolution", conv_kernel_size=0),
        switch("position_biased", "absolute positions and two token types as well", position_biased_input=True,
               type_vocab_size=2),
        switch("embedding_size", "embedding_size 11: embed_proj without bias, before the norm", embedding_size=11),
        switch("head_size_key", "attention_head_size given, and equal to what follows from the widths",
               attention_head_size=5),
        deberta("layer_norm_eps", "layer_norm_eps 1e-7 on embeddings (and a table) so small that another shows",
                embedding_scale=0.003),
        deberta("longer_than_positions", "no absolute positions: texts past max_position_embeddings",
                SMALL | dict(max_position_embeddings=17), lengths=(1, 7, 17, 18, 41)),
        deberta("cut_out", "a task model's file opened as the plain encoder: prefix, position_ids, a head unused",
                HEAD, rewrite=cut_out("deberta")),
        deberta("published_config", "config.json with the keys of microsoft's deberta_xlarge.json", PUBLISHED,
                rewrite_config=nothing_but(PUBLISHED)),
        deberta("mlm", "legacy true: cls.predictions, decoder tied", HEAD, "mlm", gradients=True),
        deberta("mlm_own_decoder", "called tied, but the file's decoder and its bias are others", HEAD, "mlm",
                rewrite=own_decoder("deberta.embeddings.word_embeddings.weight", "cls.predictions.decoder",
                                    "cls.predictions.bias")),
        deberta("mlm_untied", "legacy true, tie_word_embeddings false", HEAD | dict(tie_word_embeddings=False), "mlm"),
        deberta("mlm_not_legacy", "legacy false: lm_predictions.lm_head, always with the word embeddings",
                HEAD | dict(legacy=False), "mlm"),
        deberta("emd", "the enhanced mask decoder, architectures MaskedLanguageModel; logarithmic buckets",
                SMALL | dict(position_buckets=6), "emd", lengths=LONG_LENGTHS, gradients=True),
        deberta("emd_types", "the same told by its tensors, architectures DebertaV2ForMaskedLM; token types, exact "
                "distances, separate projections, a convolution, gelu_new", SMALL | dict(
                    position_buckets=-1, type_vocab_size=2, share_att_key=False, norm_rel_ebd="none",
                    conv_kernel_size=3, hidden_act="gelu_new"), "emd", lengths=LONG_LENGTHS,
                rewrite_config=spelled(architectures=["DebertaV2ForMaskedLM"])),
        deberta("rtd", "the discriminator's head, with what else microsoft's files hold, and no architectures; silu",
                HEAD | dict(hidden_act="silu"), "rtd", lengths=LONG_LENGTHS, rewrite=with_leftovers,
                rewrite_config=without("architectures")),
        deberta("seqcls", "ContextPooler: first token, dense, gelu; three labels", HEAD | labels(3), "seqcls"),
        deberta("seqcls_pooler_tanh", "pooler_hidden_act tanh, pooler_hidden_size given, one label",
                HEAD | labels(1) | dict(pooler_hidden_act="tanh", pooler_hidden_size=15), "seqcls"),
        deberta("tokencls", "five labels per token", HEAD | labels(5), "tokencls"),
        deberta("qa", "start and end logits", HEAD, "qa"),
        deberta("multiple_choice", "ContextPooler, one logit; each line is one choice", HEAD, "multiple_choice"),
    ]
