# SPDX-License-Identifier: Apache-2.0
"""RoBERTa, XLM-RoBERTa and CamemBERT: positions begin after the padding id, which only some inputs hold."""
from __future__ import annotations

from typing import Any

from .case import (HEAD_LENGTHS, LONG_LENGTHS, Case, Config, cut_out, head_names, labels, lengths_for, nothing_but,
                   own_decoder)

BASE: Config = dict(vocab_size=47, hidden_size=22, num_attention_heads=2, num_hidden_layers=2, intermediate_size=29,
                    max_position_embeddings=43, type_vocab_size=1, layer_norm_eps=1e-5)
HEAD: Config = dict(vocab_size=43, hidden_size=15, num_attention_heads=3, num_hidden_layers=1, intermediate_size=23,
                    max_position_embeddings=37, type_vocab_size=1, layer_norm_eps=1e-5)
HEADS = head_names("Roberta")
PUBLISHED: Config = HEAD | dict(
    attention_probs_dropout_prob=0.1, finetuning_task=None, hidden_act="gelu", hidden_dropout_prob=0.1,
    initializer_range=0.02, num_labels=2, output_attentions=False, output_hidden_states=False, torchscript=False)


def roberta(name: str, summary: str, config: Config = BASE, head: str | None = None, **more: Any) -> Case:
    architecture, kind = HEADS[head] if head else ("RobertaModel", "none")
    return Case("roberta", name, summary, architecture, config, kind, **dict(lengths=lengths_for(name, head)) | more)


def cases() -> list[Case]:
    return [
        roberta("base", "as published: one token type, eps 1e-5; heads of 11; positions from 2", hidden_states=True),
        roberta("no_pooler", "encoder without pooler; heads of 5", HEAD, pooler=False),
        roberta("type_vocab_2", "two token types", HEAD | dict(type_vocab_size=2)),
        roberta("pad_token_0", "pad_token_id 0: positions begin at 1", HEAD | dict(pad_token_id=0)),
        roberta("pad_token_5", "pad_token_id 5: positions begin at 6",
                HEAD | dict(pad_token_id=5, max_position_embeddings=41)),
        roberta("layer_norm_eps", "layer_norm_eps 1e-12, the class's default, on embeddings so small that it shows",
                HEAD | dict(layer_norm_eps=1e-12), embedding_scale=0.003),
        roberta("activation_relu", "hidden_act relu in the feed-forward; the MLM head keeps erf gelu",
                HEAD | dict(hidden_act="relu"), "mlm"),
        roberta("cut_out", "a task model's file opened as the plain encoder: prefix, position_ids, a head unused",
                HEAD, rewrite=cut_out("roberta")),
        roberta("published_config", "config.json with the keys of roberta-base's: no padding id, no architectures",
                PUBLISHED, rewrite_config=nothing_but(PUBLISHED)),
        roberta("padding_inside", "ids equal to pad_token_id inside the text: position pad_token_id, not counted", HEAD,
                padding=True),
        roberta("padding_5_inside", "the same with pad_token_id 5", HEAD | dict(pad_token_id=5), padding=True),
        roberta("mlm_own_decoder", "called tied, but the file's decoder and its bias are others",
                HEAD, "mlm", rewrite=own_decoder("roberta.embeddings.word_embeddings.weight", "lm_head.decoder",
                                                 "lm_head.bias")),
        roberta("mlm", "lm_head with its decoder tied", HEAD, "mlm", gradients=True),
        roberta("mlm_untied", "tie_word_embeddings false: a decoder of its own, both copies of its bias equal",
                HEAD | dict(tie_word_embeddings=False), "mlm"),
        roberta("seqcls", "classification head dense, tanh, out_proj; three labels", HEAD | labels(3), "seqcls"),
        roberta("seqcls_regression", "one label", HEAD | labels(1) | dict(problem_type="regression"), "seqcls"),
        roberta("tokencls", "five labels per token", HEAD | labels(5), "tokencls"),
        roberta("qa", "start and end logits", HEAD, "qa"),
        roberta("multiple_choice", "from the pooler; each line is one choice", HEAD, "multiple_choice"),
        Case("xlm-roberta", "mlm", "XLM-RoBERTa: RoBERTa's weights and names", "XLMRobertaForMaskedLM", HEAD, "mlm",
             lengths=HEAD_LENGTHS),
        Case("xlm-roberta", "seqcls", "XLM-RoBERTa classification head", "XLMRobertaForSequenceClassification",
             HEAD | labels(2), "sequence_classification", lengths=HEAD_LENGTHS),
        Case("camembert", "base", "CamemBERT: RoBERTa's weights and names", "CamembertModel", HEAD,
             lengths=LONG_LENGTHS),
        Case("camembert", "padding_inside", "ids equal to pad_token_id inside the text", "CamembertModel", HEAD,
             lengths=HEAD_LENGTHS, padding=True),
        Case("camembert", "mlm", "CamemBERT's lm_head", "CamembertForMaskedLM", HEAD, "mlm", lengths=HEAD_LENGTHS),
    ]
