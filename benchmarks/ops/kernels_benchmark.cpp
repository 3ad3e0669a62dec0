// SPDX-License-Identifier: Apache-2.0
// The CPU kernels one by one, for every instruction set of this machine, on one thread: GF/s, and the share of what a
// loop of independent FMAs reaches right before and after. Weights are cold, the next of a ring of copies as large as a
// model, because warm weights flatter everybody below 32 rows. Time is the thread's own, so that neighbours disturb
// less.
//
// Zen 4 (EPYC, 2 vCPU, 117 GF/s of FMA in both widths, 28 GB/s of cold reads), g++ 12.2; other programs were running,
// so of two runs the better median, share of peak in %:
//   rows                1    8   32  128  512          1    8   32  128  512
//   384 -> 1536 avx512  8   82   91   87   88   avx2   9   77   80   79   81
//   1536 -> 384         9   79   97   96   96          9   84   92   91   85
//   768 -> 3072        12   91   91   92   92          9   73   84   81   87
//   3072 -> 768        10   81   93   93   92          8   72   87   82   83
// One row is bound by memory: 18 to 23 GB/s. The best rounds mostly reach 90 to 100 %. GELU in the
// epilogue costs about 3 % at K = 384. Attention, 12 heads, avx512, best: 128 x 64 0.54 ms, 512 x 64 9.0 ms, 2048 x 64
// 142 ms.
#include <encore/backend/cpu/kernel_table.hpp>
#include <encore/backend/cpu/score_block.hpp>
#include <encore/core/aligned.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

namespace {

using encore::Activation;
using encore::AlignedBuffer;
using encore::cpu::index;
using encore::cpu::KernelTable;

double thread_seconds() {
  std::timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

// GF/s of twelve independent chains of FMAs of that instruction set's width, for about 50 us; 0 where it is unknown.
double probe_peak(const KernelTable& table) {
#if defined(__x86_64__)
#define ENCORE_PROBE(R)                                                                  \
  "vfmadd231ps %%" R "12, %%" R "12, %%" R "0\n\tvfmadd231ps %%" R "12, %%" R "12, %%" R \
  "1\n\t"                                                                                \
  "vfmadd231ps %%" R "12, %%" R "12, %%" R "2\n\tvfmadd231ps %%" R "12, %%" R "12, %%" R \
  "3\n\t"                                                                                \
  "vfmadd231ps %%" R "12, %%" R "12, %%" R "4\n\tvfmadd231ps %%" R "12, %%" R "12, %%" R \
  "5\n\t"                                                                                \
  "vfmadd231ps %%" R "12, %%" R "12, %%" R "6\n\tvfmadd231ps %%" R "12, %%" R "12, %%" R \
  "7\n\t"                                                                                \
  "vfmadd231ps %%" R "12, %%" R "12, %%" R "8\n\tvfmadd231ps %%" R "12, %%" R "12, %%" R \
  "9\n\t"                                                                                \
  "vfmadd231ps %%" R "12, %%" R "12, %%" R "10\n\tvfmadd231ps %%" R "12, %%" R "12, %%" R "11\n\t"
#define ENCORE_PROBE_CLOBBERS \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12"
  const std::string isa = table.isa;
  const int width = isa == "avx512" ? 16 : isa == "avx2" ? 8 : 0;
  if (!width) return 0;
  constexpr int rounds = 25000;
  const double begin = thread_seconds();
  if (width == 16)
    for (int i = 0; i < rounds; ++i) __asm__ volatile(ENCORE_PROBE("zmm") : : : ENCORE_PROBE_CLOBBERS);
  else
    for (int i = 0; i < rounds; ++i) __asm__ volatile(ENCORE_PROBE("ymm") : : : ENCORE_PROBE_CLOBBERS);
  __asm__ volatile("vzeroupper" : : : ENCORE_PROBE_CLOBBERS);
  return 2e-9 * rounds * 12 * width / (thread_seconds() - begin);
#else
  (void)table;
  return 0;
#endif
}

AlignedBuffer<float> numbers(index n) {
  AlignedBuffer<float> x{std::size_t(n)};
  for (index i = 0; i < n; ++i) x[std::size_t(i)] = 0.01f * float((std::uint32_t(i) * 2654435761u) >> 20 & 15) - 0.07f;
  return x;
}

// Runs work() per iteration, of so many floating-point operations, and reports GF/s and the median share of peak.
template <class Work>
void measure(benchmark::State& state, const KernelTable& table, double flops, Work work) {
  std::vector<double> seconds, shares;
  for (auto _ : state) {
    const double before = probe_peak(table), begin = thread_seconds();
    work();
    const double time = thread_seconds() - begin, peak = std::max(before, probe_peak(table));
    state.SetIterationTime(time);
    seconds.push_back(time);
    if (peak > 0) shares.push_back(flops / time * 1e-9 / peak);
  }
  const auto median = [](std::vector<double>& v) {
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
  };
  state.counters["median_us"] = median(seconds) * 1e6;
  if (flops > 0) state.counters["GF/s"] = flops / median(seconds) * 1e-9;
  if (flops > 0 && !shares.empty()) state.counters["peak_%"] = 100 * median(shares);
}

void gemm(benchmark::State& state, const KernelTable& table, index k, index n, Activation activation) {
  const index rows = state.range(0), floats = n * k, copies = std::max<index>(1, 85 * 1024 * 1024 / 4 / floats);
  static const AlignedBuffer<float> ring = numbers(85 * 1024 * 1024 / 4 + 4 * 1024 * 1024);
  const AlignedBuffer<float> x = numbers(rows * (k + 16)), bias = numbers(n);
  AlignedBuffer<float> y = numbers(rows * (n + 16));
  index copy = 0;
  measure(state, table, 2.0 * double(rows) * double(floats), [&] {
    encore::cpu::GemmTask t;
    t.x = x.data();
    t.ldx = k + 16;
    t.rows = rows;
    t.weights = ring.data() + floats * (copy++ % copies);
    t.panels = n / table.panel;
    t.k = k;
    t.next_weights = ring.data() + floats * (copy % copies);
    t.bias = bias.data();
    t.activation = activation;
    t.y = y.data();
    t.ldy = n + 16;
    table.gemm(t);
  });
  state.counters["GB/s"] = double(floats) * 4e-3 / state.counters["median_us"];
}

// Functions of scores (hook S): ALiBi with a slope of each head, and a cap by tanh.
struct Slope {
  template <class S>
  S operator()(S score, S distance, S slope) const {
    return score - slope * encore::abs(distance);
  }
};
struct Cap {
  template <class S>
  S operator()(S score, S, S size) const {
    return size * encore::tanh(score / size);
  }
};
template <class F>
encore::ScoreHook<float> hook_of(const F& f, std::string_view isa) {
  static const float number[] = {0.5f};
  encore::ScoreHook<float> hook = encore::score_hook<float, 1>(f, encore::MatrixView<const float>{number, 1, 1, 1});
  hook.block = encore::cpu::tile_function<encore::cpu::ScoreBlocks<F, 1>>(isa);
  return hook;
}

void attention(benchmark::State& state, const KernelTable& table, index head_size, index window,
               const encore::ScoreHook<float>* score = nullptr) {
  const index length = state.range(0), heads = 12, ld = 3 * heads * head_size + 16;
  const AlignedBuffer<float> qkv = numbers(length * ld);
  AlignedBuffer<float> out = numbers(length * heads * head_size);
  AlignedBuffer<float> scratch = numbers(table.attention_scratch(length, head_size, {}));
  const index seen = window < 0 ? length : std::min(length, 2 * window + 1);
  measure(state, table, 4.0 * double(heads * length * seen * head_size), [&] {
    for (index h = 0; h < heads; ++h) {
      encore::cpu::AttentionTask t;
      t.q = qkv.data() + h * head_size;
      t.k = t.q + heads * head_size;
      t.v = t.k + heads * head_size;
      t.ldq = t.ldk = t.ldv = ld;
      t.out = out.data() + h * head_size;
      t.ldo = heads * head_size;
      t.length = t.row_end = length;
      t.head_size = head_size;
      t.scale = 1 / std::sqrt(float(head_size));
      t.window = window;
      t.score = score;
      if (score) t.score_numbers = score->of_head(0);
      table.attention(t, scratch.data());
    }
  });
}

void activate(benchmark::State& state, const KernelTable& table, Activation activation) {
  const AlignedBuffer<float> x = numbers(3072);
  AlignedBuffer<float> storage = numbers(3072 + 1024);
  // Half a page away from x, modulo the page: else each load seems to depend on the store before it.
  float* y = storage.data();
  while ((reinterpret_cast<std::uintptr_t>(y) - reinterpret_cast<std::uintptr_t>(x.data())) % 4096 != 2048) ++y;
  measure(state, table, 0, [&] {
    encore::cpu::MapTask t;
    t.x = x.data();
    t.y = y;
    t.cols = 3072;
    t.rows = 100;  // of the same 3072 elements: in the first-level cache
    t.activation = activation;
    table.activate(t);
  });
  state.counters["ns/element"] = state.counters["median_us"] * 1e3 / 307200;
}

void layer_norm(benchmark::State& state, const KernelTable& table) {
  const index cols = state.range(0), rows = 8;
  const AlignedBuffer<float> x = numbers(rows * cols), residual = numbers(rows * cols), gain = numbers(cols),
                             bias = numbers(cols);
  AlignedBuffer<float> y = numbers(rows * cols);
  measure(state, table, 0, [&] {
    encore::cpu::NormTask t;
    t.x = x.data();
    t.residual = residual.data();
    t.y = y.data();
    t.ldx = t.ldresidual = t.ldy = t.cols = cols;
    t.rows = rows;
    t.gain = gain.data();
    t.bias = bias.data();
    t.eps = 1e-12f;
    for (int i = 0; i < 20; ++i) table.layer_norm(t);
  });
  state.counters["ns/row"] = state.counters["median_us"] * 1e3 / double(20 * rows);
}

void pack(benchmark::State& state, const KernelTable& table, index k, index n) {
  const AlignedBuffer<float> w = numbers(n * k);
  AlignedBuffer<float> packed = numbers(table.packed_size(n, k));
  measure(state, table, 0, [&] { table.pack_weights(w.data(), k, n, k, packed.data()); });
  state.counters["GB/s"] = double(n * k) * 4e-3 / state.counters["median_us"];
}

void add_benchmarks(const KernelTable& table) {
  const std::string isa = table.isa;
  const auto timed = [](benchmark::internal::Benchmark* b) {
    b->UseManualTime()->MinTime(0.2)->Unit(benchmark::kMicrosecond);
  };
  const auto add = [&](const std::string& name, auto function) {
    return benchmark::RegisterBenchmark((isa + "/" + name).c_str(), function);
  };
  for (const auto& [k, n] : {std::pair<index, index>{384, 1536}, {1536, 384}, {768, 3072}, {3072, 768}})
    for (index rows : {1, 8, 32, 128, 512})
      timed(add("gemm/" + std::to_string(k) + "to" + std::to_string(n), [&table, k = k, n = n](benchmark::State& s) {
              gemm(s, table, k, n, Activation::identity);
            })->Arg(rows));
  timed(add("gemm_gelu/384to1536", [&table](benchmark::State& s) {
          gemm(s, table, 384, 1536, Activation::gelu_erf);
        })->Arg(128));
  for (index head_size : {32, 64})
    for (index length : {8, 32, 128, 512})
      timed(add("attention/" + std::to_string(head_size), [&table, head_size](benchmark::State& s) {
              attention(s, table, head_size, -1);
            })->Arg(length));
  static const Slope slope;
  static const Cap cap;
  const std::pair<const char*, encore::ScoreHook<float>> functions[] = {{"slope", hook_of(slope, table.isa)},
                                                                        {"tanh", hook_of(cap, table.isa)}};
  for (const auto& [name, hook] : functions)
    timed(add(std::string("attention/64/") + name, [&table, hook = hook](benchmark::State& s) {
            attention(s, table, 64, -1, &hook);
          })->Arg(512));
  timed(add("attention/64/window64", [&table](benchmark::State& s) { attention(s, table, 64, 64); })->Arg(2048));
  for (int i = 0; i < encore::activation_count; ++i) {
    const Activation a = Activation(i);
    timed(add("activate/" + std::string(encore::name_of(a)),
              [&table, a](benchmark::State& s) { activate(s, table, a); }));
  }
  for (index cols : {384, 768})
    timed(add("layer_norm", [&table](benchmark::State& s) { layer_norm(s, table); })->Arg(cols));
  timed(add("pack/768to3072", [&table](benchmark::State& s) { pack(s, table, 768, 3072); }));
}

[[maybe_unused]] const bool added = [] {
  for (const char* isa : {"avx512", "avx2", "baseline"})
    if (const KernelTable* table = encore::cpu::table_for(isa)) add_benchmarks(*table);
  return true;
}();

}  // namespace
