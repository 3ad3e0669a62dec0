# SPDX-License-Identifier: Apache-2.0
"""DeBERTa's two pre-training heads, which transformers does not have: the enhanced mask decoder and replaced token
detection. Written from the formulas under the names of microsoft/DeBERTa's classes and tensors, on transformers'
encoder:

    masked language model      z = P + h, then twice z = layer(z; h); logits = norm(act(dense(z))) W' + b
    replaced token detection   logit = classifier(act(dense(norm(x + x of the first token))))

with h what the last layer reads, P the rows of the positions, W the word embeddings, and layer(z; h) the last layer
with queries and residuals z, keys and values of h.
"""
from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers.activations import ACT2FN
from transformers.modeling_outputs import MaskedLMOutput, TokenClassifierOutput
from transformers.models.deberta.modeling_deberta import DebertaModel, DebertaPreTrainedModel
from transformers.models.deberta_v2.modeling_deberta_v2 import DebertaV2Model, DebertaV2PreTrainedModel


class LmHead(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.act = ACT2FN[config.hidden_act]

    def forward(self, z: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        return self.LayerNorm(self.act(self.dense(z))) @ words.T + self.bias


class Decoder:
    """The masked language model of either version: what they call their projections is theirs."""

    def build(self, config: Any, encoder: Any) -> None:
        self.deberta = encoder
        if not config.position_biased_input:  # read after the encoder instead
            self.deberta.embeddings.position_embeddings = nn.Embedding(config.max_position_embeddings,
                                                                       config.hidden_size)
        self.lm_predictions = nn.ModuleDict({"lm_head": LmHead(config)})
        self.post_init()

    def attend(self, part: Any, z: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        """What stands under the layer's attention, [1, n, C]: queries of z, keys and values of h."""
        q, k, v = self.content(part, z, h)  # [1, H, n, d]
        table, rows = self.distances(part, h)
        to_query, to_key = self.position_projections(part)
        scores = q @ k.transpose(-2, -1)
        by_row = q @ self.heads(to_query(table)).transpose(-2, -1)  # [1, H, n, rows of the table]
        scores = scores + by_row.gather(-1, rows.expand(scores.shape))
        by_row = k @ self.heads(to_key(table)).transpose(-2, -1)
        scores = scores + by_row.gather(-1, rows.T.expand(scores.shape)).transpose(-2, -1)
        mixed = (scores / (3 * q.shape[-1]) ** 0.5).softmax(-1) @ v
        return mixed.transpose(-3, -2).flatten(-2)

    def heads(self, x: torch.Tensor) -> torch.Tensor:
        return x.unflatten(-1, (self.config.num_attention_heads, -1)).transpose(-3, -2)

    def last_layer(self, z: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        layer = self.deberta.encoder.layer[-1]
        out = layer.attention.output
        z = out.LayerNorm(z + out.dense(self.attend(layer.attention.self, z, h)))
        return layer.output.LayerNorm(z + layer.output.dense(layer.intermediate(z)))

    def forward(self, **batch: Any) -> MaskedLMOutput:
        states = self.deberta(**batch).hidden_states
        h = states[-2]
        z = h + self.deberta.embeddings.position_embeddings.weight[: h.shape[1]]
        for _ in range(2):
            z = self.last_layer(z, h)
        logits = self.lm_predictions["lm_head"](z, self.deberta.embeddings.word_embeddings.weight)
        return MaskedLMOutput(logits=logits, hidden_states=states)


class MaskedLanguageModel(Decoder, DebertaV2PreTrainedModel):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.build(config, DebertaV2Model(config))

    def content(self, part: Any, z: torch.Tensor, h: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return self.heads(part.query_proj(z)), self.heads(part.key_proj(h)), self.heads(part.value_proj(h))

    def distances(self, part: Any, h: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        encoder, span = self.deberta.encoder, part.pos_ebd_size
        return encoder.get_rel_embedding(), (encoder.get_rel_pos(h)[0] + span).clamp(0, 2 * span - 1)

    def position_projections(self, part: Any) -> tuple[Any, Any]:
        return (part.key_proj, part.query_proj) if part.share_att_key else (part.pos_key_proj, part.pos_query_proj)


class MaskedLanguageModelV1(Decoder, DebertaPreTrainedModel):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.build(config, DebertaModel(config))

    def content(self, part: Any, z: torch.Tensor, h: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Rows of the fused matrix: head, then query, key, value."""
        of_z, of_h = (self.heads(part.in_proj(x)).chunk(3, -1) for x in (z, h))
        return of_z[0] + self.heads(part.q_bias[None]), of_h[1], of_h[2] + self.heads(part.v_bias[None])

    def distances(self, part: Any, h: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        at, span = torch.arange(h.shape[1]), part.max_relative_positions
        rows = (at[:, None] - at[None, :] + span).clamp(0, 2 * span - 1)
        return self.deberta.encoder.get_rel_embedding(), rows

    def position_projections(self, part: Any) -> tuple[Any, Any]:
        return part.pos_proj, part.pos_q_proj


class MaskPredictions(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.classifier = nn.Linear(config.hidden_size, 1)
        self.act = ACT2FN[config.hidden_act]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.act(self.dense(self.LayerNorm(x + x[:, :1])))).squeeze(-1)


class ReplacedTokenDetectionModel(DebertaV2PreTrainedModel):
    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.deberta = DebertaV2Model(config)
        self.mask_predictions = MaskPredictions(config)
        self.post_init()

    def forward(self, **batch: Any) -> TokenClassifierOutput:
        out = self.deberta(**batch)
        return TokenClassifierOutput(logits=self.mask_predictions(out.last_hidden_state),
                                     hidden_states=out.hidden_states)
