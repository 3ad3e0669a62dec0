// SPDX-License-Identifier: Apache-2.0
// JSON from files that nobody vouches for: a strict parser, and typed access to objects whose errors name file and key.
#pragma once

#include <encore/core/error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
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
inline std::string in_quotes(std::string_view text, std::size_t longest = 100) {
  const bool cut = text.size() > longest;
  const nlohmann::json value = std::string(text.substr(0, longest));
  return value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + (cut ? "..." : "");
}

namespace detail {

// Builds the document event by event, so that nesting and duplicate keys are refused before memory is spent on them
// (nlohmann's own builder keeps the last of two equal keys, and recursion on a deep document is the caller's trap).
class StrictJsonBuilder {
 public:
  static constexpr std::size_t max_depth = 64;

  explicit StrictJsonBuilder(const std::string& file) : file_(file) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(nlohmann::json::object()); }
  bool end_object() { return close(); }
  bool start_array(std::size_t) { return open(nlohmann::json::array()); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    auto [place, fresh] = open_.back()->get_ref<nlohmann::json::object_t&>().try_emplace(std::move(name));
    if (!fresh) throw FileError(file_ + ": key " + in_quotes(place->first) + " appears twice in one JSON object");
    slot_ = &place->second;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ...; last read: '...'": the part
    // behind the place, without the echo of the input, which has no bound.
    std::string reason = error.what();
    if (const auto start = reason.find("] "); start != std::string::npos) reason.erase(0, start + 2);
    if (reason.starts_with("parse error"))
      if (const auto start = reason.find(": "); start != std::string::npos) reason.erase(0, start + 2);
    reason.resize(std::min(reason.find("; last read"), reason.size()));
    if (reason.starts_with("number overflow")) reason = "a number is too large";
    throw FileError(file_ + ": not valid JSON at byte " + std::to_string(position) + ": " + reason);
  }

  nlohmann::json take() { return std::move(root_); }

 private:
  nlohmann::json* place(nlohmann::json&& value) {
    if (open_.empty()) return &(root_ = std::move(value));
    if (open_.back()->is_array())
      return &open_.back()->get_ref<nlohmann::json::array_t&>().emplace_back(std::move(value));
    return &(*slot_ = std::move(value));
  }
  bool add(nlohmann::json value) {
    place(std::move(value));
    return true;
  }
  bool open(nlohmann::json container) {
    if (open_.size() == max_depth) throw FileError(file_ + ": JSON nested deeper than 64 levels");
    open_.push_back(place(std::move(container)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  const std::string& file_;
  nlohmann::json root_;
  std::vector<nlohmann::json*>
      open_;  // containers around the current place; an element grows only while none below is open
  nlohmann::json* slot_ = nullptr;  // where the value of the last key goes
};

}  // namespace detail

// Parses one JSON document. Throws FileError naming the file and the byte for anything that is not valid JSON in UTF-8,
// nested deeper than 64 levels, with one key twice in an object, or followed by anything but white space.
inline nlohmann::json parse_json(std::string_view text, const std::string& file) {
  detail::StrictJsonBuilder builder(file);
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

// Least and greatest value allowed for a number, both included.
template <class T>
struct Bounds {
  T min = std::numeric_limits<T>::lowest();
  T max = std::numeric_limits<T>::max();
};

// One object of a JSON document, the file it came from, and the path of keys that leads to it. Shares the document:
// cheap to copy, and never dangling. A key whose value is null counts as absent, as in transformers' configurations.
//
// Getters throw ConfigError, "FILE: key 'PATH': found ..., want ...", for a value of the wrong type or out of bounds.
// With a fallback an absent key gives the fallback (which need not lie within the bounds); without one it is an error.
class JsonObject {
 public:
  // Throws ConfigError when the value is not an object.
  JsonObject(nlohmann::json value, std::string file, std::string path = {})
      : JsonObject(std::make_shared<const nlohmann::json>(std::move(value)),
                   std::make_shared<const std::string>(std::move(file)), std::move(path)) {}
  static JsonObject parse(std::string_view text, const std::string& file) { return {parse_json(text, file), file}; }

  const std::string& file() const { return *file_; }
  const nlohmann::json& value() const { return *value_; }
  bool has(std::string_view key) const { return find(key) != nullptr; }

  std::int64_t integer(std::string_view key, Bounds<std::int64_t> bounds = {}) const {
    return to_integer(key, required(key, want_integer(bounds)), bounds);
  }
  std::int64_t integer(std::string_view key, std::int64_t fallback, Bounds<std::int64_t> bounds = {}) const {
    return optional_integer(key, bounds).value_or(fallback);
  }
  std::optional<std::int64_t> optional_integer(std::string_view key, Bounds<std::int64_t> bounds = {}) const {
    const auto* found = find(key);
    return found ? std::optional(to_integer(key, *found, bounds)) : std::nullopt;
  }

  double number(std::string_view key, Bounds<double> bounds = {}) const {
    return to_number(key, required(key, want_number(bounds)), bounds);
  }
  double number(std::string_view key, double fallback, Bounds<double> bounds = {}) const {
    return optional_number(key, bounds).value_or(fallback);
  }
  std::optional<double> optional_number(std::string_view key, Bounds<double> bounds = {}) const {
    const auto* found = find(key);
    return found ? std::optional(to_number(key, *found, bounds)) : std::nullopt;
  }

  std::string text(std::string_view key) const { return to_text(key, required(key, "a string")); }
  std::string text(std::string_view key, std::string_view fallback) const {
    return optional_text(key).value_or(std::string(fallback));
  }
  std::optional<std::string> optional_text(std::string_view key) const {
    const auto* found = find(key);
    return found ? std::optional(to_text(key, *found)) : std::nullopt;
  }

  bool boolean(std::string_view key) const { return to_boolean(key, required(key, "true or false")); }
  bool boolean(std::string_view key, bool fallback) const { return optional_boolean(key).value_or(fallback); }
  std::optional<bool> optional_boolean(std::string_view key) const {
    const auto* found = find(key);
    return found ? std::optional(to_boolean(key, *found)) : std::nullopt;
  }

  JsonObject object(std::string_view key) const { return child(key, required(key, "an object")); }
  std::optional<JsonObject> optional_object(std::string_view key) const {
    const auto* found = find(key);
    return found ? std::optional(child(key, *found)) : std::nullopt;
  }

  // Lists: an absent key gives an empty list.
  std::vector<std::int64_t> integers(std::string_view key, Bounds<std::int64_t> bounds = {}) const {
    return list<std::int64_t>(key, [&](const std::string& k, const auto& v) { return to_integer(k, v, bounds); });
  }
  std::vector<double> numbers(std::string_view key, Bounds<double> bounds = {}) const {
    return list<double>(key, [&](const std::string& k, const auto& v) { return to_number(k, v, bounds); });
  }
  std::vector<std::string> texts(std::string_view key) const {
    return list<std::string>(key, [&](const std::string& k, const auto& v) { return to_text(k, v); });
  }
  std::vector<JsonObject> objects(std::string_view key) const {
    return list<JsonObject>(key, [&](const std::string& k, const auto& v) { return child(k, v); });
  }

  // "FILE: key 'PATH.KEY'": the beginning of any message about a key.
  std::string where(std::string_view key) const { return file() + ": key '" + path_to(key) + "'"; }
  // For checks that the getters do not know: throw config.error("hidden_size", "is not a multiple of
  // num_attention_heads").
  ConfigError error(std::string_view key, std::string_view message) const {
    return ConfigError(where(key) + " " + std::string(message));
  }

 private:
  JsonObject(std::shared_ptr<const nlohmann::json> value, std::shared_ptr<const std::string> file, std::string path)
      : value_(std::move(value)), file_(std::move(file)), path_(std::move(path)) {
    if (value_->is_object()) return;
    const std::string place = path_.empty() ? *file_ : *file_ + ": key '" + path_ + "'";
    throw ConfigError(place + ": found " + describe(*value_) + ", want an object");
  }

  const nlohmann::json* find(std::string_view key) const {
    const auto& members = value_->get_ref<const nlohmann::json::object_t&>();
    const auto found = members.find(key);
    return found == members.end() || found->second.is_null() ? nullptr : &found->second;
  }
  const nlohmann::json& required(std::string_view key, const std::string& want) const {
    if (const auto* found = find(key)) return *found;
    throw ConfigError(where(key) + " is missing, want " + want);
  }
  JsonObject child(std::string_view key, const nlohmann::json& value) const {
    return {std::shared_ptr<const nlohmann::json>(value_, &value), file_, path_to(key)};
  }
  template <class T, class Convert>
  std::vector<T> list(std::string_view key, Convert convert) const {
    std::vector<T> result;
    const auto* found = find(key);
    if (!found) return result;
    if (!found->is_array()) mismatch(key, *found, "an array");
    result.reserve(found->size());
    for (std::size_t i = 0; i < found->size(); ++i)
      result.push_back(convert(std::string(key) + "[" + std::to_string(i) + "]", (*found)[i]));
    return result;
  }

  std::int64_t to_integer(std::string_view key, const nlohmann::json& value, Bounds<std::int64_t> bounds) const {
    // A number beyond int64 arrives as unsigned or floating point and is refused like one out of bounds.
    const bool fits = value.is_number_integer() && !(value.is_number_unsigned() && value.get<std::uint64_t>() >> 63);
    if (fits)
      if (const auto n = value.get<std::int64_t>(); n >= bounds.min && n <= bounds.max) return n;
    mismatch(key, value, want_integer(bounds));
  }
  double to_number(std::string_view key, const nlohmann::json& value, Bounds<double> bounds) const {
    if (value.is_number())
      if (const auto x = value.get<double>(); std::isfinite(x) && x >= bounds.min && x <= bounds.max) return x;
    mismatch(key, value, want_number(bounds));
  }
  std::string to_text(std::string_view key, const nlohmann::json& value) const {
    if (!value.is_string()) mismatch(key, value, "a string");
    return value.get<std::string>();
  }
  bool to_boolean(std::string_view key, const nlohmann::json& value) const {
    if (!value.is_boolean()) mismatch(key, value, "true or false");
    return value.get<bool>();
  }

  static std::string want_integer(Bounds<std::int64_t> bounds) {
    return "an integer" + in_words(bounds, [](std::int64_t n) { return std::to_string(n); });
  }
  static std::string want_number(Bounds<double> bounds) {
    return "a number" + in_words(bounds, [](double x) { return nlohmann::json(x).dump(); });
  }
  template <class T, class Print>
  static std::string in_words(Bounds<T> bounds, Print print) {
    const bool below = bounds.min != Bounds<T>{}.min;
    const bool above = bounds.max != Bounds<T>{}.max;
    if (below && above) return " in " + print(bounds.min) + ".." + print(bounds.max);
    if (below) return " of at least " + print(bounds.min);
    return above ? " of at most " + print(bounds.max) : "";
  }
  static std::string describe(const nlohmann::json& value) {
    if (value.is_string()) return "the string " + in_quotes(value.get_ref<const std::string&>(), 40);
    if (value.is_array()) return "an array of " + std::to_string(value.size());
    if (value.is_object()) return "an object";
    return value.dump();
  }
  [[noreturn]] void mismatch(std::string_view key, const nlohmann::json& value, const std::string& want) const {
    throw ConfigError(where(key) + ": found " + describe(value) + ", want " + want);
  }

  // Keys inside a path come from the file when lists or maps are walked: in_quotes() keeps the message on one line.
  std::string path_to(std::string_view key) const {
    const std::string safe = in_quotes(key);
    return (path_.empty() ? "" : path_ + ".") + safe.substr(1, safe.size() - 2);
  }

  std::shared_ptr<const nlohmann::json> value_;
  std::shared_ptr<const std::string> file_;
  std::string path_;
};

}  // namespace encore
