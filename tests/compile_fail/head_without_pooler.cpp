// expect: encore: this head reads a pooler, and the spec has none (Spec::Pooler)
#include "usual_spec.hpp"

#include <encore/models/tasks.hpp>

int main() { encore::SequenceClassifier<UsualSpec> model({}); }
