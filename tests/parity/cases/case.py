# SPDX-License-Identifier: Apache-2.0
"""What one parity case is: a tiny checkpoint, the texts it is run on, and how its file departs from what transformers
writes."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

from torch import Tensor

Weights = dict[str, Tensor]
Config = dict[str, Any]

ALL_LENGTHS = (1, 2, 7, 33, -1)  # -1: as long as the position table allows
BASE_LENGTHS = (1, 2, 7, -1)
LONG_LENGTHS = (1, 2, 7, 33)  # of the cases about a switch of the encoder
HEAD_LENGTHS = (1, 2, 7, 21)  # of the cases about a head


def lengths_for(name: str, head: str | None) -> tuple[int, ...]:
    return BASE_LENGTHS if name == "base" else HEAD_LENGTHS if head else LONG_LENGTHS


@dataclass(frozen=True)
class Case:
    """One folder, `<model_type>/<name>`."""

    model_type: str
    name: str
    summary: str
    architecture: str
    config: Config
    head: str = "none"
    lengths: tuple[int, ...] = ALL_LENGTHS
    pooler: bool = True  # false: the plain encoder is built with add_pooling_layer=False
    hidden_states: bool = False
    gradients: bool = False
    padding: bool = False  # every third id is the padding id
    token_types: bool = True  # false: no token_type_ids in the inputs though the model could take them
    # spread of the random weights
    embedding_scale: float = 0.5
    linear_gain: float = 1.2
    activation_gain: float = 4.5  # of what goes into the activation: past 6, so that relu6 clips
    draw: int = 0  # another draw of the weights, where the first was ill-conditioned (make_cases.py)
    # how it is stored
    storage: str = "float32"
    max_shard_size: str = "1GB"
    rewrite: Callable[[Weights], Weights] | None = None  # turns the saved tensors into another spelling of the model
    rewrite_config: Callable[[Config], Config] | None = None
    missing: frozenset[str] = frozenset()  # weights that the file lacks on purpose and transformers finds elsewhere
    weights_of: str | None = None  # cases with one name here have the same weights, inputs and outputs
    # the reference
    constructor: Config = field(default_factory=dict)  # further arguments of the model's class
    transformers: int = 5

    @property
    def seed(self) -> str:
        """BERT's cases are older than the folders by model type."""
        name = self.name if self.model_type == "bert" else f"{self.model_type}/{self.weights_of or self.name}"
        return f"{name}#{self.draw}" if self.draw else name


def labels(n: int) -> Config:
    return dict(id2label={str(i): f"L{i}" for i in range(n)}, label2id={f"L{i}": i for i in range(n)})


def only(*keys: str) -> Callable[[Config], Config]:
    """A config.json that leaves everything else to the defaults."""
    return lambda config: {k: v for k, v in config.items() if k in keys}


def without(*keys: str) -> Callable[[Config], Config]:
    """A config.json that lacks these."""
    return lambda config: {k: v for k, v in config.items() if k not in keys}


def spelled(**keys: Any) -> Callable[[Config], Config]:
    """config.json with these values written as they stand here, where transformers would rewrite them."""
    return lambda config: config | keys


def nothing_but(keys: Config) -> Callable[[Config], Config]:
    """config.json with these keys and the model's type: as someone else than transformers wrote it."""
    return lambda config: {"model_type": config["model_type"]} | keys


def cut_out(prefix: str, *, position_ids: bool = True) -> Callable[[Weights], Weights]:
    """A plain encoder's file as it is found when it was a task model's: every name under the prefix, a head that is not
    used, and, before transformers 4.31, the position_ids buffer."""
    def rewrite(weights: Weights) -> Weights:
        import torch
        named = {f"{prefix}.{n}": t for n, t in weights.items()}
        named |= {"classifier.weight": torch.linspace(-1, 1, 21).reshape(3, 7), "classifier.bias": torch.zeros(3)}
        return named | ({f"{prefix}.embeddings.position_ids": torch.arange(37).reshape(1, -1)} if position_ids else {})
    return rewrite


def own_decoder(words: str, decoder: str, bias: str | None = None) -> Callable[[Weights], Weights]:
    """A decoder beside the word table and another one, though config.json calls it tied; with `bias` a decoder.bias
    beside that one, and another one too."""
    def rewrite(weights: Weights) -> Weights:
        more = {f"{decoder}.weight": weights[words].flip(0) * 1.25}
        return weights | more | ({f"{decoder}.bias": weights[bias].flip(0) - 0.25} if bias else {})
    return rewrite


def other_decoder_bias(decoder: str) -> Callable[[Weights], Weights]:
    """A decoder.bias that is not the other copy of the bias."""
    return lambda weights: weights | {f"{decoder}.bias": weights[f"{decoder}.bias"].flip(0) - 0.25}


def renamed(old: str, new: str) -> Callable[[Weights], Weights]:
    return lambda weights: {new if n == old else n: t.clone() for n, t in weights.items()}


def head_names(prefix: str) -> dict[str, tuple[str, str]]:
    """Short name of a case -> (class, head), for the heads that most architectures have."""
    return {short: (prefix + suffix, head) for short, suffix, head in (
        ("mlm", "ForMaskedLM", "mlm"), ("pretraining", "ForPreTraining", "pretraining"),
        ("seqcls", "ForSequenceClassification", "sequence_classification"),
        ("tokencls", "ForTokenClassification", "token_classification"),
        ("qa", "ForQuestionAnswering", "question_answering"),
        ("multiple_choice", "ForMultipleChoice", "multiple_choice"),
        ("nsp", "ForNextSentencePrediction", "next_sentence_prediction"))}
