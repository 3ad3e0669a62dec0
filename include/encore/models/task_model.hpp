// SPDX-License-Identifier: Apache-2.0
// An encoder with one head, chosen by type: nothing of other heads is compiled.
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

#include <string>
#include <vector>

namespace encore {

// Its parameters are one table, `layout()`. H is a head (head.hpp): those of the library are in encore::heads, and yours
// is used as they are.
template <class Spec, template <class> class H>
class TaskModel {
 public:
  using Task = H<Spec>;
  using Options = typename Task::Options;

  // Throws ArgumentError for numbers a policy cannot take, UnsupportedError for parts of the head that the spec lacks.
  explicit TaskModel(const Config<Spec>& config, const Options& options = {})
      : encoder_(config), head_(encoder_.root(), encoder_.config(), options, encoder_.words()) {
    if (reads_before_last(head_)) encoder_.limit_to_positions();
    max_tokens_ = encoder_.position_limit().value_or(0);
  }

  // For heads that a folder can name. Throws UnsupportedError when its `architectures` names another one, whose weights
  // would be missing. A spec whose published files may name none takes the one that is asked for.
  static TaskModel open(const ModelFolder& folder) {
    const JsonObject json = folder.config();
    Config<Spec> config = Spec::config(json);
    HeadOptions options = read_heads_of<Spec>(json, config, Task::kind);
    if (options.head != Task::kind)
      throw UnsupportedError(json.where("architectures") + ": the checkpoint's head is '" +
                             std::string(name_of(options.head)) + "', '" + std::string(name_of(Task::kind)) +
                             "' was asked for");
    if (ReadsTensors<Spec> || predicts_words(Task::kind)) {
      const Checkpoint checkpoint = folder.checkpoint();
      if constexpr (ReadsTensors<Spec>) Spec::read_tensors(json, &checkpoint, config, options);
      read_tying(checkpoint, config, options);
    }
    TaskModel model(config, Task::of(options));
    model.words_from_decoder_ = options.lm.words_from_decoder;
    model.max_tokens_ = text_limit(folder, config.shape, model.encoder_.position_limit(), LimitRule::pipeline);
    return model;
  }

  // What it was made of: the config, the encoder, the head, the names and shapes of all parameters.
  const Config<Spec>& config() const { return encoder_.config(); }
  const EncoderModel<Spec>& model() const { return encoder_; }
  const Task& head() const { return head_; }
  const std::shared_ptr<ParameterLayout>& layout() const { return encoder_.layout(); }
  // How texts are tokenised for it (Loaded::encode).
  EncodeOptions encode_options() const { return {.max_length = max_tokens_}; }
  // Tokens, special ones included, that a text is cut to (EncodeOptions::max_length): text_limit() of the folder, else
  // position_limit(); 0: texts may have any length.
  std::int64_t max_tokens() const { return max_tokens_; }

  // Whether the folder's tensors fill the layout. Throws WeightsError as check_weights() does.
  void check(const ModelFolder& folder, const LoadOptions& options) const {
    check_weights(*layout(), folder.checkpoint(), weight_names(), folder.name(), options);
  }
  // Fills the store from the folder's tensors. Throws WeightsError, UnsupportedError, FileError.
  template <class B>
  void load(Context<B>& context, const ModelFolder& folder, Parameters<B>& parameters,
            const LoadOptions& options) const {
    load_weights(context, folder.checkpoint(), weight_names(), folder.name(), parameters, options);
    prepare(context, encoder_.encoder(), parameters);
  }

  // The head's outputs.
  auto operator()(auto& ex, const BatchIndices& in) const {
    return head_(ex, encoder_.encode(ex, in, reads_before_last(head_)), in);
  }

  // Of two backends: says so.
  template <class A, class B, class... More>
    requires(!std::is_same_v<A, B>)
  std::vector<Tensor<float>> run(Context<A>&, const Parameters<B>&, std::span<const Encoding>, const More&...) const {
    detail::require_one_backend<A, B>();
    return {};
  }
  // The logits of each encoding: [tokens, ..] or [tokens] for heads on tokens, [1, ..] for heads on sequences. Throws
  // InputError naming the text and the limit.
  template <class B>
  std::vector<Tensor<float>> run(Context<B>& context, const Parameters<B>& parameters,
                                 std::span<const Encoding> encodings, const RunOptions& options = {}) const {
    std::vector<Tensor<float>> results(encodings.size());
    for_each_text(context, parameters, encodings, options, [&](std::size_t text, const auto& logits) {
      results[text] = copied_rows(logits, numbers() ? Shape{logits.rows} : Shape{logits.rows, logits.cols});
    });
    return results;
  }
  // Into the caller's buffer, the rows in the order of the encodings: [texts, width] for heads on sequences, [tokens of
  // all, width] for heads on tokens. Throws ShapeError.
  template <class B>
  void run(Context<B>& context, const Parameters<B>& parameters, std::span<const Encoding> encodings,
           MatrixView<float> logits, const RunOptions& options = {}) const {
    const std::vector<std::int64_t> firsts = first_rows(encodings);
    const std::int64_t rows = firsts.empty() ? std::int64_t(encodings.size()) : firsts.back();
    if (logits.rows != rows || logits.cols != head_.width())
      throw ShapeError("logits: output " + to_string(shape_of(logits)) + " for " +
                       to_string(Shape{rows, head_.width()}));
    for_each_text(context, parameters, encodings, options, [&](std::size_t text, const auto& found) {
      copy_rows(found, logits.row(firsts.empty() ? std::int64_t(text) : firsts[text]), logits.stride);
    });
  }

 private:
  static constexpr bool numbers() {
    if constexpr (requires { Task::kind; })
      return gives_numbers(Task::kind);
    else
      return false;
  }
  // Where each encoding's rows begin and the last one's end, of heads on tokens.
  static std::vector<std::int64_t> first_rows(std::span<const Encoding> encodings) {
    if (one_kind() != Rows::tokens) return {};
    std::vector<std::int64_t> firsts{0};
    for (const Encoding& encoding : encodings) firsts.push_back(firsts.back() + std::int64_t(encoding.ids.size()));
    return firsts;
  }
  // Of the logits, where there is one kind of them.
  static constexpr bool has_one_kind = requires { Task::rows; };
  static constexpr Rows one_kind() {
    if constexpr (has_one_kind)
      return Task::rows;
    else
      return Rows::tokens;
  }
  WeightNames weight_names() const { return weight_names_of<Spec>(config(), words_from_decoder_); }

  template <class B>
  void for_each_text(Context<B>& context, const Parameters<B>& parameters, std::span<const Encoding> encodings,
                     const RunOptions& options, auto&& take) const {
    static_assert(has_one_kind,
                  "encore: run() gives one kind of logits, and this head has none or several; call the model under "
                  "infer() and take its outputs");
    if constexpr (has_one_kind)
      for_each_pack(context.workspace(), encodings, options,
                    [&](const Batch& batch, std::span<const std::size_t> which) {
                      encoder_.check(batch, which);
                      infer(context, parameters, batch.segments(), {}, [&](auto& ex) {
                        const auto outputs = (*this)(ex, indices_of(ex, batch));
                        const auto rows = ex.view(outputs.logits);
                        if constexpr (std::remove_reference_t<decltype(ex)>::computing)
                          for (std::size_t i = 0; i < which.size(); ++i)
                            take(which[i], text_rows(batch.segments(), std::int64_t(i), one_kind(), rows));
                      });
                    });
  }

  EncoderModel<Spec> encoder_;
  Task head_;
  std::int64_t max_tokens_ = 0;
  bool words_from_decoder_ = false;  // read_tying
};

}  // namespace encore
