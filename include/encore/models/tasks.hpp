// SPDX-License-Identifier: Apache-2.0
// The tasks of published checkpoints: an encoder with the head for it. A spec without the head's parts is refused at
// compile time.
#pragma once

#include <encore/models/sequence_heads.hpp>
#include <encore/models/task_model.hpp>
#include <encore/models/token_heads.hpp>
#include <encore/models/word_heads.hpp>

namespace encore {

// By the field's names; logits as the heads of encore::heads say.
template <class Spec>
using MaskedLm = TaskModel<Spec, heads::MaskedLm>;
template <class Spec>
using SequenceClassifier = TaskModel<Spec, heads::SequenceClassification>;
template <class Spec>
using TokenClassifier = TaskModel<Spec, heads::TokenClassification>;
template <class Spec>
using QuestionAnswerer = TaskModel<Spec, heads::QuestionAnswering>;
template <class Spec>
using NextSentencePredictor = TaskModel<Spec, heads::NextSentence>;
template <class Spec>
using ReplacedTokenDetector = TaskModel<Spec, heads::ReplacedTokenDetection>;

}  // namespace encore
