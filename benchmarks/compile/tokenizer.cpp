// budget: 800 MB
// A tokenizer: io and text, with the JSON parser.
#include <encore/text/tokenizer.hpp>

std::vector<encore::Encoding> encode(const char* folder) {
  return encore::Tokenizer::from(encore::ModelFolder::open(folder))({"A cat sits on the mat."});
}
