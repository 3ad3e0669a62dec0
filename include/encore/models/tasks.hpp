// SPDX-License-Identifier: Apache-2.0
// Task models: an encoder with one head, and its logits. A spec without the head is refused at compile time.
#pragma once

#include <encore/core/encode_options.hpp>
#include <encore/exec/infer.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/loaded.hpp>
#include <encore/models/open_encoder.hpp>
#include <encore/models/packs.hpp>
#include <encore/models/prepare.hpp>
#include <encore/models/text_limit.hpp>
#include <encore/models/text_rows.hpp>

#include <vector>

namespace encore {

// The encoder with one head, chosen by type.
template <class Spec, Head head>
class HeadModel {
  static_assert(head != Head::none && head != Head::pretraining && head != Head::sentence_order,
                "encore: HeadModel has one kind of logits; EncoderModel has none or several");
  static_assert(head != Head::masked_lm || has_lm_head<Spec>,
                "encore: this spec has no masked-language-model head (Spec::LmHead)");
  static_assert((head != Head::sequence_classification && head != Head::next_sentence &&
                 head != Head::multiple_choice) ||
                    has_pooler<Spec> || classifies_by_features<Spec>,
                "encore: this head reads a pooler, and the spec has none (Spec::Pooler)");

 public:
  explicit HeadModel(const Config<Spec>& config, HeadOptions options = {})
      : model_(config, with_head(options)), max_tokens_(model_.position_limit().value_or(0)) {}

  // Throws UnsupportedError when the folder's `architectures` names another head: its weights would be missing. A spec
  // whose published files may name none takes the one that is asked for.
  static HeadModel open(const ModelFolder& folder) {
    const JsonObject json = folder.config();
    Config<Spec> config = Spec::config(json);
    HeadOptions options = read_heads_of<Spec>(json, config, head);
    if (options.head != head)
      throw UnsupportedError(json.where("architectures") + ": the checkpoint's head is '" +
                             std::string(name_of(options.head)) + "', '" + std::string(name_of(head)) +
                             "' was asked for");
    if (ReadsTensors<Spec> || predicts_words(head)) {
      const Checkpoint checkpoint = folder.checkpoint();
      if constexpr (ReadsTensors<Spec>) Spec::read_tensors(json, &checkpoint, config, options);
      read_tying(checkpoint, config, options);
    }
    HeadModel model(config, options);
    model.max_tokens_ = text_limit(folder, config.shape, model.model_.position_limit(), LimitRule::pipeline);
    return model;
  }

  const EncoderModel<Spec>& model() const { return model_; }
  // How texts are tokenised for it (Loaded::encode).
  EncodeOptions encode_options() const { return {.max_length = max_tokens_}; }
  // Tokens, special ones included, that a text is cut to (EncodeOptions::max_length): text_limit() of the folder, else
  // position_limit(); 0: texts may have any length.
  std::int64_t max_tokens() const { return max_tokens_; }
  const std::shared_ptr<ParameterLayout>& layout() const { return model_.layout(); }

  void check(const ModelFolder& folder, const LoadOptions& options) const {
    check_weights(*layout(), folder.checkpoint(), weight_names_of(model_), folder.name(), options);
  }
  template <class B>
  void load(const Context<B>& context, const ModelFolder& folder, Parameters<B>& parameters,
            const LoadOptions& options) const {
    load_weights(context, folder.checkpoint(), weight_names_of(model_), folder.name(), parameters, options);
    prepare(context, model_.encoder(), parameters);
  }

  // Logits: [N, ..] or [sequences, ..]; [N, 1] where Head says [N].
  auto operator()(auto& ex, const BatchIndices& in) const {
    decltype(model_.encoder()(ex, in)) logits;
    model_(ex, in, [&](std::string_view name, Rows, const auto& value) {
      if (name == "logits") logits = value;
    });
    return logits;
  }

  // Of two backends: says so.
  template <class A, class B>
    requires(!std::is_same_v<A, B>)
  std::vector<Tensor<float>> run(const Context<A>&, const Parameters<B>&, std::span<const Encoding>,
                                 const RunOptions& = {}) const {
    detail::require_one_backend<A, B>();
    return {};
  }
  // The logits of each encoding: [tokens, ..] or [tokens] for heads on tokens, [1, ..] for heads on sequences.
  template <class B>
  std::vector<Tensor<float>> run(const Context<B>& context, const Parameters<B>& parameters,
                                 std::span<const Encoding> encodings, const RunOptions& options = {}) const {
    std::vector<Tensor<float>> results(encodings.size());
    for_each_pack(context.workspace(), encodings, options, [&](const Batch& batch, std::span<const std::size_t> which) {
      model_.check(batch, which);
      infer(context, parameters, batch.segments(), {}, [&](auto& ex) {
        auto y = (*this)(ex, indices_of(ex, batch));
        const auto rows = ex.view(y);
        if constexpr (std::remove_reference_t<decltype(ex)>::computing) {
          for (std::size_t i = 0; i < which.size(); ++i) {
            const auto logits =
                text_rows(batch.segments(), std::int64_t(i), per_token ? Rows::tokens : Rows::sequences, rows);
            results[which[i]] =
                copied_rows(logits, gives_numbers(head) ? Shape{logits.rows} : Shape{logits.rows, logits.cols});
          }
        }
      });
    });
    return results;
  }

 private:
  static constexpr bool per_token = !reads_sequences(head);

  static HeadOptions with_head(HeadOptions options) {
    options.head = head;
    options.pooler = !per_token && !options.features.present;
    return options;
  }

  EncoderModel<Spec> model_;
  std::int64_t max_tokens_;
};

template <class Spec>
using MaskedLm = HeadModel<Spec, Head::masked_lm>;
template <class Spec>
using SequenceClassifier = HeadModel<Spec, Head::sequence_classification>;
template <class Spec>
using TokenClassifier = HeadModel<Spec, Head::token_classification>;
template <class Spec>
using QuestionAnswerer = HeadModel<Spec, Head::question_answering>;
template <class Spec>
using NextSentencePredictor = HeadModel<Spec, Head::next_sentence>;
template <class Spec>
using ReplacedTokenDetector = HeadModel<Spec, Head::replaced_token_detection>;

}  // namespace encore
