// SPDX-License-Identifier: Apache-2.0
// The program with less and less memory: a sentence and status 1 each time, never an abort.
#include "cli/program.hpp"
#include "sanitizer.hpp"

using namespace cli_test;

#if defined(__linux__) && !ENCORE_TEST_SANITIZED
namespace {

// The program with `kilobytes` of address space.
Result run_within(const Workplace& place, long kilobytes, const std::string& arguments) {
  const std::string command = "cd " + quoted(place.path().string()) + " && ulimit -c 0 && ulimit -v " +
                              std::to_string(kilobytes) + " && " + quoted(program) + " " + arguments +
                              " >stdout 2>stderr";
  const int status = std::system(command.c_str());
  Result result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  result.out = place.read("stdout");
  result.err = place.read("stderr");
  return result;
}

}  // namespace

TEST_CASE("with too little memory embed says a sentence and leaves no file, whatever the limit") {
  REQUIRE_PROGRAM();
  const Workplace place;
  sentence_folder(place);
  place.write("texts", "the cat sat on the mat.\nthe dog\n");
  // The least with which the program comes as far as main: below, the loader or the shell says something, or a library
  // ends the process as it is loaded (cuBLASLt's static objects do).
  const auto starts = [](const Result& result) { return result.status == 0 || result.err.starts_with("error: "); };
  long least = 4096;
  while (!starts(run_within(place, least, "--version"))) {
    least += 512;
    REQUIRE(least < 1024 * 1024);
  }
  least -= 512;
  while (!starts(run_within(place, least, "--version"))) least += 16;
  int refused = 0;
  for (const char* threads : {"1", "4 --oversubscribe"}) {
    long limit = least;
    for (bool done = false; !done; limit += limit < least + 512 ? 16 : 256) {
      const Result result =
          run_within(place, limit, std::string("embed model --input texts --output v.npy --threads ") + threads);
      INFO(threads << " threads, " << limit << " KB: status " << result.status << ", " << result.err);
      done = result.status == 0;
      // model, texts, stdout, stderr, and what came of it: nothing half done is left.
      CHECK(std::distance(std::filesystem::directory_iterator(place.path()), {}) == (done ? 5 : 4));
      CHECK(std::filesystem::exists(place / "v.npy") == done);
      if (!done) {
        ++refused;
        REQUIRE(result.status == 1);
        REQUIRE(lines_of(result.err).size() == 1);
        REQUIRE(result.err.starts_with("error: "));
        REQUIRE(limit < 4 * 1024 * 1024);
      }
      std::filesystem::remove(place / "v.npy");
    }
  }
  CHECK(refused > 4);
}
#else
TEST_CASE("with too little memory embed says a sentence and leaves no file, whatever the limit") {
  ENCORE_SKIP("a sanitizer takes terabytes of address space for itself, and elsewhere than on Linux there is no limit");
}
#endif
