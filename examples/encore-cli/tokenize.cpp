// SPDX-License-Identifier: Apache-2.0
// encore tokenize: what the model reads of a text.
#include "errors.hpp"
#include "input.hpp"
#include "options.hpp"
#include "output.hpp"
#include "parallel.hpp"

#include <encore/io/model_folder.hpp>
#include <encore/text/tokenizer.hpp>

#include <nlohmann/json.hpp>

#include <cstdio>

namespace encore::cli {

namespace {

struct TokenizeOptions {
  ModelOptions model;
  std::string input;
  bool json = true;
  std::int64_t max_length = 0;  // 0: no limit
};

std::string to_json(const Encoding& encoding) {
  nlohmann::ordered_json object;
  object["input_ids"] = encoding.ids;
  object["token_type_ids"] = encoding.type_ids;
  object["tokens"] = encoding.tokens;
  object["offsets"] = nlohmann::ordered_json::array();
  for (const Span& span : encoding.offsets) object["offsets"].push_back({span.begin, span.end});
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void tokenize(const TokenizeOptions& options) {
  const ModelFolder folder = ModelFolder::open(options.model.model);
  const Tokenizer tokenizer = Tokenizer::from(folder);
  EncodeOptions encode;
  if (options.max_length > 0) encode.max_length = options.max_length;
  LineReader reader(options.input);
  reader.refuse_as_output("-");
  ThreadPool pool(threads_of(options.model));
  const Parallel parallel(pool);

  Stdout out;
  constexpr std::size_t lines_per_block = 1024;
  constexpr std::size_t bytes_per_block = std::size_t{1} << 20;
  std::string line;
  for (bool more = true; more;) {
    std::vector<TextItem> items;
    for (std::size_t bytes = 0; items.size() < lines_per_block && bytes < bytes_per_block; bytes += line.size()) {
      if (!(more = reader.next(line))) break;
      items.push_back(options.json ? parse_text_item(line, reader.where()) : TextItem{line, {}});
    }
    std::vector<std::string> results(items.size());
    try {
      for_each_index(parallel, items.size(), [&](std::size_t i, std::size_t) {
        const TextItem& item = items[i];
        results[i] = to_json(item.second ? tokenizer.encode(item.first, *item.second, encode)
                                         : tokenizer.encode(item.first, encode)) +
                     "\n";
      });
    } catch (const ArgumentError& error) {  // no room for the special tokens
      throw UsageError("--max-length: " + std::string(error.what()));
    }
    for (const std::string& result : results) out.write(result);
  }
  out.finish();
  std::fputs(reader.remark().c_str(), stderr);
}

}  // namespace

void add_tokenize(CLI::App& program, Action& action) {
  const auto options = std::make_shared<TokenizeOptions>();
  CLI::App* command = add_command(
      program, "tokenize", "Token ids, types, tokens and offsets of texts, as JSON",
      "Offsets are in code points. What a tokenizer.json says about padding and truncation does not apply.",
      "echo '[\"A question?\", \"Its answer.\"]' | encore tokenize bert-base-uncased --input -", options->model);
  command->add_option("-i,--input", options->input, "A line: a JSON string, or [\"a\", \"b\"] for a pair; - is stdin")
      ->required()
      ->type_name("FILE");
  add_choice(
      *command, "--input-format", {"text", "jsonl"}, [options](std::size_t i) { options->json = i == 1; },
      "jsonl (default) or text: a line is a text as it is", "FORMAT");
  add_integer(*command, "--max-length", options->max_length, 1, 1 << 30,
              "Cut to N tokens, special ones included; of a pair the longer text");
  add_model_options(*command, options->model);
  command->callback([options, &action] { action = [options] { tokenize(*options); }; });
}

}  // namespace encore::cli
