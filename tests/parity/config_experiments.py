# SPDX-License-Identifier: Apache-2.0
"""What list_config_keys.py tries: the tiny setups in which keys are changed, and the values they are changed to."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Keys = dict[str, Any]


@dataclass(frozen=True)
class Setup:
    """A configuration class, and configurations between which every switch that needs another one has it."""

    config: str
    prefix: str  # of the model classes
    base: Keys
    variants: tuple[Keys, ...] = ({},)


PLAIN: Keys = dict(vocab_size=29, hidden_size=12, num_attention_heads=2, num_hidden_layers=2, intermediate_size=14,
                   max_position_embeddings=24)
ROBERTA = PLAIN | dict(layer_norm_eps=1e-5)
DEBERTA = PLAIN | dict(relative_attention=True, pos_att_type=["c2p", "p2c"])

CLASSES = (
    Setup("BertConfig", "Bert", PLAIN),
    Setup("RobertaConfig", "Roberta", ROBERTA),
    Setup("XLMRobertaConfig", "XLMRoberta", ROBERTA),
    Setup("CamembertConfig", "Camembert", ROBERTA),
    Setup("DistilBertConfig", "DistilBert", dict(vocab_size=29, dim=12, n_heads=2, n_layers=2, hidden_dim=14,
                                                 max_position_embeddings=24)),
    Setup("ElectraConfig", "Electra", PLAIN | dict(embedding_size=10)),
    Setup("AlbertConfig", "Albert", PLAIN | dict(embedding_size=10)),
    Setup("MobileBertConfig", "MobileBert",
          PLAIN | dict(embedding_size=10, intra_bottleneck_size=8, num_feedforward_networks=2),
          ({}, dict(normalization_type="layer_norm"), dict(use_bottleneck=False), dict(trigram_input=False),
           dict(intra_bottleneck_size=12))),
    Setup("DebertaConfig", "Deberta", DEBERTA, ({}, dict(legacy=False, pos_att_type=None, type_vocab_size=2))),
    Setup("DebertaV2Config", "DebertaV2", DEBERTA | dict(position_buckets=6), (
        {}, dict(position_buckets=-1, share_att_key=True, legacy=False), dict(conv_kernel_size=3))),
    Setup("RoFormerConfig", "RoFormer", PLAIN | dict(embedding_size=10), ({}, dict(summary_use_proj=True))),
    Setup("ModernBertConfig", "ModernBert", PLAIN | dict(
        num_hidden_layers=4, local_attention=6, pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1,
        sep_token_id=2), ({}, dict(classifier_pooling="mean", global_rope_theta=500.0, local_rope_theta=50.0))),
    Setup("MPNetConfig", "MPNet", PLAIN),
    Setup("NomicBertConfig", "NomicBert", PLAIN, ({}, dict(head_dim=6))),
)

# keys that files have and that no constructor lists
EXTRA: dict[str, list[str]] = {
    "all": ["num_labels", "pruned_heads", "position_embedding_type", "torch_dtype", "attention_bias",
            "gelu_approximate", "gradient_checkpointing", "is_decoder", "rope_theta", "embedding_size"],
    "distilbert": ["tie_weights_"],
    "albert": ["net_structure_type", "gap_size", "num_memory_blocks", "down_scale_factor", "classifier_dropout"],
    "electra": ["summary_first_dropout", "summary_proj_to_labels"],
    "deberta": ["talking_head", "cls_dropout", "attention_head_size", "position_buckets", "share_att_key",
                "norm_rel_ebd", "conv_kernel_size"],
    "deberta-v2": ["position_buckets", "share_att_key", "norm_rel_ebd", "conv_kernel_size", "conv_act", "conv_groups",
                   "attention_head_size", "cls_dropout", "talking_head"],
    "roformer": ["summary_type", "summary_use_proj", "summary_activation", "summary_proj_to_labels"],
    "modernbert": ["global_attn_every_n_layers", "global_rope_theta", "local_rope_theta", "layer_norm_eps",
                   "sliding_window", "reference_compile", "repad_logits_with_grad", "rope_scaling", "head_dim"],
    "nomic_bert": ["tie_word_embeddings", "rotary_emb_base", "n_embd", "n_head", "rotary_emb_interleaved",
                   "rotary_emb_fraction", "rope_scaling", "qkv_proj_bias", "prenorm", "activation_function"],
    "mobilebert": ["true_hidden_size"],
}

NOT_TRIED: dict[str, str] = {
    "architectures": "names the class", "transformers_version": "names the writer", "_name_or_path": "names a folder",
    "return_dict": "changes what a call returns, not its numbers",
    "dtype": "the type that from_pretrained gives the weights", "torch_dtype": "older name of dtype",
    "pruned_heads": "removes heads in transformers 4, is not read in 5",
}

NOTES: dict[tuple[str, str], str] = {
    (m, "position_embedding_type"): "absolute, relative_key, relative_key_query: read by transformers 4 alone"
    for m in ("bert", "electra", "roberta", "xlm-roberta", "camembert")
}


def four_labels(prefix: str) -> Keys:
    return {i: f"{prefix}{i}" for i in range(4)}


ALTERNATIVES: dict[str, list[Any]] = {
    "vocab_size": [31], "hidden_size": [16], "dim": [16], "num_attention_heads": [3], "n_heads": [3],
    "num_hidden_layers": [3], "n_layers": [3], "intermediate_size": [15], "hidden_dim": [15],
    "max_position_embeddings": [27], "type_vocab_size": [3], "embedding_size": [11], "intra_bottleneck_size": [10],
    "layer_norm_eps": [0.01], "norm_eps": [0.01], "initializer_cutoff_factor": [1.0],
    "hidden_act": ["silu", "gelu_new"], "hidden_activation": ["relu"], "activation": ["relu"],
    "pooler_hidden_act": ["tanh"], "classifier_activation": ["relu"], "summary_activation": ["tanh"],
    "id2label": [four_labels("L")], "label2id": [{"A": 0, "B": 1}], "num_labels": [4],
    "problem_type": ["regression", "multi_label_classification"],
    "pos_att_type": [["c2p"], "p2c", ["c2p", "p2c"]], "max_relative_positions": [5], "position_buckets": [4, 6],
    "norm_rel_ebd": ["layer_norm"], "conv_kernel_size": [3], "conv_act": ["gelu"], "conv_groups": [2],
    "attention_head_size": [6, 8], "pooler_hidden_size": [12, 14], "share_att_key": [True], "talking_head": [True],
    "num_hidden_groups": [2], "inner_group_num": [2], "num_feedforward_networks": [1, 3],
    "normalization_type": ["layer_norm"], "true_hidden_size": [10],
    "local_attention": [10, 7], "layer_types": [["sliding_attention", "full_attention"] * 2],
    "global_attn_every_n_layers": [2], "global_rope_theta": [77.0], "local_rope_theta": [77.0],
    "rope_theta": [77.0], "rotary_emb_base": [77.0], "sliding_window": [5], "head_dim": [4],
    "rope_scaling": [{"rope_type": "linear", "factor": 4.0}],
    "classifier_pooling": ["mean"], "relative_attention_num_buckets": [40, 20], "summary_type": ["mean", "cls_index"],
    "position_embedding_type": ["relative_key"], "chunk_size_feed_forward": [1], "pad_token_id": [3],
    "bos_token_id": [4], "eos_token_id": [4], "cls_token_id": [4], "sep_token_id": [4],
    "sparse_pred_ignore_index": [-1],
    "gelu_approximate": ["tanh"], "rotary_emb_fraction": [0.5], "n_embd": [16], "n_head": [3],
    "activation_function": ["gelu"], "tie_word_embeddings": [False],
    "net_structure_type": [1], "gap_size": [1], "num_memory_blocks": [1],
    "down_scale_factor": [2], "classifier_dropout": [0.5],
}


def alternative(key: str, value: Any, model_type: str) -> list[Any]:
    """Other values for a key that has `value`."""
    if key == "classifier_activation" and model_type == "mobilebert":
        return [not value]
    if key == "rope_parameters":
        theta = dict(rope_type="default", rope_theta=77.0)
        return [dict(full_attention=theta, sliding_attention=theta)] if model_type == "modernbert" else [theta]
    if key in ALTERNATIVES:
        return [v for v in ALTERNATIVES[key] if v != value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, float | int):
        return [0.5]
    if key.endswith("dropout") or key.startswith("summary"):
        return [True] if "proj" in key else [0.5]
    return [True]
