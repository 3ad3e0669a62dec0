// SPDX-License-Identifier: Apache-2.0
// In a program where a file has kernels of its own (backend/cpu/link_mode.hpp), and then only. No file of this library
// defines what is needed here.
extern "C" {
extern const char encore_kernels_is_linked_but_no_file_is_compiled_with_ENCORE_KERNELS_LINKED;

struct EncoreNeededMark {
  alignas(8) const char* mark;
};
extern const EncoreNeededMark encore_file_with_kernels_of_its_own;
[[gnu::used, gnu::retain]] const EncoreNeededMark encore_file_with_kernels_of_its_own{
    &encore_kernels_is_linked_but_no_file_is_compiled_with_ENCORE_KERNELS_LINKED};
}
