// SPDX-License-Identifier: Apache-2.0
// encore encode: what the model itself gives for token ids, under transformers' names.
#include "choose.hpp"
#include "errors.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "token_ids.hpp"

#include <encore/io/safetensors_writer.hpp>
#include <encore/models/any_encoder.hpp>

#include <algorithm>

namespace encore::cli {

namespace {

struct EncodeOptions {
  ModelOptions model;
  std::string ids;
  std::string output;
  bool hidden_states = false;
};

// Writes rows of packed batches as one tensor a sequence: "<line>.<name>".
template <class S>
class SequenceWriter {
 public:
  // numbers: logits have no second axis (gives_numbers).
  SequenceWriter(const std::string& path, bool numbers) : out_(path), writer_(out_.path()), numbers_(numbers) {}

  // The batch that is to come: its sequence i is line first + which[i].
  void batch(const Segments& segments, std::size_t first, std::span<const std::size_t> which) {
    segments_ = &segments;
    first_ = first;
    which_ = which;
  }
  void write(std::string_view name, Rows kind, MatrixView<const S> rows) {
    for (std::size_t i = 0; i < which_.size(); ++i) {
      const std::int64_t begin = kind == Rows::tokens ? segments_->begin(std::int64_t(i)) : std::int64_t(i);
      const std::int64_t count = kind == Rows::tokens ? segments_->length(std::int64_t(i)) : 1;
      values_.clear();
      for (std::int64_t r = begin; r < begin + count; ++r)
        values_.insert(values_.end(), rows.row(r), rows.row(r) + rows.cols);
      std::vector<std::int64_t> shape{rows.cols};
      if (kind == Rows::tokens && numbers_ && name == "logits")
        shape = {count};
      else if (kind == Rows::tokens)
        shape.insert(shape.begin(), count);
      writer_.add(std::to_string(first_ + which_[i]) + "." + std::string(name),
                  std::is_same_v<S, double> ? DType::f64 : DType::f32, shape, std::as_bytes(std::span(values_)));
    }
  }
  void commit() {
    writer_.commit();
    out_.finish();
  }

 private:
  BinaryOutput out_;
  SafetensorsWriter writer_;
  bool numbers_;
  const Segments* segments_ = nullptr;
  std::size_t first_ = 0;
  std::span<const std::size_t> which_;
  std::vector<S> values_;
};

template <class B>
void encode(Context<B>& context, const ModelFolder& folder, const EncodeOptions& options) {
  using S = scalar_t<B>;
  const auto model = AnyEncoder<B>::open(context, folder);
  TokenIdReader reader(options.ids, *model);
  reader.lines().refuse_as_output(options.output);
  refuse_model_file(options.output, options.model.model);
  SequenceWriter<S> writer(options.output, gives_numbers(model->heads().head));

  auto on_tap = [&](std::string_view name, std::int64_t index, MatrixView<const S> rows) {
    writer.write(std::string(name) + "." + std::to_string(index), Rows::tokens, rows);
  };
  TapFunction<S> observer;
  if (options.hidden_states) {
    observer.object = &on_tap;
    observer.call = [](void* f, std::string_view name, std::int64_t index, MatrixView<const S> rows) {
      (*static_cast<decltype(on_tap)*>(f))(name, index, rows);
    };
  }

  Progress progress;
  constexpr std::size_t lines_per_block = 1024;
  constexpr std::size_t tokens_per_block = 16384;
  for (std::size_t done = 0;;) {
    const std::vector<Encoding> encodings = reader.block(lines_per_block, tokens_per_block);
    if (encodings.empty()) break;
    for_each_pack(context.workspace(), encodings, {}, [&](const Batch& batch, std::span<const std::size_t> which) {
      progress.update(done);
      writer.batch(batch.segments(), done, which);
      model->run(
          context, batch,
          [&](std::string_view name, Rows kind, MatrixView<const S> rows) { writer.write(name, kind, rows); }, observer,
          which);
    });
    done += encodings.size();
  }
  writer.commit();
}

}  // namespace

void add_encode(CLI::App& program, Action& action) {
  const auto options = std::make_shared<EncodeOptions>();
  CLI::App* command =
      add_command(program, "encode", "Raw outputs of the model for token ids, as safetensors",
                  "Tensors are named as transformers does: for line i of the ids i.last_hidden_state and, where the\n"
                  "checkpoint has them, i.pooler_output and i.logits. F32; F64 with --backend reference.",
                  "encore encode bert-base-uncased --ids ids.jsonl --output out.safetensors", options->model);
  command->add_option("--ids", options->ids, "A line: {\"input_ids\":[..],\"token_type_ids\":[..]}; - is stdin")
      ->required()
      ->type_name("FILE");
  command->add_option("-o,--output", options->output, "The safetensors file to write; - is stdout")
      ->required()
      ->type_name("FILE");
  command->add_flag("--hidden-states", options->hidden_states,
                    "Also i.hidden_states.k; k = 0 is the embeddings, then the layers");
  add_model_options(*command, options->model);
  command->callback([options, &action] {
    action = [options] {
      catch_interrupts();
      const ModelFolder folder = ModelFolder::open(options->model.model);
      with_backend(options->model, [&](auto&& context) { encode(context, folder, *options); });
    };
  });
}

}  // namespace encore::cli
