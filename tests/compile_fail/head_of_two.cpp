// expect: encore: run() gives one kind of logits
#include <encore/backend/cpu.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/tasks.hpp>

int main() {
  encore::Context<encore::Cpu> cpu;
  const encore::TaskModel<encore::BertSpec, encore::heads::PreTraining> model({});
  const auto parameters = encore::initialise(cpu, model);
  model.run(cpu, parameters, {});
}
