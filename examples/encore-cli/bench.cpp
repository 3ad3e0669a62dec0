// SPDX-License-Identifier: Apache-2.0
// encore bench: how long the encoder takes, from token ids to the last hidden states in the caller's buffer.
#include "choose.hpp"
#include "errors.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "token_ids.hpp"

#include <encore/core/philox.hpp>
#include <encore/models/any_encoder.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>

namespace encore::cli {

namespace {

struct BenchOptions {
  ModelOptions model;
  std::vector<std::int64_t> lengths;
  std::int64_t batch = 0;  // 0: not given
  std::string mixed;
  std::int64_t iterations = 0;  // 0: what fits in `seconds`
  std::int64_t warmup = 3;
  std::optional<double> seconds;
  bool random = false;
  bool json = false;
};

struct Timing {
  std::int64_t tokens = 0;
  std::int64_t texts = 0;
  std::vector<double> milliseconds;  // sorted

  // Nearest rank.
  double percentile(double percent) const {
    const auto rank = std::size_t(std::ceil(percent / 100 * double(milliseconds.size())));
    return milliseconds[std::max<std::size_t>(rank, 1) - 1];
  }
  double median() const {
    const std::size_t n = milliseconds.size();
    return (milliseconds[(n - 1) / 2] + milliseconds[n / 2]) / 2;
  }
  double tokens_per_second() const { return 1e3 * double(tokens) / median(); }
};

// `count` texts of the same length, their ids from a fixed seed.
Batch synthetic(std::int64_t count, std::int64_t length, const ModelShape& shape) {
  Batch batch;
  std::vector<std::int32_t> ids(static_cast<std::size_t>(length));
  std::uint64_t state = 1;
  for (std::int64_t i = 0; i < count; ++i) {
    for (std::int32_t& id : ids) id = std::int32_t((state = scope_hash(state, 1)) % std::uint64_t(shape.vocabulary));
    batch.add(ids);
  }
  return batch;
}

template <class B>
std::vector<Batch> batches_of(const BenchOptions& options, const AnyEncoder<B>& model) {
  std::vector<Batch> batches;
  if (!options.mixed.empty()) {
    constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
    TokenIdReader reader(options.mixed, model);
    const std::vector<Encoding> encodings = reader.block(all, all);
    if (encodings.empty()) throw InputError(reader.lines().name() + ": holds no ids");
    batches.emplace_back(encodings);
    return batches;
  }
  for (const std::int64_t length : options.lengths.empty() ? std::vector<std::int64_t>{8, 32, 128} : options.lengths) {
    if (const std::optional<std::int64_t> limit = model.position_limit(); !limit || length <= *limit)
      batches.push_back(synthetic(std::max<std::int64_t>(options.batch, 1), length, model.shape()));
    else if (!options.lengths.empty())
      throw UsageError("--lengths: " + std::to_string(length) + " tokens, the model takes at most " +
                       std::to_string(*limit));
  }
  return batches;
}

template <class B>
Timing measure(Context<B>& context, const AnyEncoder<B>& model, const Batch& batch, const BenchOptions& options) {
  using S = scalar_t<B>;
  Tensor<S> states(Shape{batch.segments().tokens(), model.shape().hidden});
  const typename AnyEncoder<B>::Emit keep = [&](std::string_view, Rows, MatrixView<const S> rows) {
    for (std::int64_t r = 0; r < rows.rows; ++r) std::copy_n(rows.row(r), rows.cols, states[r].data());
  };
  const auto run = [&] { model.run(context, batch, keep); };
  for (std::int64_t i = 0; i < options.warmup; ++i) run();

  const std::size_t most = options.iterations ? std::size_t(options.iterations) : 10000;
  const double limit = options.seconds      ? *options.seconds
                       : options.iterations ? std::numeric_limits<double>::infinity()
                                            : 1.0;
  Timing timing{batch.segments().tokens(), batch.segments().count(), {}};
  const Stopwatch all;
  do {
    const Stopwatch one;
    run();
    timing.milliseconds.push_back(1e3 * one.seconds());
  } while (timing.milliseconds.size() < most && all.seconds() < limit);
  std::sort(timing.milliseconds.begin(), timing.milliseconds.end());
  return timing;
}

nlohmann::ordered_json to_json(const Timing& timing) {
  return {{"tokens", timing.tokens},
          {"texts", timing.texts},
          {"median_ms", timing.median()},
          {"p95_ms", timing.percentile(95)},
          {"min_ms", timing.milliseconds.front()},
          {"tokens_per_second", timing.tokens_per_second()},
          {"iterations", timing.milliseconds.size()}};
}

template <class B>
void bench(Context<B>& context, const ModelFolder& folder, const BenchOptions& options) {
  const auto model = AnyEncoder<B>::open(
      context, folder, {.weights = options.random ? WeightsFrom::random : WeightsFrom::checkpoint, .heads = false});
  const std::vector<Batch> batches = batches_of(options, *model);
  Stdout out;
  nlohmann::ordered_json json{{"model", folder.name()},
                              {"backend", backend_names[std::size_t(options.model.backend)]},
                              {"isa", context.isa()},
                              {"threads", context.threads()},
                              {"precision", precision_of(context)},
                              {"results", nlohmann::ordered_json::array()}};
  if (!options.json)
    out.write(machine_of(context) + "\n   texts   tokens   median ms      p95 ms    tokens/s    runs\n");
  for (const Batch& batch : batches) {
    const Timing timing = measure(context, *model, batch, options);
    json["results"].push_back(to_json(timing));
    if (options.json) continue;
    char line[128];
    std::snprintf(line, sizeof line, "%8lld %8lld %11.3f %11.3f %11.0f %7zu\n", static_cast<long long>(timing.texts),
                  static_cast<long long>(timing.tokens), timing.median(), timing.percentile(95),
                  timing.tokens_per_second(), timing.milliseconds.size());
    out.write(line);
    out.finish();
  }
  if (options.json) out.write(json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  out.finish();
}

}  // namespace

void add_bench(CLI::App& program, Action& action) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* command = add_command(
      program, "bench", "Latency and tokens per second",
      "Measures the encoder, from token ids to the last hidden states in a buffer: median, 95th percentile.",
      "encore bench bert-base-uncased --lengths 16,128 --batch 8 --threads 2 --json", options->model);
  add_integer(*command, "--batch", options->batch, 1, 1 << 20, "Texts in a batch; default 1");
  add_integers(*command, "--lengths", options->lengths, 1, 1 << 24,
               "Tokens in a text, separated by commas; default 8,32,128");
  command->add_option("--mixed", options->mixed, "Ids, a JSON list a line: one batch of all; - is stdin")
      ->type_name("FILE");
  add_integer(*command, "--iterations", options->iterations, 1, 1000000000,
              "Runs to measure; default: what fits in --seconds, at most 10000");
  add_integer(*command, "--warmup", options->warmup, 0, 1000000000, "Runs before; default 3");
  const auto set_seconds = [options](double seconds) { options->seconds = seconds; };
  command
      ->add_option_function<double>("--seconds", set_seconds, "Limit for each row; default 1, none with --iterations")
      ->check(CLI::PositiveNumber.description(""))
      ->type_name("S");
  command->add_flag("--random", options->random, "Random weights: a folder with config.json alone is enough");
  command->add_flag("--json", options->json, "One JSON object instead of a table");
  add_model_options(*command, options->model);
  command->callback([options, &action] {
    action = [options] {
      if (!options->mixed.empty() && (!options->lengths.empty() || options->batch))
        throw UsageError("--mixed: is one batch as it is; --lengths and --batch do not go with it");
      const ModelFolder folder = ModelFolder::open(options->model.model);
      with_backend(options->model, [&](auto&& context) { bench(context, folder, *options); });
    };
  });
}

}  // namespace encore::cli
