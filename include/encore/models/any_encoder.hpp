// SPDX-License-Identifier: Apache-2.0
// A model of any architecture, chosen by config.json while the program runs. What is known of the architecture at compile
// time (CheckpointModel<Spec>, SentenceEncoder<Spec>) lies behind these two interfaces, and encore::models has it compiled
// for every spec and backend. Header-only use includes models/impl/any_encoder.hpp and models/impl/choose_model.hpp
// instead, and compiles all of them.
#pragma once

#include <encore/backend/parameters.hpp>
#include <encore/core/batch.hpp>
#include <encore/core/encoding.hpp>
#include <encore/core/rows.hpp>
#include <encore/exec/executor.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/models/head_options.hpp>
#include <encore/models/packs.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore {

// What an architecture is called, and its policies with their numbers: {"norm", "LayerNorm, eps 1e-12"}.
struct ArchitectureDescription {
  std::string name;
  std::string model_type;
  std::vector<std::pair<std::string, std::string>> policies;
};

// What one forward pass costs.
struct ForwardCost {
  double flops = 0;
  std::size_t workspace_bytes = 0;
};

// Where the numbers of an AnyEncoder come from.
enum class WeightsFrom : std::uint8_t {
  checkpoint,  // the folder's
  random,      // initialised; config.json is enough
  nowhere,     // none: it can be described and counted, not run
};

// What AnyEncoder::open makes of a folder.
struct AnyEncoderOptions {
  WeightsFrom weights = WeightsFrom::checkpoint;
  bool heads = true;          // false: the encoder alone
  Head unnamed = Head::none;  // the head where config.json names none (open_encoder)
};

template <BackendTag B>
class AnyEncoder {
 public:
  using Scalar = scalar_t<B>;
  // Called with each output, as CheckpointModel emits them: name, whose rows they are, the numbers.
  using Emit = std::function<void(std::string_view, Rows, MatrixView<const Scalar>)>;

  // Throws UnsupportedError for a model_type that is not known, and as open_encoder and load_parameters do.
  static std::unique_ptr<AnyEncoder> open(Context<B>& context, const ModelFolder& folder,
                                          const AnyEncoderOptions& options = {});
  virtual ~AnyEncoder() = default;

  // The architecture's name and what its policies are called, with their numbers.
  virtual ArchitectureDescription describe() const = 0;
  // The numbers that every encoder has, from config.json.
  virtual const ModelShape& shape() const = 0;
  // Tokens that a text may have; nothing: any number (EncoderModel::position_limit).
  virtual std::optional<std::int64_t> position_limit() const = 0;
  // The id that the limit does not count, in models whose positions leave it out.
  virtual std::optional<std::int32_t> uncounted_id() const = 0;
  // Which head stands on it, with its numbers; and names and shapes of all parameters, whose numbers are not shown.
  virtual const HeadOptions& heads() const = 0;
  virtual const ParameterLayout& layout() const = 0;
  // One packed batch; `texts` numbers its sequences in errors. `tap` sees the hidden states. Throws InputError.
  virtual void run(Context<B>& context, const Batch& batch, const Emit& emit, TapFunction<Scalar> tap = {},
                   std::span<const std::size_t> texts = {}) const = 0;
  // Of that batch with all outputs; nothing is run.
  virtual ForwardCost count(Context<B>& context, const Batch& batch) const = 0;
};

// Sentence vectors of a model whose architecture config.json names: SentenceEncoder behind an interface. Immutable;
// several threads may run it, each with its own context.
template <BackendTag B>
class AnySentenceEncoder {
 public:
  // Folders without modules.json are pooled by the mean. Weights are read unless `weights` says nowhere.
  static std::unique_ptr<AnySentenceEncoder> open(Context<B>& context, const ModelFolder& folder,
                                                  WeightsFrom weights = WeightsFrom::checkpoint);
  virtual ~AnySentenceEncoder() = default;

  // The numbers that every encoder has, and the tokens that a text may have (nothing: any number).
  virtual const ModelShape& shape() const = 0;
  virtual std::optional<std::int64_t> position_limit() const = 0;
  // Columns of the vectors.
  virtual std::int64_t dimension() const = 0;
  // Tokens, special ones included, that a text is cut to; 0: texts may have any length.
  virtual std::int64_t max_tokens() const = 0;
  // The poolings side by side in a vector, whether vectors have length 1, and the folder's modules where it has any.
  virtual const std::vector<Pooling>& poolings() const = 0;
  virtual bool normalises() const = 0;
  virtual const std::optional<SentenceTransformer>& sentence_transformer() const = 0;
  // Vectors of encodings, in their order: [texts, dimension]. Throws InputError naming the text and the limit.
  virtual void run(Context<B>& context, std::span<const Encoding> encodings, MatrixView<float> vectors,
                   const RunOptions& options = {}) const = 0;
};

}  // namespace encore
