// budget: 1000 MB
// flags: -UENCORE_KERNELS_LINKED -march=native
// The CPU backend without encore::kernels: the kernels are compiled here.
#include <encore/backend/cpu.hpp>

std::string_view isa() { return encore::Context<encore::Cpu>{}.isa(); }
