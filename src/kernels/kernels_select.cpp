// SPDX-License-Identifier: Apache-2.0
// Which table this machine runs, decided once: CPUID, whether the operating system saves the wide registers (XCR0), and
// the environment variable ENCORE_ISA. Compiled without flags of its own.
#include <encore/backend/cpu/kernel_table.hpp>
#include <encore/core/error.hpp>

#include <cstdlib>
#include <string>
#include <string_view>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

namespace encore::cpu {

namespace baseline {
extern const KernelTable table;
}
#if defined(__x86_64__) || defined(__i386__)
namespace avx2 {
extern const KernelTable table;
}
namespace avx512 {
extern const KernelTable table;
}
#endif

namespace {

#if defined(__x86_64__) || defined(__i386__)
struct Machine {
  bool avx2 = false, avx512 = false;

  Machine() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return;
    constexpr unsigned fma = 1u << 12, osxsave = 1u << 27, avx = 1u << 28, f16c = 1u << 29;
    if ((c & (fma | osxsave | avx | f16c)) != (fma | osxsave | avx | f16c)) return;
    unsigned xcr0 = 0, high = 0;
    __asm__("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
    constexpr unsigned ymm = 0x6, zmm = 0xe6;  // SSE and AVX state; opmask and both halves of the ZMM state besides
    if ((xcr0 & ymm) != ymm) return;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    avx2 = (b & (1u << 5)) != 0;
    constexpr unsigned f = 1u << 16, dq = 1u << 17, cd = 1u << 28, bw = 1u << 30, vl = 1u << 31;
    avx512 = avx2 && (xcr0 & zmm) == zmm && (b & (f | dq | cd | bw | vl)) == (f | dq | cd | bw | vl);
  }
};

const Machine& machine() {
  static const Machine m;
  return m;
}
#endif

// Best first.
std::string known_names() {
  std::string names;
#if defined(__x86_64__) || defined(__i386__)
  names = "avx512, avx2, ";
#endif
  return names + baseline::table.isa;
}

}  // namespace

const KernelTable* table_for(const char* isa) {
  if (!isa) return nullptr;
  const std::string_view name(isa);
  if (name == baseline::table.isa || name == "baseline") return &baseline::table;
#if defined(__x86_64__) || defined(__i386__)
  if (name == "avx2") return machine().avx2 ? &avx2::table : nullptr;
  if (name == "avx512") return machine().avx512 ? &avx512::table : nullptr;
#endif
  return nullptr;
}

const KernelTable& best_table() {
  if (const char* isa = std::getenv("ENCORE_ISA"); isa && *isa) {
    if (const KernelTable* table = table_for(isa)) return *table;
    const std::string name(isa);
    const bool exists = known_names().find(name) != std::string::npos;
    throw UnsupportedError("ENCORE_ISA: " + (exists ? "this machine has no '" + name + "'"
                                                    : "'" + name + "' is not one of " + known_names()));
  }
#if defined(__x86_64__) || defined(__i386__)
  if (machine().avx512) return avx512::table;
  if (machine().avx2) return avx2::table;
#endif
  return baseline::table;
}

}  // namespace encore::cpu
