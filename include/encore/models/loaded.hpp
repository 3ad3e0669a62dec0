// SPDX-License-Identifier: Apache-2.0
// A task's description and its weights on a backend: immutable, cheap to copy, and run by any number of threads at
// once, each with its own Context.
#pragma once

#include <encore/backend/parameters.hpp>
#include <encore/core/encode_options.hpp>
#include <encore/core/encoding.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/models/load_weights.hpp>
#include <encore/models/packs.hpp>

#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace encore {

// A task T has
//   static T open(const ModelFolder&)                    reads the configuration
//   layout()                                             what it needs
//   check(folder, options)                               optional: compares that with the folder's files
//   load(context, folder, parameters, options)           fills the store
//   encode_options()                                     how its texts are cut
//   run(context, parameters, arguments...)               const; the call operator below passes its arguments on
template <class T, BackendTag B>
class Loaded {
 public:
  // Takes both over; the parameters must be of task.layout().
  Loaded(T task, Parameters<B> parameters)
      : state_(std::make_shared<const State>(std::move(task), std::move(parameters))) {}

  // The description and the numbers.
  const T& task() const { return state_->task; }
  const T* operator->() const { return &state_->task; }
  // The task's weights.
  const Parameters<B>& parameters() const { return state_->parameters; }

  // Texts as this model takes them, of any length: cut at its limit, behind its prompt (encode_options of the task). A
  // tokenizer's other calls leave both to the caller.
  template <class Tokenizer>
  std::vector<Encoding> encode(const Tokenizer& tokenizer, std::initializer_list<std::string_view> texts) const {
    return tokenizer(texts, state_->task.encode_options());
  }
  // texts: a range of strings, string views or TextPairs, contiguous.
  template <class Tokenizer, class Texts>
  std::vector<Encoding> encode(const Tokenizer& tokenizer, const Texts& texts) const {
    return tokenizer(std::span(texts), state_->task.encode_options());
  }

  // No texts, {}, are no rows.
  auto operator()(Context<B>& context, std::span<const Encoding> encodings, const RunOptions& options = {}) const {
    return state_->task.run(context, state_->parameters, encodings, options);
  }
  template <class... Arguments>
  auto operator()(Context<B>& context, Arguments&&... arguments) const {
    return state_->task.run(context, state_->parameters, std::forward<Arguments>(arguments)...);
  }

 private:
  struct State {
    State(T t, Parameters<B> p) : task(std::move(t)), parameters(std::move(p)) {}
    T task;
    Parameters<B> parameters;
  };
  std::shared_ptr<const State> state_;
};

// Reads a model folder into a task on the context's backend. Throws FileError, ConfigError, UnsupportedError,
// WeightsError.
template <class T, class B>
Loaded<T, B> load(Context<B>& context, const ModelFolder& folder, const LoadOptions& options = {}) {
  T task = T::open(folder);
  if constexpr (requires { task.check(folder, options); }) task.check(folder, options);
  Parameters<B> parameters(context, task.layout(), StoreKind::inference);
  task.load(context, folder, parameters, options);
  return {std::move(task), std::move(parameters)};
}

}  // namespace encore
