// SPDX-License-Identifier: Apache-2.0
// A task's description and its weights on a backend: immutable, cheap to copy, and run by any number of threads at
// once, each with its own Context.
#pragma once

#include <encore/backend/parameters.hpp>
#include <encore/io/model_folder.hpp>
#include <encore/models/load_weights.hpp>

#include <memory>
#include <utility>

namespace encore {

// A task T has
//   static T open(const ModelFolder&)                    reads the configuration
//   layout()                                             what it needs
//   check(folder, options)                               optional: compares that with the folder's files
//   load(context, folder, parameters, options)           fills the store
//   run(context, parameters, arguments...)               const; the call operator below passes its arguments on
template <class T, BackendTag B>
class Loaded {
 public:
  Loaded(T task, Parameters<B> parameters)
      : state_(std::make_shared<const State>(std::move(task), std::move(parameters))) {}

  const T& task() const { return state_->task; }
  const T* operator->() const { return &state_->task; }
  const Parameters<B>& parameters() const { return state_->parameters; }

  template <class... Arguments>
  auto operator()(const Context<B>& context, Arguments&&... arguments) const {
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
Loaded<T, B> load(const Context<B>& context, const ModelFolder& folder, const LoadOptions& options = {}) {
  T task = T::open(folder);
  if constexpr (requires { task.check(folder, options); }) task.check(folder, options);
  Parameters<B> parameters(context, task.layout(), StoreKind::inference);
  task.load(context, folder, parameters, options);
  return {std::move(task), std::move(parameters)};
}

}  // namespace encore
