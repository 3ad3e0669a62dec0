// expect: encore: HeadModel has one kind of logits
#include <encore/models/bert.hpp>
#include <encore/models/tasks.hpp>

int main() { encore::HeadModel<encore::BertSpec, encore::Head::pretraining> model({}); }
