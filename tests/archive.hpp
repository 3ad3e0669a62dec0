// SPDX-License-Identifier: Apache-2.0
// The data of tests/data, by paths in which an archive X.zip is the folder X: tests/parity/FORMAT.md. archive.py writes
// the archives: ZIP files (PKWARE's APPNOTE 6.3) whose files are stored as they are.
#pragma once

#include "io/temporary_folder.hpp"

#include <encore/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace test_data {

using Files = std::map<std::string, std::string>;  // "base/config.json" -> content

// One archive, read whole.
class Archive {
 public:
  // Throws FileError where it is no archive, is cut short, or holds a file in another way than as it is.
  explicit Archive(const std::filesystem::path& path) : name_(path.string()) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw encore::FileError(name_ + ": cannot be opened");
    bytes_.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    const std::size_t end = bytes_.size() - std::min(bytes_.size(), std::size_t{22});  // there is no comment behind it
    require(number(end, 4) == 0x06054b50);
    std::size_t at = number(end + 16, 4);
    for (std::size_t left = number(end + 10, 2); left > 0; --left) {
      require(number(at, 4) == 0x02014b50 && number(at + 10, 2) == 0);
      const std::size_t length = number(at + 28, 2), header = number(at + 42, 4);
      const std::size_t content = header + 30 + number(header + 26, 2) + number(header + 28, 2);
      files_[std::string(part(at + 46, length))] = part(content, number(at + 24, 4));
      at += 46 + length + number(at + 30, 2) + number(at + 32, 2);
    }
    require(at == end);
  }
  Archive(const Archive&) = delete;  // files_ looks into bytes_
  Archive& operator=(const Archive&) = delete;

  // Those of a folder of it, under their names in there; "" is all of it.
  Files files(const std::string& folder) const {
    const std::string prefix = folder.empty() ? "" : folder + "/";
    Files found;
    for (auto file = files_.lower_bound(prefix); file != files_.end() && file->first.starts_with(prefix); ++file)
      found[file->first.substr(prefix.size())] = file->second;
    return found;
  }

 private:
  void require(bool good) const {
    if (!good) throw encore::FileError(name_ + ": no archive as tests/archive.py writes them");
  }
  std::string_view part(std::size_t first, std::size_t size) const {
    require(first <= bytes_.size() && size <= bytes_.size() - first);
    return std::string_view(bytes_).substr(first, size);
  }
  std::size_t number(std::size_t first, std::size_t size) const {
    std::size_t value = 0, shift = 0;
    for (const char c : part(first, size)) value |= std::size_t(static_cast<unsigned char>(c)) << 8 * shift++;
    return value;
  }

  std::string name_;
  std::string bytes_;
  std::map<std::string, std::string_view> files_;
};

// All files of a folder: "parity/bert/base", or "tokenizers/roberta-base". Throws FileError where there are none.
inline Files files(const std::string& folder) {
  for (std::size_t end = folder.find('/');; end = folder.find('/', end + 1)) {
    const std::filesystem::path archive(ENCORE_TEST_DATA "/" + folder.substr(0, end) + ".zip");
    if (std::filesystem::exists(archive)) {
      const Files found = Archive(archive).files(end == folder.npos ? "" : folder.substr(end + 1));
      if (!found.empty()) return found;
    }
    if (end == folder.npos) throw encore::FileError("tests/data holds no folder '" + folder + "'");
  }
}

// One file: "parity/bert/base/config.json".
inline std::string read(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  const Files all = files(file.substr(0, slash));
  const auto found = all.find(file.substr(slash + 1));
  if (found == all.end()) throw encore::FileError("tests/data holds no file '" + file + "'");
  return found->second;
}

// The folders directly in an archive, in order: of "parity/bert", "base" and so on.
inline std::vector<std::string> folders(const std::string& archive) {
  std::set<std::string> found;
  for (const auto& [name, content] : files(archive))
    if (const std::size_t slash = name.find('/'); slash != name.npos) found.insert(name.substr(0, slash));
  return {found.begin(), found.end()};
}

// A folder on disk, for what cannot read memory: another process. Unpacked once, and gone with the test program.
inline std::filesystem::path unpacked(const std::string& folder) {
  static const TemporaryFolder place;
  static std::set<std::string> there;
  if (there.insert(folder).second)
    for (const auto& [name, content] : files(folder)) place.write(folder + "/" + name, content);
  return place / folder;
}

}  // namespace test_data
