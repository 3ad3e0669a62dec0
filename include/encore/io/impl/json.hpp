// SPDX-License-Identifier: Apache-2.0
// The bodies of io/json.hpp.
#pragma once

#include <encore/io/json.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace encore {

ENCORE_INLINE std::string in_quotes(std::string_view text, std::size_t longest) {
  const bool cut = text.size() > longest;
  const nlohmann::json value = std::string(text.substr(0, longest));
  return value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + (cut ? "..." : "");
}

namespace detail {

ENCORE_INLINE void refuse_json(const std::string& file, std::size_t position, std::string reason) {
  // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ...; last read: '...'": the part
  // behind the place, without the echo of the input, which has no bound.
  if (const auto start = reason.find("] "); start != std::string::npos) reason.erase(0, start + 2);
  if (reason.starts_with("parse error"))
    if (const auto start = reason.find(": "); start != std::string::npos) reason.erase(0, start + 2);
  reason.resize(std::min(reason.find("; last read"), reason.size()));
  if (reason.starts_with("number overflow")) reason = "a number is too large";
  throw FileError(file + ": not valid JSON at byte " + std::to_string(position) + ": " + reason);
}

ENCORE_INLINE void refuse_nul(std::string_view text, const std::string& file) {
  if (const auto at = text.find('\0'); at != text.npos) refuse_json(file, at + 1, "a zero byte");
}

// Builds the document event by event, so that nesting and duplicate keys are refused before memory is spent on them
// (nlohmann's own builder keeps the last of two equal keys, and recursion on a deep document is the caller's trap).
class StrictJsonBuilder {
 public:
  static constexpr std::size_t max_depth = 64;

  explicit StrictJsonBuilder(const std::string& file) : file_(file), root_(new nlohmann::json) {}

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
    refuse_json(file_, position, error.what());
  }

  JsonTree take() { return std::move(root_); }

 private:
  nlohmann::json* place(nlohmann::json&& value) {
    if (open_.empty()) return &(*root_ = std::move(value));
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
  JsonTree root_;  // taken apart, too, where parsing ends midway
  std::vector<nlohmann::json*>
      open_;  // containers around the current place; an element grows only while none below is open
  nlohmann::json* slot_ = nullptr;  // where the value of the last key goes
};

template <class T, class Print>
std::string in_words(Bounds<T> bounds, Print print) {
  const bool below = bounds.min != Bounds<T>{}.min;
  const bool above = bounds.max != Bounds<T>{}.max;
  if (below && above) return " in " + print(bounds.min) + ".." + print(bounds.max);
  if (below) return " of at least " + print(bounds.min);
  return above ? " of at most " + print(bounds.max) : "";
}
inline std::string want_integer(Bounds<std::int64_t> bounds) {
  return "an integer" + in_words(bounds, [](std::int64_t n) { return std::to_string(n); });
}
inline std::string want_number(Bounds<double> bounds) {
  return "a number" + in_words(bounds, [](double x) { return nlohmann::json(x).dump(); });
}
inline std::string describe(const nlohmann::json& value) {
  if (value.is_string()) return "the string " + in_quotes(value.get_ref<const std::string&>(), 40);
  if (value.is_array()) return "an array of " + std::to_string(value.size());
  if (value.is_object()) return "an object";
  return value.dump();
}

// Empties the arrays and objects of a tree, the innermost first: the destructor of nlohmann's json allocates for those
// that hold something, and where there is no memory it ends the process. Recursive, 64 deep at most.
inline void take_apart(nlohmann::json& tree) noexcept {
  if (tree.is_object())
    for (auto& member : tree.get_ref<nlohmann::json::object_t&>()) take_apart(member.second);
  else if (tree.is_array())
    for (nlohmann::json& element : tree.get_ref<nlohmann::json::array_t&>()) take_apart(element);
  else
    return;
  tree.clear();
}

}  // namespace detail

ENCORE_INLINE void TakeJsonApart::operator()(nlohmann::json* tree) const noexcept {
  detail::take_apart(*tree);
  delete tree;
}

ENCORE_INLINE JsonTree parse_json(std::string_view text, const std::string& file) {
  detail::refuse_nul(text, file);
  detail::StrictJsonBuilder builder(file);
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

ENCORE_INLINE JsonObject::JsonObject(JsonTree value, std::string file)
    : JsonObject(std::shared_ptr<const nlohmann::json>(std::move(value)),
                 std::make_shared<const std::string>(std::move(file)), {}, false) {}

ENCORE_INLINE JsonObject::JsonObject(std::shared_ptr<const nlohmann::json> value,
                                     std::shared_ptr<const std::string> file, std::string path, bool null_is_absent)
    : value_(std::move(value)), file_(std::move(file)), path_(std::move(path)), null_is_absent_(null_is_absent) {
  if (value_->is_object()) return;
  const std::string place = path_.empty() ? *file_ : *file_ + ": key '" + path_ + "'";
  throw ConfigError(place + ": found " + detail::describe(*value_) + ", want an object");
}

ENCORE_INLINE JsonObject JsonObject::parse(std::string_view text, const std::string& file) {
  return {parse_json(text, file), file};
}

ENCORE_INLINE std::vector<JsonObject> JsonObject::parse_list(std::string_view text, const std::string& file) {
  const std::shared_ptr<const nlohmann::json> list = parse_json(text, file);
  if (!list->is_array()) throw ConfigError(file + ": found " + detail::describe(*list) + ", want an array");
  const auto name = std::make_shared<const std::string>(file);
  std::vector<JsonObject> objects;
  objects.reserve(list->size());
  for (std::size_t i = 0; i < list->size(); ++i)
    objects.push_back(
        {std::shared_ptr<const nlohmann::json>(list, &(*list)[i]), name, "[" + std::to_string(i) + "]", false});
  return objects;
}

ENCORE_INLINE JsonObject JsonObject::with_member(std::string_view key, JsonTree value, std::string file,
                                                 std::string path) {
  JsonTree object(new nlohmann::json(nlohmann::json::object()));
  (*object)[std::string(key)].swap(*value);
  return {std::shared_ptr<const nlohmann::json>(std::move(object)),
          std::make_shared<const std::string>(std::move(file)), std::move(path), false};
}

ENCORE_INLINE JsonObject JsonObject::nullable() const { return {value_, file_, path_, true}; }

ENCORE_INLINE std::size_t JsonObject::size() const { return value_->size(); }

ENCORE_INLINE std::vector<std::string> JsonObject::keys() const {
  std::vector<std::string> all;
  all.reserve(value_->size());
  for (const auto& member : value_->get_ref<const nlohmann::json::object_t&>()) all.push_back(member.first);
  return all;
}

ENCORE_INLINE std::int64_t JsonObject::integer(std::string_view key, Bounds<std::int64_t> bounds) const {
  return to_integer(key, required(key, detail::want_integer(bounds)), bounds);
}
ENCORE_INLINE std::optional<std::int64_t> JsonObject::optional_integer(std::string_view key,
                                                                       Bounds<std::int64_t> bounds) const {
  const auto* found = find(key);
  return found ? std::optional(to_integer(key, *found, bounds)) : std::nullopt;
}

ENCORE_INLINE double JsonObject::number(std::string_view key, Bounds<double> bounds) const {
  return to_number(key, required(key, detail::want_number(bounds)), bounds);
}
ENCORE_INLINE std::optional<double> JsonObject::optional_number(std::string_view key, Bounds<double> bounds) const {
  const auto* found = find(key);
  return found ? std::optional(to_number(key, *found, bounds)) : std::nullopt;
}

ENCORE_INLINE std::string JsonObject::text(std::string_view key) const {
  return to_text(key, required(key, "a string"));
}
ENCORE_INLINE bool JsonObject::has_text(std::string_view key) const {
  const auto* found = find(key);
  return found && found->is_string();
}

ENCORE_INLINE std::optional<std::string> JsonObject::optional_text(std::string_view key) const {
  const auto* found = find(key);
  return found ? std::optional(to_text(key, *found)) : std::nullopt;
}

ENCORE_INLINE std::optional<std::string> JsonObject::literal(std::string_view key) const {
  const auto& members = value_->get_ref<const nlohmann::json::object_t&>();
  const auto found = members.find(key);
  const bool is_one = found != members.end() && found->second.is_primitive() && !found->second.is_string();
  return is_one ? std::optional(found->second.dump()) : std::nullopt;
}

ENCORE_INLINE bool JsonObject::boolean(std::string_view key) const {
  return to_boolean(key, required(key, "true or false"));
}
ENCORE_INLINE std::optional<bool> JsonObject::optional_boolean(std::string_view key) const {
  const auto* found = find(key);
  return found ? std::optional(to_boolean(key, *found)) : std::nullopt;
}

ENCORE_INLINE JsonObject JsonObject::object(std::string_view key) const {
  return child(key, required(key, "an object"));
}
ENCORE_INLINE std::optional<JsonObject> JsonObject::optional_object(std::string_view key) const {
  const auto* found = find(key);
  return found ? std::optional(child(key, *found)) : std::nullopt;
}

template <class T, class Convert>
std::vector<T> JsonObject::list(std::string_view key, Convert convert) const {
  std::vector<T> result;
  const auto* found = find(key);
  if (!found) return result;
  if (!found->is_array()) mismatch(key, *found, "an array");
  result.reserve(found->size());
  for (std::size_t i = 0; i < found->size(); ++i)
    result.push_back(convert(std::string(key) + "[" + std::to_string(i) + "]", (*found)[i]));
  return result;
}
ENCORE_INLINE std::vector<std::int64_t> JsonObject::integers(std::string_view key, Bounds<std::int64_t> bounds) const {
  return list<std::int64_t>(key, [&](const std::string& k, const auto& v) { return to_integer(k, v, bounds); });
}
ENCORE_INLINE std::vector<double> JsonObject::numbers(std::string_view key, Bounds<double> bounds) const {
  return list<double>(key, [&](const std::string& k, const auto& v) { return to_number(k, v, bounds); });
}
ENCORE_INLINE std::vector<std::string> JsonObject::texts(std::string_view key) const {
  return list<std::string>(key, [&](const std::string& k, const auto& v) { return to_text(k, v); });
}
ENCORE_INLINE std::vector<JsonObject> JsonObject::objects(std::string_view key) const {
  return list<JsonObject>(key, [&](const std::string& k, const auto& v) { return child(k, v); });
}

ENCORE_INLINE std::string JsonObject::where(std::string_view key) const {
  return file() + ": key '" + path_to(key) + "'";
}
ENCORE_INLINE ConfigError JsonObject::error(std::string_view key, std::string_view message) const {
  return ConfigError(where(key) + " " + std::string(message));
}

ENCORE_INLINE const nlohmann::json* JsonObject::find(std::string_view key) const {
  const auto& members = value_->get_ref<const nlohmann::json::object_t&>();
  const auto found = members.find(key);
  if (found == members.end() || (null_is_absent_ && found->second.is_null())) return nullptr;
  return &found->second;
}
ENCORE_INLINE const nlohmann::json& JsonObject::required(std::string_view key, const std::string& want) const {
  if (const auto* found = find(key)) return *found;
  throw ConfigError(where(key) + " is missing, want " + want);
}
ENCORE_INLINE JsonObject JsonObject::child(std::string_view key, const nlohmann::json& value) const {
  return {std::shared_ptr<const nlohmann::json>(value_, &value), file_, path_to(key), null_is_absent_};
}

ENCORE_INLINE std::int64_t JsonObject::to_integer(std::string_view key, const nlohmann::json& value,
                                                  Bounds<std::int64_t> bounds) const {
  // A number beyond int64 arrives as unsigned or floating point and is refused like one out of bounds.
  const bool fits = value.is_number_integer() && !(value.is_number_unsigned() && value.get<std::uint64_t>() >> 63);
  if (fits)
    if (const auto n = value.get<std::int64_t>(); n >= bounds.min && n <= bounds.max) return n;
  mismatch(key, value, detail::want_integer(bounds));
}
ENCORE_INLINE double JsonObject::to_number(std::string_view key, const nlohmann::json& value,
                                           Bounds<double> bounds) const {
  if (value.is_number())
    if (const auto x = value.get<double>(); std::isfinite(x) && x >= bounds.min && x <= bounds.max) return x;
  mismatch(key, value, detail::want_number(bounds));
}
ENCORE_INLINE std::string JsonObject::to_text(std::string_view key, const nlohmann::json& value) const {
  if (!value.is_string()) mismatch(key, value, "a string");
  return value.get<std::string>();
}
ENCORE_INLINE bool JsonObject::to_boolean(std::string_view key, const nlohmann::json& value) const {
  if (!value.is_boolean()) mismatch(key, value, "true or false");
  return value.get<bool>();
}
ENCORE_INLINE void JsonObject::mismatch(std::string_view key, const nlohmann::json& value,
                                        const std::string& want) const {
  throw ConfigError(where(key) + ": found " + detail::describe(value) + ", want " + want);
}

// Keys inside a path come from the file when lists or maps are walked: in_quotes() keeps the message on one line.
ENCORE_INLINE std::string JsonObject::path_to(std::string_view key) const {
  const std::string safe = in_quotes(key);
  return (path_.empty() ? "" : path_ + ".") + safe.substr(1, safe.size() - 2);
}

}  // namespace encore
