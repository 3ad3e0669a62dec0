// SPDX-License-Identifier: Apache-2.0
// What a folder says of the head on its encoder: which one, and its numbers.
#pragma once

#include <encore/core/pooling.hpp>
#include <encore/layers/heads.hpp>

#include <cstdint>
#include <string_view>

namespace encore {

// The heads that config.json's `architectures` can name (models/heads.hpp has their types).
enum class Head : std::uint8_t {
  none,
  masked_lm,                 // logits [N, vocabulary]
  pretraining,               // masked_lm and next_sentence
  next_sentence,             // logits [sequences, 2]
  sequence_classification,   // logits [sequences, labels]
  multiple_choice,           // logits [sequences, 1]
  token_classification,      // logits [N, labels]
  question_answering,        // logits [N, 2]: start and end
  replaced_token_detection,  // logits [N]: positive where a token was replaced
  sentence_order,            // masked_lm, and logits [sequences, labels]: whether two segments were swapped
};

// In words, for messages.
constexpr std::string_view name_of(Head head) {
  switch (head) {
    case Head::none: return "none";
    case Head::masked_lm: return "masked language model";
    case Head::pretraining: return "pre-training (masked language model and next sentence)";
    case Head::next_sentence: return "next sentence";
    case Head::sequence_classification: return "sequence classification";
    case Head::multiple_choice: return "multiple choice";
    case Head::token_classification: return "token classification";
    case Head::question_answering: return "question answering";
    case Head::replaced_token_detection: return "replaced token detection";
    case Head::sentence_order: return "pre-training (masked language model and sentence order)";
  }
  return "?";
}

// Whether a head's logits of tokens are one number each: they have no second axis then, [N].
constexpr bool gives_numbers(Head head) { return head == Head::replaced_token_detection; }

// Whether a head's logits belong to sequences.
constexpr bool reads_sequences(Head head) {
  return head == Head::pretraining || head == Head::sentence_order || head == Head::next_sentence ||
         head == Head::sequence_classification || head == Head::multiple_choice;
}

// Whether a head has the masked language model's logits.
constexpr bool predicts_words(Head head) {
  return head == Head::masked_lm || head == Head::pretraining || head == Head::sentence_order;
}

// The head of a folder and the numbers of all heads; each type of head takes its own (H::of).
struct HeadOptions {
  Head head = Head::none;
  bool pooler = false;       // whether Head::none has the pooler's row; heads of sequences decide by `features`
  bool pooler_dense = true;  // false: the pooler has no weights
  std::int64_t labels = 2;
  LmHeadOptions lm{};
  FeatureOptions features{};         // before the classifier; for sequences in the pooler's place
  Pooling pooling = Pooling::first;  // of the features of sequences
};

}  // namespace encore
