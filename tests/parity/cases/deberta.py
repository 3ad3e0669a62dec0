# SPDX-License-Identifier: Apache-2.0
"""DeBERTa, first version: disentangled attention over exact distances, one fused projection, query and value biases."""
from __future__ import annotations

from typing import Any

from .case import LONG_LENGTHS, Case, Config, cut_out, head_names, labels, lengths_for, own_decoder, spelled

BASE: Config = dict(vocab_size=53, hidden_size=26, num_attention_heads=2, num_hidden_layers=2, intermediate_size=37,
                    max_position_embeddings=41, type_vocab_size=0, relative_attention=True, max_relative_positions=-1,
                    position_biased_input=False, pos_att_type=["c2p", "p2c"])
SMALL: Config = BASE | dict(vocab_size=43, hidden_size=15, num_attention_heads=3, num_hidden_layers=1,
                            intermediate_size=23, max_position_embeddings=37)
HEAD: Config = SMALL | dict(max_relative_positions=13)
HEADS = head_names("Deberta") | {"emd": ("MaskedLanguageModelV1", "mlm")}


def deberta(name: str, summary: str, config: Config = SMALL, head: str | None = None, **more: Any) -> Case:
    architecture, kind = HEADS[head] if head else ("DebertaModel", "none")
    return Case("deberta", name, summary, architecture, config, kind, **dict(lengths=lengths_for(name, head)) | more)


def cases() -> list[Case]:
    def switch(name: str, summary: str, **keys: Any) -> Case:
        return deberta(name, summary, SMALL | keys)

    return [
        deberta("base", "as published: c2p and p2c, max_relative_positions -1 (41), no absolute positions, no types; "
                "heads of 13", BASE, hidden_states=True),
        switch("c2p", "pos_att_type c2p alone: scale sqrt(2 d)", pos_att_type=["c2p"]),
        switch("p2c", "pos_att_type p2c alone: scale sqrt(2 d)", pos_att_type=["p2c"]),
        deberta("pos_att_string", "pos_att_type as the string `p2c|c2p`, as microsoft writes it",
                rewrite_config=spelled(pos_att_type="p2c|c2p")),
        switch("pos_att_none", "relative_attention true, pos_att_type null: a table that is not used",
               pos_att_type=None, position_biased_input=True),
        switch("not_relative", "relative_attention false, absolute positions; pos_att_type is empty",
               relative_attention=False, pos_att_type=None, position_biased_input=True),
        switch("not_relative_scale", "relative_attention false, pos_att_type c2p and p2c: the scale is sqrt(3 d) still",
               relative_attention=False, position_biased_input=True),
        switch("max_relative_5", "max_relative_positions 5: distances of texts up to 33 clamp",
               max_relative_positions=5),
        switch("max_relative_1", "max_relative_positions 1: a table of two rows", max_relative_positions=1),
        switch("position_biased", "absolute positions as well", position_biased_input=True),
        switch("type_vocab_2", "two token types", type_vocab_size=2),
        switch("embedding_size", "embedding_size 11: embed_proj without bias, before the norm",
               embedding_size=11, position_biased_input=True, type_vocab_size=2),
        switch("talking_head", "talking_head true: logits and weights are mixed over the heads", talking_head=True),
        switch("activation_relu", "hidden_act relu", hidden_act="relu"),
        deberta("layer_norm_eps", "layer_norm_eps 1e-7, the default, on embeddings so small that another shows", SMALL,
                embedding_scale=0.003),
        deberta("longer_than_positions", "no absolute positions: texts past max_position_embeddings, distances clamp",
                SMALL | dict(max_position_embeddings=17), lengths=(1, 7, 17, 18, 29)),
        deberta("cut_out", "a task model's file opened as the plain encoder: prefix, position_ids, a head unused",
                HEAD, rewrite=cut_out("deberta")),
        deberta("mlm", "legacy true: cls.predictions, decoder tied", HEAD, "mlm", gradients=True),
        deberta("mlm_own_decoder", "called tied, but the file's decoder and its bias are others", HEAD, "mlm",
                rewrite=own_decoder("deberta.embeddings.word_embeddings.weight", "cls.predictions.decoder",
                                    "cls.predictions.bias")),
        deberta("mlm_untied", "legacy true, tie_word_embeddings false", HEAD | dict(tie_word_embeddings=False), "mlm"),
        deberta("mlm_not_legacy", "legacy false: lm_predictions.lm_head, always with the word embeddings",
                HEAD | dict(legacy=False), "mlm"),
        deberta("mlm_embedding_size", "legacy true, embedding_size 11: the transform narrows to it",
                HEAD | dict(embedding_size=11), "mlm"),
        deberta("emd", "microsoft's file: the enhanced mask decoder, told by its tensors; distances clamp",
                HEAD | dict(num_hidden_layers=2), "emd", lengths=LONG_LENGTHS,
                rewrite_config=spelled(architectures=["DebertaForMaskedLM"])),
        deberta("seqcls", "ContextPooler: first token, dense, gelu; three labels", HEAD | labels(3), "seqcls"),
        deberta("seqcls_pooler_tanh", "pooler_hidden_act tanh, pooler_hidden_size given, one label",
                HEAD | labels(1) | dict(pooler_hidden_act="tanh", pooler_hidden_size=15), "seqcls"),
        deberta("tokencls", "five labels per token", HEAD | labels(5), "tokencls"),
        deberta("qa", "start and end logits", HEAD, "qa"),
    ]
