// SPDX-License-Identifier: Apache-2.0
// Memory that is not to be had ends nothing: whichever allocation of loading and running fails, alone or with all that
// follow, there is std::bad_alloc or an error of the library, nothing is lost, and the next call gives the same bits.
#include "archive.hpp"
#include "catch.hpp"
#include "out_of_memory/failing_new.hpp"

#include <encore/backend/cpu.hpp>
#include <encore/backend/reference.hpp>
#include <encore/io/json.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/encoder_model.hpp>
#include <encore/models/sentence_encoder.hpp>
#include <encore/testing/properties.hpp>
#include <encore/text/tokenizer.hpp>

#include <new>

using namespace encore;
using namespace out_of_memory_test;

namespace {

// Calls run() with its n-th allocation failing, for n from 0 until none fails. What run() gives then has been checked
// by it: it returns whether it is right. Returns how many allocations there are.
template <class F>
long fail_each(const F& run) {
  long allocations = 0;
  for (const Failing failing : {Failing::once, Failing::from_then_on}) {
    for (long n = 0;; ++n) {
      const long before = live_blocks();
      bool failed = false, right = true, known = true;
      {
        const FailingNew new_fails(n, failing);
        try {
          right = run();
        } catch (const std::bad_alloc&) {
        } catch (const Error&) {
        } catch (...) {
          known = false;
        }
        failed = new_fails.failed();
      }
      if (!right || !known || live_blocks() != before) {
        CAPTURE(n, failing == Failing::once);
        CHECK(right);
        CHECK(known);
        CHECK(live_blocks() == before);
      }
      allocations = n;
      if (!failed) break;
    }
  }
  return allocations;
}

std::map<std::string, std::string> small_folder() {
  const auto all = test_data::files("predict/bert/tag");
  std::map<std::string, std::string> files;
  for (const char* name : {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"})
    files[name] = all.at(name);
  files["modules.json"] = R"([{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}])";
  files["1_Pooling/config.json"] = R"({"word_embedding_dimension": 16, "pooling_mode_mean_tokens": true})";
  return files;
}

using Sentences = SentenceEncoder<BertSpec>;

}  // namespace

TEST_CASE("a JSON document is parsed and dies without memory, however it ends") {
  const std::string deep = std::string(20, '[') + R"({"a": [1, 2, {"b": ["x", "y"]}], "c": {}})" + std::string(20, ']');
  const std::string broken = R"({"a": [1, {"b": [1, 2, 3]}, [4, 5]], "c": [6, })";
  const std::string twice = R"({"a": [1, {"b": [1, 2, 3]}], "a": 1})";
  for (const std::string& text : {deep, broken, twice}) {
    const long n = fail_each([&] {
      try {
        return parse_json(text, "f") != nullptr;
      } catch (const FileError&) {
        return true;
      }
    });
    CHECK(n > 10);
  }
  CHECK(fail_each([] {
          const JsonObject object = JsonObject::with_member("a", parse_json(R"([{"b": [1]}, {"b": []}])", "f"), "f");
          return object.objects("a").size() == 2;
        }) > 5);
}

TEST_CASE("whichever allocation of loading a folder fails, it is an error and nothing is lost") {
  const std::map<std::string, std::string> files = small_folder();
  Context<Cpu> context({.threads = 1});
  const auto load_once = [&] {
    const ModelFolder folder = ModelFolder::from_memory(files);
    const Tokenizer tokenizer = Tokenizer::from(folder);
    const auto model = load<Sentences>(context, folder);
    return tokenizer.encode("a cat").ids.size() > 2 && model->dimension() > 0;
  };
  REQUIRE(load_once());
  CHECK(fail_each(load_once) > 100);
}

TEST_CASE("whichever allocation of opening a folder on disk fails, it is an error and nothing is lost") {
  const std::filesystem::path path = test_data::unpacked("predict/bert/tag");
  const auto open_once = [&] {
    const ModelFolder folder = ModelFolder::open(path);
    return folder.config().integer("hidden_size") > 0 && !folder.checkpoint().names().empty();
  };
  REQUIRE(open_once());
  CHECK(fail_each(open_once) > 20);
}

TEST_CASE("whichever allocation of a first run fails, the next call on the context has the same bits") {
  const ModelFolder folder = ModelFolder::from_memory(small_folder());
  const Tokenizer tokenizer = Tokenizer::from(folder);
  const std::vector<Encoding> texts{tokenizer.encode("a cat sat"), tokenizer.encode("dogs"), tokenizer.encode("x y z")};
  const auto on = [&]<class B>(const auto& make) {
    Context<B> loader = make();
    const auto model = load<Sentences>(loader, folder);
    const Tensor<float> expected = model(loader, std::span(texts));
    const auto same = [&](const Tensor<float>& vectors) {
      return encore::testing::different_bits(vectors, expected).empty();
    };
    const RunOptions options{.tokens_per_pack = 6, .progress = {}, .stop = {}};
    CHECK(fail_each([&] {
            Context<B> context = make();
            return same(model(context, std::span(texts), options));
          }) > 5);
    // The same context goes on: what failed left it as it was.
    long n = 0;
    for (bool failed = true; failed; ++n) {
      Context<B> context = make();
      {
        const FailingNew new_fails(n, Failing::from_then_on);
        try {
          model(context, std::span(texts), options);
        } catch (const std::bad_alloc&) {
        } catch (const Error&) {
        }
        failed = new_fails.failed();
      }
      if (!same(model(context, std::span(texts), options))) {
        CAPTURE(n);
        FAIL_CHECK("other bits after an allocation failed");
      }
    }
    CHECK(n > 5);
  };
  on.template operator()<Reference<float>>([] { return Context<Reference<float>>(); });
  on.template operator()<Cpu>([] { return Context<Cpu>({.threads = 1}); });
  on.template operator()<Cpu>([] { return Context<Cpu>({.threads = 2}); });
}

TEST_CASE("whichever allocation of a recording or of the way back fails, the context goes on") {
  Config<BertSpec> config;
  config.shape = {
      .vocabulary = 20, .hidden = 8, .layers = 1, .heads = 2, .intermediate = 12, .max_positions = 16, .types = 2};
  config.shape.dropout = 0.1f;
  const EncoderModel<BertSpec> model(config);
  const Batch batch = encore::testing::numbered_batch({3, 5}, 20, 2);
  Context<Cpu> context({.threads = 1});
  const auto parameters = encore::testing::random_parameters(context, model.layout(), StoreKind::training, 1);
  const auto record = [&] {
    Parameters<Cpu> gradients = parameters.gradients(context);
    Record<Cpu> ex(context, parameters, batch.segments(), &gradients, {.training = true, .seed = 3});
    const auto y = model.encoder()(ex, indices_of(ex, batch));
    Tensor<float> dy(Shape{y.rows(), y.cols()});
    for (float& x : dy.values()) x = 1;
    ex.backward(y, dy.matrix());
    return gradients.values(ParameterId{0});
  };
  const std::vector<float> expected = record();
  CHECK(fail_each([&] { return record() == expected; }) > 20);
  CHECK(record() == expected);
}
