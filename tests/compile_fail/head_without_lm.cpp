// expect: encore: this spec has no masked-language-model head (Spec::LmHead)
#include "usual_spec.hpp"

#include <encore/models/tasks.hpp>

int main() { encore::MaskedLm<UsualSpec> model({}); }
