// SPDX-License-Identifier: Apache-2.0
// Sets of characters in Oniguruma's expressions, written as PCRE2 takes them: [a-z], sets within sets, intersections,
// the classes of POSIX, and the properties of Unicode by all their names.
#pragma once

#include <encore/text/unicode_properties.hpp>
#include <encore/text/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace encore::text::detail {

// Why an expression is not understood, behind "it ".
struct UnsupportedSyntax {
  std::string reason;
};

// A code point as PCRE2 takes it, within a set or outside.
inline std::string code_point(char32_t c) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (; c || hex.empty(); c >>= 4) hex.insert(hex.begin(), digits[c & 15]);
  return "\\x{" + hex + "}";
}

// Reads an expression, which is UTF-8.
class RegexReader {
 public:
  explicit RegexReader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  void skip(std::size_t bytes) { rest_.remove_prefix(bytes); }
  char32_t take() {
    if (rest_.empty()) throw UnsupportedSyntax{"ends too early"};
    const char* at = rest_.data();
    const char32_t c = decode(at);
    skip(std::size_t(at - rest_.data()));
    return c;
  }
  bool take_if(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    skip(text.size());
    return true;
  }
  // White space and comments, which extended expressions may have between their parts.
  bool skip_ignored() {
    if (peek() == '#' && !done()) {
      skip(std::min(rest_.find('\n'), rest_.size()));
      return true;
    }
    if (done() || std::string_view(" \t\n\r\f\v").find(peek()) == std::string_view::npos) return false;
    skip(1);
    return true;
  }
  // Decimal, at least one digit.
  std::int64_t number() {
    std::int64_t value = 0;
    std::size_t count = 0;
    for (; !done() && peek() >= '0' && peek() <= '9'; skip(1), ++count)
      value = std::min<std::int64_t>(value * 10 + (peek() - '0'), 1 << 30);
    if (count == 0) throw UnsupportedSyntax{"lacks a number"};
    return value;
  }
  // Up to `most` hexadecimal digits, at least one.
  char32_t hexadecimal(std::size_t most) {
    char32_t value = 0;
    std::size_t count = 0;
    for (; count < most && !done(); ++count, skip(1)) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) break;
      value = value * 16 + char32_t(digit);
    }
    if (count == 0 || value > 0x10ffff) throw UnsupportedSyntax{"has a code point that is none"};
    return value;
  }
  // {n}, {n,}, {,n} or {n,m}, as (n, m); m is -1 where there is no limit. Other braces are ordinary characters:
  // nothing.
  std::optional<std::pair<std::int64_t, std::int64_t>> take_interval() {
    const std::size_t close = rest_.find('}');
    if (close == std::string_view::npos || close < 2) return std::nullopt;
    const std::string_view inside = rest_.substr(1, close - 1);
    const std::size_t comma = inside.find(',');
    if (inside.find_first_not_of("0123456789,") != std::string_view::npos || inside == "," ||
        (comma != std::string_view::npos && inside.find(',', comma + 1) != std::string_view::npos))
      return std::nullopt;
    skip(1);
    std::int64_t least = comma == 0 ? 0 : number();
    std::int64_t most = least;
    if (take_if(",")) most = peek() == '}' ? -1 : number();
    skip(1);
    if (most >= 0 && most < least) throw UnsupportedSyntax{"has an interval that ends before it begins"};
    return std::pair(least, most);
  }

 private:
  std::string_view rest_;
};

class CharacterSetTranslator {
 public:
  explicit CharacterSetTranslator(RegexReader& in) : in_(in) {}

  // Behind a [, up to and with its ].
  std::string set(int depth = 0) {
    if (depth > 50) throw UnsupportedSyntax{"nests sets more than 50 deep"};
    const bool negated = in_.take_if("^");
    std::string both;  // what the sets before && allow
    Union all;
    bool first = true;
    for (;; first = false) {
      if (in_.done()) throw UnsupportedSyntax{"has a [ without a ]"};
      if (!first && in_.take_if("]")) break;
      if (in_.take_if("&&")) {
        both += "(?=" + all.expression() + ")";
        all = {};
        continue;
      }
      item(all, depth);
    }
    if (both.empty() && all.others.empty()) return (negated ? "[^" : "[") + all.members + "]";
    const std::string one = both.empty() ? all.expression() : "(?:" + both + all.expression() + ")";
    return negated ? "(?:(?!" + one + ")(?s:.))" : one;
  }

  // \s, \w, \p{..} and their like behind a backslash, as members of a set; nothing where something else stands there.
  // `word` are the members of \w.
  std::optional<std::string> class_escape(std::string_view word) {
    switch (in_.peek()) {
      case 's': return taken(white_space_members);
      case 'w': return taken(word);
      case 'd': return taken("\\p{Nd}");
      case 'h': return taken("0-9A-Fa-f");
      case 'S': return taken(negated_members(white_space_members));
      case 'W': return taken(negated_members(word));
      case 'D': return taken("\\P{Nd}");
      case 'H': return taken("^0-9A-Fa-f");
      case 'p':
      case 'P': return property();
      default: return std::nullopt;
    }
  }

  // One character behind a backslash.
  char32_t character_escape() {
    const char32_t c = in_.take();
    switch (c) {
      case U't': return U'\t';
      case U'n': return U'\n';
      case U'r': return U'\r';
      case U'f': return U'\f';
      case U'v': return U'\v';
      case U'a': return U'\a';
      case U'e': return 0x1b;
      case U'u': return in_.hexadecimal(4);
      case U'x': {
        if (!in_.take_if("{")) return ascii(in_.hexadecimal(2));
        const char32_t value = in_.hexadecimal(8);
        if (!in_.take_if("}")) throw UnsupportedSyntax{"has \\x{ without a }"};
        return value;
      }
      default: break;
    }
    if (c >= U'0' && c <= U'7') {
      char32_t value = c - U'0';
      for (int i = 0; i < 2 && in_.peek() >= '0' && in_.peek() <= '7'; ++i) value = value * 8 + (in_.take() - U'0');
      return ascii(value);
    }
    const bool is_name = (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
    if (is_name) throw UnsupportedSyntax{std::string("has \\") + char(c)};
    return c;
  }

 private:
  // One set of PCRE2, and expressions of one character that do not fit into it.
  struct Union {
    std::string members;
    std::string others;  // each behind a |

    std::string expression() const {
      if (others.empty()) return members.empty() ? "(?!)" : "[" + members + "]";
      return "(?:" + (members.empty() ? others.substr(1) : "[" + members + "]" + others) + ")";
    }
    // "^.." is a set of its own.
    void add(const std::string& more) {
      if (more.starts_with('^'))
        others += "|[" + more + "]";
      else
        members += more;
    }
  };

  // \xe9 and \351 are bytes, which Oniguruma joins to characters with those beside them; not so here.
  static char32_t ascii(char32_t c) {
    if (c > 0x7f) throw UnsupportedSyntax{"has a byte beyond ASCII, of which \\x{..} would be the code point"};
    return c;
  }

  // A - at the end of a set, or before &&, is itself.
  bool hyphen_is_itself() const { return in_.rest().starts_with("-]") || in_.rest().starts_with("-&&"); }
  void refuse_range_from_class() const {
    if (in_.peek() == '-' && !hyphen_is_itself()) throw UnsupportedSyntax{"has a range that begins with a class"};
  }

  void item(Union& all, int depth) {
    if (posix(all)) return refuse_range_from_class();
    if (in_.take_if("[")) {
      all.others += "|" + set(depth + 1);
      return;
    }
    if (const auto members = class_in_set()) {
      all.add(*members);
      return refuse_range_from_class();
    }
    const char32_t from = character();
    if (in_.peek() != '-' || hyphen_is_itself()) {
      all.members += code_point(from);
      return;
    }
    in_.skip(1);
    if (in_.peek() == '[' || class_in_set()) throw UnsupportedSyntax{"has a range that ends in a class"};
    const char32_t to = character();
    if (to < from) throw UnsupportedSyntax{"has a range that ends before it begins"};
    all.members += code_point(from) + "-" + code_point(to);
  }

  // [:alpha:] and its like; false where something else stands there.
  bool posix(Union& all) {
    const std::size_t end = in_.rest().find(":]");
    if (!in_.rest().starts_with("[:") || end == std::string_view::npos || end < 2) return false;
    std::string_view name = in_.rest().substr(2, end - 2);
    const bool negated = name.starts_with('^');
    if (negated) name.remove_prefix(1);
    if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != std::string_view::npos) return false;
    const auto members = posix_members(name);
    if (!members) throw UnsupportedSyntax{"has the unknown class [:" + std::string(name) + ":]"};
    in_.skip(end + 2);
    all.add(negated ? negated_members(*members) : std::string(*members));
    return true;
  }
  std::optional<std::string> class_in_set() {
    if (!in_.rest().starts_with('\\')) return std::nullopt;
    RegexReader behind = in_;
    behind.skip(1);
    auto members = CharacterSetTranslator(behind).class_escape(posix_word_members);
    if (members) in_ = behind;
    return members;
  }
  // A character, or one behind a backslash, where \b is a backspace.
  char32_t character() {
    if (!in_.take_if("\\")) return in_.take();
    if (in_.take_if("b")) return U'\b';
    return character_escape();
  }

  std::string property() {
    bool negated = in_.take() == U'P';
    if (!in_.take_if("{")) throw UnsupportedSyntax{"has \\p without {"};
    negated = in_.take_if("^") != negated;
    const std::size_t end = in_.rest().find('}');
    if (end == std::string_view::npos) throw UnsupportedSyntax{"has \\p{ without a }"};
    const std::string_view name = in_.rest().substr(0, end);
    in_.skip(end + 1);
    const auto members = property_members(name);
    if (!members) throw UnsupportedSyntax{"has the unknown property " + std::string(name)};
    return negated ? negated_members(*members) : *members;
  }

  std::string taken(std::string_view members) {
    in_.take();
    return std::string(members);
  }
  RegexReader& in_;
};

}  // namespace encore::text::detail
