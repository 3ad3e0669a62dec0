// SPDX-License-Identifier: Apache-2.0
// encore info: what a model is and what it costs. Reads configuration and tensor names, no weights.
#include "choose.hpp"
#include "errors.hpp"
#include "output.hpp"
#include "progress.hpp"

#include <encore/models/any_encoder.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdio>
#include <optional>

namespace encore::cli {

namespace {

struct Load {
  std::int64_t texts = 0;
  std::int64_t tokens = 0;  // of each text
};

struct InfoOptions {
  ModelOptions model;
  std::vector<Load> loads;
  bool json = false;
};

// "32x128"
std::optional<Load> parse_load(std::string_view text) {
  const std::size_t cross = text.find('x');
  if (cross == text.npos) return std::nullopt;
  const auto number = [](std::string_view digits) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value >= 1 && value <= (1 << 24) ? value : 0;
  };
  const Load load{number(text.substr(0, cross)), number(text.substr(cross + 1))};
  return load.texts && load.tokens ? std::optional(load) : std::nullopt;
}

Batch batch_of(const Load& load) {
  Batch batch;
  const std::vector<std::int32_t> ids(std::size_t(load.tokens), 0);
  for (std::int64_t i = 0; i < load.texts; ++i) batch.add(ids);
  return batch;
}

std::string_view name_of(Pooling pooling) {
  switch (pooling) {
    case Pooling::first: return "cls";
    case Pooling::last: return "last";
    case Pooling::mean: return "mean";
    case Pooling::max: return "max";
    case Pooling::mean_sqrt: return "mean_sqrt";
    case Pooling::weighted_mean: return "weighted_mean";
  }
  return "?";
}

std::vector<Load> loads_of(const InfoOptions& options, std::optional<std::int64_t> limit) {
  if (options.loads.empty()) {
    std::vector<Load> loads;
    for (const Load& load : {Load{1, 8}, Load{1, 32}, Load{1, 128}, Load{1, 512}, Load{32, 128}})
      if (!limit || load.tokens <= *limit) loads.push_back(load);
    if (loads.empty()) loads.push_back({1, *limit});
    return loads;
  }
  for (const Load& load : options.loads)
    if (limit && load.tokens > *limit)
      throw UsageError("--load: " + std::to_string(load.tokens) + " tokens, the model takes at most " +
                       std::to_string(*limit));
  return options.loads;
}

// What modules.json adds; null for a folder without it.
template <class B>
nlohmann::ordered_json sentence_vectors(Context<B>& context, const ModelFolder& folder) {
  const auto settings = folder.sentence_transformer();
  if (!settings) return nullptr;
  const auto encoder = AnySentenceEncoder<B>::open(context, folder, WeightsFrom::nowhere);
  nlohmann::ordered_json json;
  json["dimension"] = encoder->dimension();
  json["max_tokens"] = encoder->max_tokens();
  for (const Pooling pooling : encoder->poolings()) json["pooling"].push_back(name_of(pooling));
  json["normalised"] = encoder->normalises();
  json["similarity"] = settings->similarity.value_or("cosine");
  json["prompts"] = settings->prompts.texts;
  if (settings->prompts.default_name) json["default_prompt"] = *settings->prompts.default_name;
  return json;
}

template <class B>
nlohmann::ordered_json describe(Context<B>& context, const ModelFolder& folder, const InfoOptions& options) {
  const bool has_weights = folder.has("model.safetensors") || folder.has("model.safetensors.index.json");
  const auto model = AnyEncoder<B>::open(context, folder, {.weights = WeightsFrom::nowhere});
  const ArchitectureDescription about = model->describe();
  const ModelShape& shape = model->shape();
  const HeadOptions& heads = model->heads();

  nlohmann::ordered_json json;
  json["model"] = folder.name();
  json["architecture"] = about.name;
  json["model_type"] = folder.config().text("model_type", about.model_type);
  for (const auto& [policy, text] : about.policies) json["policies"][policy] = text;
  json["sizes"] = {{"vocabulary", shape.vocabulary}, {"hidden", shape.hidden},
                   {"layers", shape.layers},         {"heads", shape.heads},
                   {"head_size", shape.head_size()}, {"intermediate", shape.feed_forward_width()},
                   {"token_types", shape.types}};
  const std::optional<std::int64_t> limit = model->position_limit();
  json["max_tokens"] = limit ? nlohmann::ordered_json(*limit) : nullptr;
  json["parameters"] = model->layout().parameter_count();
  json["weights"] = has_weights;
  json["head"] = encore::name_of(heads.head);
  json["pooler"] = heads.pooler;
  if (heads.head == Head::sequence_classification || heads.head == Head::token_classification)
    json["labels"] = heads.labels;
  json["sentence_vectors"] = sentence_vectors(context, folder);
  json["precisions"] = {{"cpu", {"f32"}}, {"reference", {"f64"}}, {"cuda", {"f32", "bf16"}}};
  json["backend"] = backend_names[std::size_t(options.model.backend)];
  json["isa"] = context.isa();
  json["threads"] = context.threads();
  json["loads"] = nlohmann::ordered_json::array();
  for (const Load& load : loads_of(options, limit)) {
    const ForwardCost cost = model->count(context, batch_of(load));
    json["loads"].push_back({{"texts", load.texts},
                             {"tokens", load.tokens},
                             {"flops", cost.flops},
                             {"flops_per_token", cost.flops / double(load.texts * load.tokens)},
                             {"workspace_bytes", cost.workspace_bytes}});
  }
  return json;
}

std::string words(const nlohmann::ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_unsigned() || value.is_number_integer()) return grouped(value.get<std::size_t>());
  if (value.is_array()) {
    std::string text;
    for (const auto& item : value) text += (text.empty() ? "" : ", ") + words(item);
    return text;
  }
  if (value.is_object()) {
    std::string text;
    for (const auto& [key, item] : value.items()) text += (text.empty() ? "" : ", ") + key + " " + words(item);
    return text;
  }
  return value.is_boolean() ? (value.get<bool>() ? "yes" : "no") : value.is_null() ? "none" : value.dump();
}

std::string table_of(const nlohmann::ordered_json& json) {
  std::string text;
  const auto row = [&](std::string name, std::string value) {
    if (value.empty()) value = "none";
    std::replace(name.begin(), name.end(), '_', ' ');
    name.resize(std::max<std::size_t>(name.size() + 1, 18), ' ');
    text += name + value + "\n";
  };
  for (const auto& [key, value] : json.items()) {
    if (key == "policies" || key == "sizes" || (key == "sentence_vectors" && value.is_object())) {
      for (const auto& [name, item] : value.items()) row(name == "max_tokens" ? "cut to tokens" : name, words(item));
    } else if (key != "loads") {
      row(key, words(value));
    }
  }
  text += "\n   texts x tokens      FLOPs   a token  workspace (" +
          counted(json["threads"].get<std::size_t>(), "thread") + ")\n";
  for (const auto& load : json["loads"]) {
    char line[128];
    std::snprintf(line, sizeof line, "%8lld x %-6lld %10.4g G %7.4g M %10.4g MB\n", load["texts"].get<long long>(),
                  load["tokens"].get<long long>(), load["flops"].get<double>() * 1e-9,
                  load["flops_per_token"].get<double>() * 1e-6, load["workspace_bytes"].get<double>() * 1e-6);
    text += line;
  }
  return text;
}

void info(const InfoOptions& options) {
  const ModelFolder folder = ModelFolder::open(options.model.model);
  const nlohmann::ordered_json json =
      with_backend(options.model, [&](auto&& context) { return describe(context, folder, options); });
  Stdout out;
  out.write(options.json ? json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n" : table_of(json));
  out.finish();
}

}  // namespace

void add_info(CLI::App& program, Action& action) {
  const auto options = std::make_shared<InfoOptions>();
  CLI::App* command =
      add_command(program, "info", "What a model is, and what a forward pass costs",
                  "Costs are FLOPs (multiplications and additions) and bytes of workspace, heads included, for the\n"
                  "backend and threads given; they are counted without running anything.",
                  "encore info all-MiniLM-L6-v2 --load 1x128,64x32 --threads 4", options->model);
  const auto set_loads = [options](const std::string& text) {
    options->loads.clear();
    for (const std::string& part : split_at_commas(text)) {
      const std::optional<Load> load = parse_load(part);
      if (!load) throw CLI::ValidationError("--load", "'" + part + "' is not TEXTSxTOKENS, 32x128 say");
      options->loads.push_back(*load);
    }
  };
  command->add_option_function<std::string>("--load", set_loads, "Loads to count; default 1x8,1x32,1x128,1x512,32x128")
      ->type_name("TEXTSxTOKENS,..");
  command->add_flag("--json", options->json, "One JSON object instead of a table");
  add_model_options(*command, options->model);
  command->callback([options, &action] { action = [options] { info(*options); }; });
}

}  // namespace encore::cli
