// budget: 600 MB
// What a user pays for one model on the CPU backend, linked to encore::kernels.
#include <encore/backend/cpu.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/sentence_encoder.hpp>

encore::Tensor<float> embed(const char* path, const std::vector<encore::Encoding>& encodings) {
  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  auto model = encore::load<encore::SentenceEncoder<encore::BertSpec>>(cpu, encore::ModelFolder::open(path));
  return model(cpu, encodings);
}
