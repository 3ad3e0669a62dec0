// budget: 400 MB
// A tokenizer: io and text, their bodies compiled ahead.
#include <encore/text/tokenizer.hpp>

std::vector<encore::Encoding> encode(const char* folder) {
  return encore::Tokenizer::from(encore::ModelFolder::open(folder))({"A cat sits on the mat."});
}
