// SPDX-License-Identifier: Apache-2.0
#include "embedder.hpp"

#include "choose.hpp"
#include "parallel.hpp"
#include "progress.hpp"

#include <encore/models/any_encoder.hpp>
#include <encore/text/tokenizer.hpp>

#include <cstdio>

namespace encore::cli {

namespace {

template <class B>
class BackendEmbedder final : public Embedder {
 public:
  BackendEmbedder(Context<B> context, const ModelFolder& folder)
      : context_(std::move(context)),
        parallel_(parallel_of(context_)),
        tokenizer_(Tokenizer::from(folder)),
        workspaces_(std::size_t(parallel_.concurrency())),
        model_(AnySentenceEncoder<B>::open(context_, folder)) {}

  std::int64_t dimension() const override { return model_->dimension(); }
  std::int64_t max_tokens() const override { return model_->max_tokens(); }
  const std::optional<SentenceTransformer>& settings() const override { return model_->sentence_transformer(); }
  std::string machine() const override { return machine_of(context_); }

  Tensor<float> embed(std::span<const std::string> texts, const std::string& prompt,
                      const std::function<void(std::size_t)>& progress) override {
    std::vector<Encoding> encodings(texts.size());
    for_each_index(parallel_, texts.size(), [&](std::size_t i, std::size_t worker) {
      const EncodeOptions options{.max_length = max_tokens(), .prompt = prompt};
      tokenizer_.encode_ids(texts[i], encodings[i], workspaces_[worker], options);
      check(encodings[i], counts_.texts + i);
    });
    RunOptions run;
    run.progress = [&](std::size_t done, std::size_t) { progress(done); };
    Tensor<float> vectors(Shape{std::int64_t(encodings.size()), dimension()});
    model_->run(context_, encodings, vectors.matrix(), run);
    counts_.texts += texts.size();
    for (const Encoding& encoding : encodings) {
      counts_.tokens += encoding.ids.size();
      counts_.cut += encoding.truncated ? 1 : 0;
    }
    return vectors;
  }

 private:
  // The tokenizer may know more tokens than the embedding table has rows.
  void check(const Encoding& encoding, std::size_t text) const {
    const std::int64_t vocabulary = model_->shape().vocabulary;
    if (tokenizer_.vocabulary_size() <= vocabulary) return;
    for (const std::int32_t id : encoding.ids)
      if (id >= vocabulary)
        throw InputError("text " + std::to_string(text + 1) + ": token " + in_quotes(tokenizer_.token_of(id)) +
                         " has the id " + std::to_string(id) + ", the model's vocabulary has " +
                         std::to_string(vocabulary) + " tokens");
  }

  Context<B> context_;
  Parallel parallel_;
  Tokenizer tokenizer_;
  std::vector<TokenizerWorkspace> workspaces_;
  std::unique_ptr<AnySentenceEncoder<B>> model_;
};

}  // namespace

std::unique_ptr<Embedder> Embedder::open(const ModelOptions& options) {
  const ModelFolder folder = ModelFolder::open(options.model);
  return with_backend(options, [&]<class B>(Context<B> context) -> std::unique_ptr<Embedder> {
    return std::make_unique<BackendEmbedder<B>>(std::move(context), folder);
  });
}

std::string prompt_named(const Prompts& prompts, const std::string& name) {
  if (name.empty()) return {};
  if (const auto found = prompts.texts.find(name); found != prompts.texts.end()) return found->second;
  std::string known;
  for (const auto& [other, text] : prompts.texts) known += " " + other;
  throw UsageError("the model has no prompt '" + name + "'; there " + (known.empty() ? "are none" : "is" + known));
}

std::string Embedder::prompt(const std::string& name) const {
  return prompt_named(settings() ? settings()->prompts : Prompts(), name);
}
std::string Embedder::default_prompt() const {
  return settings() ? std::string(settings()->prompts.default_text()) : std::string();
}
std::string Embedder::first_prompt(std::initializer_list<const char*> names) const {
  if (!settings()) return {};
  const auto& prompts = settings()->prompts.texts;
  for (const char* name : names)
    if (const auto found = prompts.find(name); found != prompts.end()) return found->second;
  return {};
}

std::string Embedder::report(double seconds) const {
  char rate[64];
  std::snprintf(rate, sizeof rate, " in %.2f s: %.0f texts/s on ", seconds,
                double(counts_.texts) / std::max(seconds, 1e-9));
  std::string line = counted(counts_.texts, "text") + " (" + counted(counts_.tokens, "token") + ")" + rate + machine();
  if (counts_.cut > 0)
    line += "\n" + grouped(counts_.cut) + (counts_.cut == 1 ? " text was" : " texts were") + " cut to " +
            counted(std::size_t(max_tokens()), "token");
  return line + "\n";
}

}  // namespace encore::cli
