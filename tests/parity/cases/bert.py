# SPDX-License-Identifier: Apache-2.0
"""BERT, and what one architecture shows for all: activations, storage, legacy names."""
from __future__ import annotations

from typing import Any

from .case import Case, Config, Weights, labels, only, other_decoder_bias, own_decoder, renamed

ODD: Config = dict(vocab_size=53, hidden_size=25, num_attention_heads=5, num_hidden_layers=2, intermediate_size=37,
                   max_position_embeddings=47)
HEAD: Config = dict(vocab_size=51, hidden_size=21, num_attention_heads=3, num_hidden_layers=2, intermediate_size=31,
                    max_position_embeddings=41)
SHORT: Config = HEAD | dict(num_hidden_layers=1, vocab_size=43)
SHALLOW: Config = ODD | dict(num_hidden_layers=1)
TINY: Config = dict(vocab_size=29, hidden_size=15, num_attention_heads=3, num_hidden_layers=1, intermediate_size=17,
                    max_position_embeddings=12)
TINY_LENGTHS = (1, 2, 7, 12)


def bert(name: str, summary: str, architecture: str = "BertModel", head: str = "none", config: Config = ODD,
         **more: Any) -> Case:
    return Case("bert", name, summary, architecture, config, head, **more)


# ---- legacy spellings -----------------------------------------------------------------------------------------------

def legacy_norms(weights: Weights) -> Weights:
    """TensorFlow's names, which checkpoints converted in 2018-2019 still carry."""
    return {n.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): t
            for n, t in weights.items()}


def with_position_ids(weights: Weights, prefix: str) -> Weights:
    """Before transformers 4.31 the position_ids buffer was saved with the weights."""
    import torch
    n = next(t.shape[0] for name, t in weights.items() if name.endswith("position_embeddings.weight"))
    return weights | {f"{prefix}embeddings.position_ids": torch.arange(n).reshape(1, -1)}


def prefixed_plain(weights: Weights) -> Weights:
    """A plain encoder cut out of a task model: every name begins with `bert.`."""
    return with_position_ids({f"bert.{n}": t for n, t in legacy_norms(weights).items()}, "bert.")


def unprefixed_head(weights: Weights) -> Weights:
    return with_position_ids({n.removeprefix("bert."): t for n, t in weights.items()}, "")


def like_bert_base_uncased(weights: Weights) -> Weights:
    """What google-bert/bert-base-uncased's file holds beside `architectures: [BertForMaskedLM]`: gamma and beta, no
    decoder, and the pooler and next-sentence head that this architecture does not use."""
    import torch
    hidden = weights["bert.embeddings.word_embeddings.weight"].shape[1]
    square = torch.linspace(-1, 1, hidden * hidden).reshape(hidden, hidden)
    return legacy_norms(weights) | {
        "bert.pooler.dense.weight": square, "bert.pooler.dense.bias": square[0].clone(),
        "cls.seq_relationship.weight": square[:2].clone(), "cls.seq_relationship.bias": torch.tensor([0.5, -0.5])}


def tied_but_stored(weights: Weights) -> Weights:
    """Files converted from pytorch_model.bin hold the tied decoder and its bias a second time, with equal values."""
    return weights | {"cls.predictions.decoder.weight": weights["bert.embeddings.word_embeddings.weight"].clone(),
                      "cls.predictions.decoder.bias": weights["cls.predictions.bias"].clone()}


def decoder_bias_only(weights: Weights) -> Weights:
    return {n: t for n, t in weights.items() if n != "cls.predictions.bias"}


# ---- the table ------------------------------------------------------------------------------------------------------

ACTIVATIONS = (
    "gelu", "gelu_10", "gelu_accurate", "gelu_fast", "gelu_new", "gelu_python", "gelu_python_tanh",
    "gelu_pytorch_tanh", "hardswish", "laplace", "leaky_relu", "linear", "mish", "prelu", "quick_gelu", "relu", "relu2",
    "relu6", "sigmoid", "silu", "sqrtsoftplus", "swish", "tanh", "xielu")


def activation_case(act: str) -> Case:
    return bert(f"act_{act}", f"hidden_act {act}, in the feed-forward and in the MLM head", "BertForMaskedLM", "mlm",
                TINY | dict(hidden_act=act), lengths=TINY_LENGTHS,
                activation_gain=9 if act == "gelu_10" else 4.5)


def head_cases() -> list[Case]:
    seq, mlm = "BertForSequenceClassification", "BertForMaskedLM"
    return [
        bert("mlm_tied", "MLM head, decoder tied to the word embeddings; gradients", mlm, "mlm", HEAD,
             hidden_states=True, gradients=True),
        bert("mlm_untied", "tie_word_embeddings false: a decoder of its own, both copies of its bias equal", mlm, "mlm",
             SHORT | dict(tie_word_embeddings=False)),
        bert("mlm_tied_stored_twice", "tied, and the decoder and its bias are in the file as well", mlm, "mlm", SHORT,
             rewrite=tied_but_stored),
        bert("mlm_decoder_bias_only", "untied; the bias is stored only as cls.predictions.decoder.bias", mlm, "mlm",
             SHORT | dict(tie_word_embeddings=False), rewrite=decoder_bias_only,
             missing=frozenset({"cls.predictions.bias"})),
        bert("mlm_own_decoder", "called tied, but the file's decoder and its bias are others", mlm, "mlm", SHORT,
             rewrite=own_decoder("bert.embeddings.word_embeddings.weight", "cls.predictions.decoder",
                                 "cls.predictions.bias")),
        bert("mlm_untied_two_biases", "untied; cls.predictions.decoder.bias counts, cls.predictions.bias is another",
             mlm, "mlm", SHORT | dict(tie_word_embeddings=False),
             rewrite=other_decoder_bias("cls.predictions.decoder")),
        bert("mlm_words_by_decoder", "tied, and stored under the decoder's name alone", mlm, "mlm", SHORT,
             rewrite=renamed("bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight")),
        bert("pretraining_own_decoder", "called tied, but the file's decoder and its bias are others", "BertForPreTraining",
             "pretraining", SHORT,
             rewrite=own_decoder("bert.embeddings.word_embeddings.weight", "cls.predictions.decoder",
                                 "cls.predictions.bias")),
        bert("pretraining", "MLM and next-sentence heads", "BertForPreTraining", "pretraining", SHORT),
        bert("seqcls", "three labels; gradients", seq, "sequence_classification", HEAD | labels(3), hidden_states=True,
             gradients=True),
        bert("seqcls_two_labels", "no id2label in config.json: two labels", seq, "sequence_classification", SHORT),
        bert("seqcls_regression", "one label, problem_type regression", seq, "sequence_classification",
             SHORT | labels(1) | dict(problem_type="regression")),
        bert("seqcls_multilabel", "four labels, problem_type multi_label_classification", seq,
             "sequence_classification", SHORT | labels(4) | dict(problem_type="multi_label_classification")),
        bert("tokencls", "five labels per token; no pooler", "BertForTokenClassification", "token_classification",
             SHORT | labels(5)),
        bert("qa", "start and end logits, [n, 2]; no pooler", "BertForQuestionAnswering", "question_answering", SHORT),
        bert("nsp", "next-sentence prediction alone", "BertForNextSentencePrediction", "next_sentence_prediction",
             SHORT),
        bert("multiple_choice", "one logit a choice; each line is one choice", "BertForMultipleChoice",
             "multiple_choice", SHORT),
    ]


def base_cases() -> list[Case]:
    wide = dict(vocab_size=97, hidden_size=57, num_attention_heads=3, num_hidden_layers=1, intermediate_size=101,
                max_position_embeddings=70)
    return [
        bert("base", "encoder with pooler; heads of 5", hidden_states=True),
        bert("no_pooler", "encoder without pooler; heads of 7", pooler=False, hidden_states=True,
             lengths=(1, 2, 7, 20, 33), config=ODD | dict(hidden_size=35)),
        bert("one_head", "three layers of one head of 17", pooler=False,
             config=ODD | dict(hidden_size=17, num_attention_heads=1, num_hidden_layers=3)),
        bert("wide", "hidden 57, heads of 19, feed-forward 101, 70 tokens: past one SIMD panel in every direction",
             config=wide, lengths=(1, 17, 70)),
        bert("type_vocab_1", "one token type", config=SHALLOW | dict(type_vocab_size=1)),
        bert("type_vocab_3", "three token types", config=SHALLOW | dict(type_vocab_size=3)),
        bert("layer_norm_eps", "layer_norm_eps 1e-5 on embeddings so small that it shows", hidden_states=True,
             config=SHALLOW | dict(layer_norm_eps=1e-5), embedding_scale=0.003),
        bert("float16", "weights stored as F16", config=SHALLOW, storage="float16"),
        bert("bfloat16", "weights stored as BF16", config=SHALLOW, storage="bfloat16"),
        bert("sharded", "several shards and model.safetensors.index.json", max_shard_size="20KB"),
        bert("defaults", "config.json with the sizes only: 12 layers, 12 heads (of 1), gelu, eps 1e-12, 512 positions",
             config=dict(vocab_size=31, hidden_size=12, intermediate_size=9), lengths=(1, 2, 7, 33),
             embedding_scale=0.01, rewrite_config=only("model_type", "vocab_size", "hidden_size", "intermediate_size")),
    ]


def legacy_cases() -> list[Case]:
    return [
        bert("legacy_prefixed", "plain encoder under `bert.`, gamma and beta, position_ids stored", config=SHALLOW,
             rewrite=prefixed_plain),
        bert("legacy_unprefixed_head", "sequence classifier whose encoder has no prefix, position_ids stored",
             "BertForSequenceClassification", "sequence_classification", SHORT | labels(3), rewrite=unprefixed_head),
        bert("legacy_mlm", "bert-base-uncased's file: gamma, beta, no decoder, pooler and next-sentence head unused",
             "BertForMaskedLM", "mlm", SHORT, rewrite=like_bert_base_uncased),
    ]


def relative_cases() -> list[Case]:
    def case(kind: str, name: str, architecture: str, head: str, sizes: Config = HEAD, **more: Any) -> Case:
        return bert(name, f"position_embedding_type {kind}; the unused absolute table is in the file", architecture,
                    head, sizes | dict(position_embedding_type=kind), transformers=4, **more)
    return [
        case("relative_key", "relative_key", "BertModel", "none", hidden_states=True),
        case("relative_key_query", "relative_key_query", "BertModel", "none", hidden_states=True, pooler=False),
        case("relative_key_query", "relative_key_query_mlm", "BertForMaskedLM", "mlm", SHORT),
    ]


def cases() -> list[Case]:
    return base_cases() + head_cases() + legacy_cases() + [activation_case(a) for a in ACTIVATIONS] + relative_cases()
