// SPDX-License-Identifier: Apache-2.0
// Hook S of attention: what a functor of the user's makes of every score, s'_ij = f(s_ij, i - j, n_1h, .., n_kh), inside
// the online softmax; n are k numbers of head h. Backward is taken with dual numbers. (FlexAttention's score_mod, Dong et
// al. 2024, with gradients of the numbers.)
#pragma once

#include <encore/core/scalar.hpp>
#include <encore/core/tensor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace encore {

// How many numbers of each head a function of scores may have.
inline constexpr std::size_t max_score_numbers = 8;

// No numbers of heads.
struct NoNumbers {};

// f and its numbers, a value [k, heads]; see score_function().
template <class F, std::size_t k, class Numbers>
struct ScoreFunctor {
  F f;
  Numbers numbers{};
};

namespace detail {

template <class S, std::size_t>
using same_scalar = S;
template <class F, class S, class Counted>
inline constexpr bool scores_with = false;
template <class F, class S, std::size_t... i>
inline constexpr bool scores_with<F, S, std::index_sequence<i...>> =
    std::is_invocable_r_v<S, const F&, S, S, same_scalar<S, i>...>;

template <class F, class T, std::size_t... i>
T call_score(const void* f, const T& score, const T& distance, [[maybe_unused]] const T* n, std::index_sequence<i...>) {
  return (*static_cast<const F*>(f))(score, distance, n[i]...);
}

// Says so once where f cannot be called with scalars of every kind.
template <class F, std::size_t k>
consteval void require_score_function() {
  static_assert(k <= max_score_numbers, "encore: a function of scores takes at most 8 numbers of each head");
  static_assert(std::is_trivially_copyable_v<F>,
                "encore: a function of scores must be trivially copyable: it travels to the kernel by value");
  constexpr bool sound =
      scores_with<F, float, std::make_index_sequence<k>> && scores_with<F, Dual<float>, std::make_index_sequence<k>>;
  static_assert(
      sound,
      "encore: a function of scores takes the score, the distance i - j and the head's numbers, scalars of any "
      "type (auto), and returns one");
}

}  // namespace detail

// A function of scores without numbers: score_function([](auto score, auto distance) { return ..; }).
template <class F>
ScoreFunctor<F, 0, NoNumbers> score_function(F f) {
  detail::require_score_function<F, 0>();
  return {f};
}
// With k numbers of each head: `numbers` is a value [k, heads].
template <std::size_t k, class F, class Value>
ScoreFunctor<F, k, Value> score_function(F f, const Value& numbers) {
  detail::require_score_function<F, k>();
  return {f, numbers};
}

// Scores [rows, cols] of one head; those of row r and column c are `distance` + r - c apart.
struct ScoreBlock {
  float* scores = nullptr;
  std::int64_t stride = 0;
  std::int64_t rows = 0, cols = 0;  // cols: a multiple of the vector length of the instruction set
  std::int64_t distance = 0;
};

// The same as kernels are told of it, whatever the functor: functions compiled in the user's file.
template <class S>
struct ScoreHook {
  const void* f = nullptr;  // null: the hook is unused
  std::size_t count = 0;    // of numbers
  MatrixView<const S> numbers{};

  // f(score, distance, numbers), of one score.
  S (*value)(const void* f, S score, S distance, const S* numbers) = nullptr;
  // d[0] by the score, d[1 + i] by number i.
  void (*derivatives)(const void* f, S score, S distance, const S* numbers, S* d) = nullptr;
  // For backends that go block by block. Scores are in units of log 2.
  void (*block)(const void* f, const ScoreBlock& block, const S* numbers) = nullptr;

  explicit operator bool() const { return f != nullptr; }
  // The numbers of one head, zeros behind the first `count`.
  std::array<S, max_score_numbers> of_head(std::int64_t head) const {
    std::array<S, max_score_numbers> result{};
    for (std::size_t i = 0; i < count; ++i) result[i] = numbers(std::int64_t(i), head);
    return result;
  }
};

// The hook of f on scalars S; `block` is left to the backend.
template <class S, std::size_t k, class F>
ScoreHook<S> score_hook(const F& f, MatrixView<const S> numbers) {
  using Numbers = std::make_index_sequence<k>;
  ScoreHook<S> hook{&f, k, numbers};
  hook.value = [](const void* g, S score, S distance, const S* n) -> S {
    return detail::call_score<F>(g, score, distance, n, Numbers{});
  };
  hook.derivatives = [](const void* g, S score, S distance, const S* n, S* d) {
    std::array<Dual<S>, k + 1> duals{};  // the last is not used: there is no array of none
    for (std::size_t i = 0; i < k; ++i) duals[i] = n[i];
    d[0] = detail::call_score<F>(g, Dual<S>{score, S(1)}, Dual<S>(distance), duals.data(), Numbers{}).d;
    for (std::size_t i = 0; i < k; ++i) {
      duals[i].d = S(1);
      d[1 + i] = detail::call_score<F>(g, Dual<S>(score), Dual<S>(distance), duals.data(), Numbers{}).d;
      duals[i].d = S(0);
    }
  };
  return hook;
}

}  // namespace encore
