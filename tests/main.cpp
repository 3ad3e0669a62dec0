// SPDX-License-Identifier: Apache-2.0
// main() of every test program, compiled once.
#define CATCH_CONFIG_RUNNER  // makes Catch2 2's one header hold its implementation here

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#include <catch2/catch.hpp>
#endif

int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }
