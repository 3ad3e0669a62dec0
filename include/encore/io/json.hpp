// SPDX-License-Identifier: Apache-2.0
// JSON from files that nobody vouches for: a strict parser, and typed access to objects whose errors name file and key.
// The JSON library's own types are only named here; who looks into one includes <nlohmann/json.hpp>.
#pragma once

#include <encore/config.hpp>
#include <encore/core/error.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore {

// A string from a file, made safe for a one-line message: in quotes, control and non-ASCII characters escaped, cut to
// `longest` characters.
std::string in_quotes(std::string_view text, std::size_t longest = 100);

namespace detail {

// Throws FileError naming the file, the byte and what the parser says.
[[noreturn]] void refuse_json(const std::string& file, std::size_t position, std::string reason);
// Throws for a zero byte, which the parser takes for the end of the text.
void refuse_nul(std::string_view text, const std::string& file);

}  // namespace detail

// A JSON document of one owner. It is taken apart before it dies, because nlohmann's destructor allocates. Copies are
// trees of their own, and need an owner of this kind as well.
struct TakeJsonApart {
  void operator()(nlohmann::json* tree) const noexcept;
};
// A tree with that owner.
using JsonTree = std::unique_ptr<nlohmann::json, TakeJsonApart>;

// Parses one JSON document; the result is not null. Throws FileError naming the file and the byte for anything that is
// not valid JSON in UTF-8, nested deeper than 64 levels, with one key twice in an object, or followed by anything but
// white space.
JsonTree parse_json(std::string_view text, const std::string& file);

// Least and greatest value allowed for a number, both included.
template <class T>
struct Bounds {
  T min = std::numeric_limits<T>::lowest();
  T max = std::numeric_limits<T>::max();
};

// One object of a JSON document, the file it came from, and the path of keys that leads to it. Shares the document:
// cheap to copy, and never dangling. null is a value like others, and wrong where a number, name or flag must be; where
// it stands for a key that is not given, the reading code says so: json.nullable().text("problem_type", "").
//
// Getters throw ConfigError, "FILE: key 'PATH': found ..., want ...", for a value of the wrong type or out of bounds.
// With a fallback an absent key gives the fallback (which need not lie within the bounds); without one it is an error.
class JsonObject {
 public:
  // Throws ConfigError when the value is not an object.
  JsonObject(JsonTree value, std::string file);
  static JsonObject parse(std::string_view text, const std::string& file);
  // The objects of a document that is an array of them; their paths are [0], [1], .. Throws ConfigError where it is
  // not.
  static std::vector<JsonObject> parse_list(std::string_view text, const std::string& file);
  // {key: value}
  static JsonObject with_member(std::string_view key, JsonTree value, std::string file, std::string path = {});

  // The same object, in which, and in what is inside it, a key whose value is null counts as absent.
  JsonObject nullable() const;

  // The file's name in messages, and the value as the JSON library has it.
  const std::string& file() const { return *file_; }
  const nlohmann::json& value() const { return *value_; }
  std::size_t size() const;               // members, null ones included
  std::vector<std::string> keys() const;  // sorted
  // Whether the key is there; null ones count unless the object is nullable().
  bool has(std::string_view key) const { return find(key) != nullptr; }
  bool has_text(std::string_view key) const;  // the key is there, and its value a string

  // The value of a key: without a fallback it must be there; nothing of an optional one that is absent. Throws
  // ConfigError naming file, key and value where it is missing, of another type or out of bounds.
  std::int64_t integer(std::string_view key, Bounds<std::int64_t> bounds = {}) const;
  std::int64_t integer(std::string_view key, std::int64_t fallback, Bounds<std::int64_t> bounds = {}) const {
    return optional_integer(key, bounds).value_or(fallback);
  }
  std::optional<std::int64_t> optional_integer(std::string_view key, Bounds<std::int64_t> bounds = {}) const;

  // The same of numbers, whole ones among them; never infinite.
  double number(std::string_view key, Bounds<double> bounds = {}) const;
  double number(std::string_view key, double fallback, Bounds<double> bounds = {}) const {
    return optional_number(key, bounds).value_or(fallback);
  }
  std::optional<double> optional_number(std::string_view key, Bounds<double> bounds = {}) const;

  // Of strings.
  std::string text(std::string_view key) const;
  std::string text(std::string_view key, std::string_view fallback) const {
    return optional_text(key).value_or(std::string(fallback));
  }
  std::optional<std::string> optional_text(std::string_view key) const;

  // A number, true, false or null as JSON writes it; nothing where the key is absent or its value is something else.
  std::optional<std::string> literal(std::string_view key) const;

  // Of true and false.
  bool boolean(std::string_view key) const;
  bool boolean(std::string_view key, bool fallback) const { return optional_boolean(key).value_or(fallback); }
  std::optional<bool> optional_boolean(std::string_view key) const;

  // Of objects; nullable() goes on inside them.
  JsonObject object(std::string_view key) const;
  std::optional<JsonObject> optional_object(std::string_view key) const;

  // Lists: an absent key gives an empty list.
  std::vector<std::int64_t> integers(std::string_view key, Bounds<std::int64_t> bounds = {}) const;
  std::vector<double> numbers(std::string_view key, Bounds<double> bounds = {}) const;
  std::vector<std::string> texts(std::string_view key) const;
  std::vector<JsonObject> objects(std::string_view key) const;

  // "FILE: key 'PATH.KEY'": the beginning of any message about a key.
  std::string where(std::string_view key) const;
  // For checks that the getters do not know: throw config.error("hidden_size", "is not a multiple of
  // num_attention_heads").
  ConfigError error(std::string_view key, std::string_view message) const;

 private:
  JsonObject(std::shared_ptr<const nlohmann::json> value, std::shared_ptr<const std::string> file, std::string path,
             bool null_is_absent);

  const nlohmann::json* find(std::string_view key) const;
  const nlohmann::json& required(std::string_view key, const std::string& want) const;
  JsonObject child(std::string_view key, const nlohmann::json& value) const;
  template <class T, class Convert>
  std::vector<T> list(std::string_view key, Convert convert) const;

  std::int64_t to_integer(std::string_view key, const nlohmann::json& value, Bounds<std::int64_t> bounds) const;
  double to_number(std::string_view key, const nlohmann::json& value, Bounds<double> bounds) const;
  std::string to_text(std::string_view key, const nlohmann::json& value) const;
  bool to_boolean(std::string_view key, const nlohmann::json& value) const;
  [[noreturn]] void mismatch(std::string_view key, const nlohmann::json& value, const std::string& want) const;
  std::string path_to(std::string_view key) const;

  std::shared_ptr<const nlohmann::json> value_;
  std::shared_ptr<const std::string> file_;
  std::string path_;
  bool null_is_absent_ = false;
};

}  // namespace encore

#if !defined(ENCORE_KERNELS_LINKED)
#include <encore/io/impl/json.hpp>
#endif
