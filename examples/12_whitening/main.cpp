// SPDX-License-Identifier: Apache-2.0
// Shorter sentence vectors: the mean is taken away, the principal axes of what is left get one variance each, and the
// first few of them are kept. Eigen works on the very numbers that the model returned. Su, Cao, Liu & Ou 2021,
// "Whitening sentence representations for better semantics and faster retrieval".
//   12_whitening [MODEL [FILE]]   a BERT folder and a text with a sentence on each line, of which the first is looked for
//                                 among the others; without them a tiny random model and eight sentences
#include <encore/backend/cpu.hpp>
#include <encore/interop/eigen.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/sentence_encoder.hpp>
#include <encore/text/tokenizer.hpp>

#include <Eigen/Eigenvalues>

#include <cstdio>
#include <sstream>

namespace {

void print_nearest(const char* what, const Eigen::Ref<const encore::EigenMatrix<float>>& vectors,
                   const std::vector<std::string>& texts) {
  const Eigen::MatrixXf unit = vectors.rowwise().normalized();
  Eigen::Index best = 0;
  const float cosine = (unit.bottomRows(unit.rows() - 1) * unit.row(0).transpose()).maxCoeff(&best);
  std::printf("%s, %d numbers: %.3f  %s\n", what, int(unit.cols()), double(cosine),
              texts[std::size_t(best + 1)].c_str());
}

}  // namespace

int main(int argc, char** argv) try {
  encore::Context<encore::Cpu> cpu{{.threads = 2}};
  const auto folder = encore::ModelFolder::open(argc > 1 ? argv[1] : ENCORE_TINY_MODELS "/bert/fill_mask");
  const auto tokenizer = encore::Tokenizer::from(folder);
  const auto model = encore::load<encore::SentenceEncoder<encore::BertSpec>>(cpu, folder);
  std::istringstream lines(argc > 2 ? encore::read_file(argv[2], std::size_t{1} << 30)
                                    : "Who was born in Warsaw?\nMarie Curie was born in Warsaw.\nDogs bark.\n"
                                      "The river flooded at noon.\nIBM hired Grace Hopper.\nA cat sits on the mat.\n"
                                      "Snow keeps the ground warm.\nThe stock market fell.\n");
  std::vector<std::string> texts;
  for (std::string line; std::getline(lines, line);) texts.push_back(line);

  auto vectors = model(cpu, tokenizer(texts, {.max_length = model->max_tokens(), .prompt = model->default_prompt()}));
  print_nearest("as they are", as_eigen(vectors), texts);

  auto x = as_eigen(vectors);  // [n, dimension], no copy
  x.rowwise() -= x.colwise().mean().eval();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXf> axes(x.transpose() * x / float(x.rows() - 1));
  const Eigen::Index kept = std::min<Eigen::Index>({64, x.cols(), x.rows() / 2});  // the last ones have the most
  const auto variances = axes.eigenvalues().tail(kept);
  const encore::EigenMatrix<float> white =
      x * axes.eigenvectors().rightCols(kept) * variances.cwiseSqrt().cwiseInverse().asDiagonal();
  std::printf("%d axes have %.0f %% of the variance\n", int(kept),
              100 * double(variances.sum() / axes.eigenvalues().sum()));
  print_nearest("whitened", white, texts);
} catch (const encore::Error& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
