// SPDX-License-Identifier: Apache-2.0
// encore embed: one vector a text.
#include "embedder.hpp"
#include "errors.hpp"
#include "input.hpp"
#include "output.hpp"
#include "progress.hpp"

#include <encore/io/npy.hpp>

#include <charconv>
#include <cmath>
#include <cstdio>

namespace encore::cli {

namespace {

enum class VectorFormat : std::uint8_t { by_name, npy, jsonl };

struct EmbedOptions {
  ModelOptions model;
  std::string input;
  std::string output;
  TextFormat input_format = TextFormat::by_name;
  VectorFormat output_format = VectorFormat::by_name;
  std::string prompt;
  bool has_prompt = false;
};

VectorFormat format_of(const EmbedOptions& options) {
  if (options.output_format != VectorFormat::by_name) return options.output_format;
  if (options.output == "-" || options.output.ends_with(".jsonl")) return VectorFormat::jsonl;
  if (options.output.ends_with(".npy")) return VectorFormat::npy;
  throw UsageError("--output: '" + options.output +
                   "' ends in neither .npy nor .jsonl; --output-format tells which it is");
}

// One row a line, each number the shortest text that gives it back.
class JsonRows {
 public:
  explicit JsonRows(const std::string& path) : out_(path) {}
  void append(const Tensor<float>& vectors) {
    for (std::int64_t r = 0; r < vectors.rows(); ++r) {
      line_ = "[";
      for (const float value : vectors[r]) {
        char digits[32];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        if (line_.size() > 1) line_ += ',';
        if (std::isfinite(value))
          line_.append(digits, end);
        else
          line_ += "null";
      }
      out_.write(line_ += "]\n");
    }
  }
  void commit() { out_.commit(); }

 private:
  TextOutput out_;
  std::string line_;
};

class NpyRows {
 public:
  NpyRows(const std::string& path, std::int64_t dimension) : out_(path), writer_(out_.path(), dimension) {}
  void append(const Tensor<float>& vectors) { writer_.append(vectors.values()); }
  void commit() {
    writer_.commit();
    out_.finish();
  }

 private:
  BinaryOutput out_;
  NpyWriter writer_;
};

template <class Rows>
void embed_all(Embedder& embedder, const std::string& prompt, TextReader& reader, Rows&& rows) {
  const Stopwatch watch;
  {
    Progress progress;
    while (true) {
      const std::optional<double> from = reader.lines().fraction();
      const std::vector<std::string> texts = reader.block(block_texts, block_bytes);
      if (texts.empty()) break;
      const std::optional<double> to = reader.lines().fraction();
      const std::size_t before = embedder.counts().texts;
      rows.append(embedder.embed(texts, prompt, [&](std::size_t done) {
        progress.update(before + done, between(from, to, double(done) / double(texts.size())));
      }));
    }
    rows.commit();
  }
  std::fputs((embedder.report(watch.seconds()) + reader.lines().remark()).c_str(), stderr);
}

void embed(const EmbedOptions& options) {
  const VectorFormat format = format_of(options);
  catch_interrupts();
  TextReader reader(options.input, options.input_format);
  reader.lines().refuse_as_output(options.output);
  refuse_model_file(options.output, options.model.model);
  const auto embedder = Embedder::open(options.model);
  const std::string prompt = options.has_prompt ? embedder->prompt(options.prompt) : embedder->default_prompt();
  if (format == VectorFormat::npy)
    embed_all(*embedder, prompt, reader, NpyRows(options.output, embedder->dimension()));
  else
    embed_all(*embedder, prompt, reader, JsonRows(options.output));
}

}  // namespace

void add_embed(CLI::App& program, Action& action) {
  const auto options = std::make_shared<EmbedOptions>();
  CLI::App* command =
      add_command(program, "embed", "Sentence vectors of texts: float32 [texts, dimension]",
                  "Rows are in the order of the input. Texts longer than the model takes are cut; how many is said.",
                  "encore embed all-MiniLM-L6-v2 --input sentences.txt --output vectors.npy", options->model);
  command->add_option("-i,--input", options->input, "Text, one a line; or .jsonl, a JSON string a line; - is stdin")
      ->required()
      ->type_name("FILE");
  command->add_option("-o,--output", options->output, "Vectors: .npy, or .jsonl with an array a line; - is stdout")
      ->required()
      ->type_name("FILE");
  add_choice(
      *command, "--input-format", {"text", "jsonl"},
      [options](std::size_t i) { options->input_format = i == 0 ? TextFormat::lines : TextFormat::jsonl; },
      "text or jsonl; default: by the name, stdin is text", "FORMAT");
  add_choice(
      *command, "--output-format", {"npy", "jsonl"},
      [options](std::size_t i) { options->output_format = i == 0 ? VectorFormat::npy : VectorFormat::jsonl; },
      "npy or jsonl; default: by the name, stdout is jsonl", "FORMAT");
  const auto set_prompt = [options](const std::string& name) {
    options->prompt = name;
    options->has_prompt = true;
  };
  command
      ->add_option_function<std::string>("--prompt", set_prompt,
                                         "A prompt of the folder instead of its default; '' is none")
      ->type_name("NAME");
  add_model_options(*command, options->model);
  command->callback([options, &action] { action = [options] { embed(*options); }; });
}

}  // namespace encore::cli
