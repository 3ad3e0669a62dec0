// budget: 600 MB
// The program of the README: model, tokenizer and folder reader in one file.
#include <encore/backend/cpu.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/sentence_encoder.hpp>
#include <encore/text/tokenizer.hpp>

encore::Tensor<float> embed(const char* path) {
  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  auto folder = encore::ModelFolder::open(path);
  auto tokenizer = encore::Tokenizer::from(folder);
  auto model = encore::load<encore::SentenceEncoder<encore::BertSpec>>(cpu, folder);
  return model(cpu, model.encode(tokenizer, {"A cat sits on the mat.", "Dogs bark."}));
}
