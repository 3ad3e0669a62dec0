// expect: encore needs C\+\+20: compile with -std=c\+\+20
// flags: -std=c++17
// lines: 15
// One line, not thousands.
#include <encore/encore.hpp>

int main() {}
