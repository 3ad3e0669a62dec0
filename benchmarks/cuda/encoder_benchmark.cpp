// SPDX-License-Identifier: Apache-2.0
// BERT of a config.json's size, random weights, on the GPU: milliseconds of a forward pass, and with --backward of a
// forward and a backward pass, from token ids to results that stay on the GPU. scripts/gpu_check runs it beside PyTorch.
//
//   encore_bench_cuda FOLDER f32|bf16 [--backward] LENGTHS...      LENGTHS: 64x512, or 17,80,3
#include <encore/backend/cuda.hpp>
#include <encore/exec/infer.hpp>
#include <encore/exec/record.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/initialise.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

using namespace encore;

namespace {

Batch batch_of(const std::string& lengths, std::int64_t vocabulary) {
  std::vector<std::int64_t> sizes;
  if (const std::size_t x = lengths.find('x'); x != std::string::npos) {
    sizes.assign(std::size_t(std::stoll(lengths.substr(0, x))), std::stoll(lengths.substr(x + 1)));
  } else {
    for (std::size_t begin = 0; begin < lengths.size();) {
      const std::size_t end = std::min(lengths.find(',', begin), lengths.size());
      sizes.push_back(std::stoll(lengths.substr(begin, end - begin)));
      begin = end + 1;
    }
  }
  Batch batch;
  std::uint64_t state = 1;
  for (const std::int64_t size : sizes) {
    std::vector<std::int32_t> ids(static_cast<std::size_t>(size));
    for (std::int32_t& id : ids) id = std::int32_t((state = scope_hash(state, 1)) % std::uint64_t(vocabulary));
    batch.add(ids);
  }
  return batch;
}

// Median milliseconds of `run`, which only asks for work: several passes are waited for together. About a second in all.
template <class Run>
double median_ms(Context<Cuda>& context, Run&& run) {
  const auto timed = [&](int passes) {
    context.synchronise();
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < passes; ++i) run();
    context.synchronise();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() / passes;
  };
  timed(2);
  const int passes = std::clamp(int(50 / timed(2)), 1, 50);
  std::vector<double> times(15);
  for (double& time : times) time = timed(passes);
  std::nth_element(times.begin(), times.begin() + 7, times.end());
  return times[7];
}

void bench(const std::string& folder, const std::string& precision, bool backward,
           const std::vector<std::string>& workloads) {
  Context<Cuda> context({.precision = precision_from_name(precision)});
  const EncoderModel<BertSpec> model(BertSpec::config(ModelFolder::open(folder).config()));
  const Parameters<Cuda> parameters =
      initialise(context, model, {.seed = 1, .kind = backward ? StoreKind::training : StoreKind::inference});
  Parameters<Cuda> gradients(context, model.layout(), StoreKind::gradients);
  for (const std::string& lengths : workloads) {
    const Batch batch = batch_of(lengths, model.config().shape.vocabulary);
    const auto forward = [&](auto& ex) { return model.encoder()(ex, indices_of(ex, batch)); };
    Tensor<float> dy(Shape{batch.segments().tokens(), model.config().shape.hidden});
    const double ms = median_ms(context, [&] {
      if (!backward) {
        infer(context, parameters, batch.segments(), {}, [&](auto& ex) { forward(ex); });
        return;
      }
      Record<Cuda> ex(context, parameters, batch.segments(), &gradients);
      const auto y = forward(ex);
      ex.backward(y, dy.matrix());
    });
    std::printf("{\"lengths\": \"%s\", \"tokens\": %lld, \"ms\": %.4f, \"tokens_per_second\": %.0f}\n",
                lengths.size() < 40 ? lengths.c_str() : "mixed", static_cast<long long>(batch.segments().tokens()), ms,
                1e3 * double(batch.segments().tokens()) / ms);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto flag = std::find(arguments.begin(), arguments.end(), "--backward");
    const bool backward = flag != arguments.end();
    if (backward) arguments.erase(flag);
    if (arguments.size() < 3) {
      std::fprintf(stderr, "usage: encore_bench_cuda FOLDER f32|bf16 [--backward] LENGTHS...\n");
      return 2;
    }
    bench(arguments[0], arguments[1], backward, {arguments.begin() + 2, arguments.end()});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
