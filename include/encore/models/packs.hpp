// SPDX-License-Identifier: Apache-2.0
// Many texts, cut into packs of a bounded number of tokens. Packing changes no bit of a result (law 4), so the longest
// texts go first and memory stays where the first pack put it.
#pragma once

#include <encore/backend/workspace.hpp>
#include <encore/core/batch.hpp>

#include <algorithm>
#include <functional>
#include <new>
#include <span>
#include <stop_token>
#include <type_traits>
#include <vector>

namespace encore {

// How many texts are run at a time, who is told, and who may stop it.
struct RunOptions {
  std::int64_t tokens_per_pack = 2048;  // a longer text makes a pack of its own
  // Called after each pack with the number of texts done and of all texts. It may run models on the same context.
  std::function<void(std::size_t done, std::size_t total)> progress;
  std::stop_token stop;  // asked between packs; a stopped run throws Stopped
};

// The run was stopped by its stop token; results are incomplete.
class Stopped : public Error {
 public:
  using Error::Error;
};

namespace detail {
// The workspace's batch and order for the time of a run, so that one no larger than the last allocates nothing. They
// are the run's own while it lasts: what its progress function runs on the same context takes others.
class LentPacking {
 public:
  // Throws ArgumentError where the context is in use.
  explicit LentPacking(WorkspaceTables& workspace) : workspace_(workspace), packing_(taken_from(workspace)) {}
  LentPacking(const LentPacking&) = delete;
  LentPacking& operator=(const LentPacking&) = delete;
  ~LentPacking() {
    const WorkspaceClaim claim(workspace_, std::nothrow);
    if (claim) workspace_.packing = std::move(packing_);  // else somebody else's stays
  }
  Packing* operator->() { return &packing_; }

 private:
  static Packing taken_from(WorkspaceTables& workspace) {
    const WorkspaceClaim claim(workspace);
    return std::move(workspace.packing);
  }

  WorkspaceTables& workspace_;
  Packing packing_;
};
}  // namespace detail

// Calls run(batch, which) for each pack: the packed sequences and the indices of their texts. Throws ArgumentError for
// a budget below 1 or a context in use, InputError for an empty sequence, Stopped.
template <class Run>
void for_each_pack(WorkspaceTables& workspace, std::span<const Encoding> encodings, const RunOptions& options,
                   Run&& run) {
  if (options.tokens_per_pack < 1)
    throw ArgumentError("tokens_per_pack = " + std::to_string(options.tokens_per_pack) + " is not positive");
  detail::LentPacking packing(workspace);
  Batch& batch = packing->batch;
  std::vector<std::size_t>& order = packing->order;
  order.resize(encodings.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
    if (encodings[i].ids.empty()) throw InputError("text " + std::to_string(i) + " has no tokens");
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return encodings[a].ids.size() != encodings[b].ids.size() ? encodings[a].ids.size() > encodings[b].ids.size()
                                                              : a < b;
  });
  for (std::size_t first = 0; first < order.size();) {
    if (options.stop.stop_requested())
      throw Stopped("stopped after " + std::to_string(first) + " of " + std::to_string(order.size()) + " texts");
    batch.clear();
    std::size_t last = first;
    do {
      const Encoding& encoding = encodings[order[last]];
      batch.add(encoding.ids, encoding.type_ids, encoding.prompt_tokens);
      ++last;
    } while (last < order.size() &&
             batch.segments().tokens() + std::int64_t(encodings[order[last]].ids.size()) <= options.tokens_per_pack);
    run(batch, std::span<const std::size_t>(order).subspan(first, last - first));
    first = last;
    if (options.progress) options.progress(first, order.size());
  }
}

}  // namespace encore
