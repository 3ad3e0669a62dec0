// expect: encore: a spec's embedding is a template over its norm
// lines: 15
// A type where a template is asked for.
#include "usual_spec.hpp"

struct Spec : UsualSpec {
  using Embedding = encore::TokenEmbedding<Norm>;
};

int main() {
  encore::ParameterLayout layout;
  encore::Encoder<Spec> encoder(encore::Builder(layout), {});
}
