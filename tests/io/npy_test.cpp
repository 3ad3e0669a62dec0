// SPDX-License-Identifier: Apache-2.0
// Expected bytes: numpy.save(f, numpy.zeros((2, 3), numpy.float32)) of NumPy 2.4.
#include <encore/io/npy.hpp>

#include "catch.hpp"
#include "io/temporary_folder.hpp"
#include "io/tensors.hpp"

#include <sstream>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

const std::string numpy_header = std::string("\x93NUMPY\x01\x00v\x00", 10) +
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + std::string(58, ' ') +
                                 "\n";

}  // namespace

TEST_CASE("Rows appended one by one make the file that NumPy would save", "[io][npy]") {
  const TemporaryFolder folder;
  encore::NpyWriter writer(folder / "x.npy", 3);
  writer.append(std::vector<float>{1, 2, 3});
  writer.append(std::vector<float>{4, 5, 6});
  CHECK(writer.rows() == 2);
  CHECK_FALSE(std::filesystem::exists(folder / "x.npy"));
  writer.commit();
  CHECK(numpy_header.size() == 128);
  CHECK(folder.read("x.npy") == numpy_header + bytes_of<float>({1, 2, 3, 4, 5, 6}));
}

TEST_CASE("A matrix reads back as it was written, also without rows", "[io][npy]") {
  const TemporaryFolder folder;
  std::vector<float> values;
  for (int i = 0; i < 7 * 1000; ++i) values.push_back(float(i) * 0.5f);
  encore::NpyWriter writer(folder / "x.npy", 7);
  writer.append(std::span(values).first(7 * 300));
  writer.append({});
  writer.append(std::span(values).subspan(7 * 300));
  writer.commit();
  const auto read = encore::read_npy(folder / "x.npy");
  CHECK(read.shape() == encore::Shape{1000, 7});
  CHECK(std::vector<float>(read.values().begin(), read.values().end()) == values);
  encore::NpyWriter(folder / "none.npy", 5).commit();
  CHECK(encore::read_npy(folder / "none.npy").shape() == encore::Shape{0, 5});
}

TEST_CASE("A stream that cannot seek gets the same header when the rows are known", "[io][npy]") {
  std::ostringstream stream;
  encore::write_npy_header(stream, 2, 3);
  CHECK(stream.str() == numpy_header);
}

TEST_CASE("A part of a row is refused, and a file that is not committed leaves nothing", "[io][npy]") {
  const TemporaryFolder folder;
  {
    encore::NpyWriter writer(folder / "x.npy", 3);
    CHECK_THROWS_AS(writer.append(std::vector<float>{1, 2}), encore::ArgumentError);
    writer.append(std::vector<float>{1, 2, 3});
  }
  CHECK(folder.count() == 0);
}

TEST_CASE("Headers keep their size for any number of rows", "[io][npy]") {
  for (std::int64_t rows : {std::int64_t(0), std::int64_t(1), INT64_MAX})
    CHECK(encore::detail::npy_header(rows, INT64_MAX).size() == 128);
}

TEST_CASE("A one-dimensional array is read", "[io][npy]") {
  const TemporaryFolder folder;
  const auto path = folder.write("x", std::string("\x93NUMPY\x01\x00\x40\x00", 10) +
                                          "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }      \n" +
                                          bytes_of<float>({7, 8}));
  CHECK(encore::read_npy(path).shape() == encore::Shape{2});
}

TEST_CASE("A file that is no float32 matrix, or cut short, is refused by name", "[io][npy]") {
  const TemporaryFolder folder;
  const std::string good = numpy_header + bytes_of<float>({1, 2, 3, 4, 5, 6});
  const auto with = [&](const std::string& from, const std::string& to) {
    auto changed = good;
    return changed.replace(changed.find(from), from.size(), to);
  };
  CHECK_NOTHROW(encore::read_npy(folder.write("good", good)));
  for (std::size_t n = 0; n < good.size(); n += 5)
    CHECK_THROWS_AS(encore::read_npy(folder.write("x", good.substr(0, n))), encore::FileError);
  for (const auto& bad : {with("<f4", "<f8"), with("<f4", ">f4"), with("False", "True "), with("(2, 3)", "(3, 3)"),
                          with("(2, 3)", "(9999999999999999999999, 3)"), with("(2, 3)", "(1,2,3)"),
                          with("(2, 3)", " 2, 3 "), with("\x01", "\x02"), good + "x"})
    CHECK_THROWS_MATCHES(encore::read_npy(folder.write("x.npy", bad)), encore::FileError,
                         MessageMatches(ContainsSubstring("x.npy: ")));
}
