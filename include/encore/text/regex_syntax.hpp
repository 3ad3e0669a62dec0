// SPDX-License-Identifier: Apache-2.0
// Regular expressions of tokenizer.json are Oniguruma's, in Ruby's syntax over Unicode; here they are written anew as
// PCRE2 takes them. The two differ in what \h, \s, \v, \w, \b and (?m) mean, in sets within sets and their
// intersections, in quantifiers behind intervals, in the reach of (?i), and in the names of properties. Oniguruma's
// doc/RE, pcre2pattern(3).
#pragma once

#include <encore/text/character_set_syntax.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace encore::text::detail {

// Throws UnsupportedSyntax, which says what is not understood. What is no expression at all is left to PCRE2 to refuse.
class RegexTranslator {
 public:
  static std::string translate(std::string_view expression) {
    RegexTranslator translator(expression);
    std::string out = translator.alternatives(false, 0);
    if (!translator.in_.done()) throw UnsupportedSyntax{"has a ) without a ("};
    return out;
  }

 private:
  static constexpr int deepest = 200;  // PCRE2 nests 250 groups at most

  explicit RegexTranslator(std::string_view expression) : in_(expression) {}

  // Up to the end, or the ) of a group. `extended`: white space and comments are left out.
  std::string alternatives(bool extended, int depth) {
    if (depth > deepest) throw UnsupportedSyntax{"nests groups more than " + std::to_string(deepest) + " deep"};
    std::string out;
    while (!in_.done() && in_.peek() != ')') {
      if (in_.take_if("|")) {
        out += '|';
      } else if (extended && in_.skip_ignored()) {
        continue;
      } else if (in_.take_if("(?#")) {
        while (!in_.done() && in_.peek() != ')') in_.take();
        if (!in_.take_if(")")) throw UnsupportedSyntax{"has a comment without an end"};
      } else if (bool x = extended; in_.rest().starts_with("(?") && takes_options(x, out)) {
        // Options without a group of their own hold to the end of the group around them, across its alternatives.
        out += alternatives(x, depth + 1) + ")";
      } else {
        out += quantified(atom(extended, depth), extended);
      }
    }
    return out;
  }

  // "(?i-m)" and its like, written as the beginning of a group; nothing is taken where something else stands there.
  bool takes_options(bool& extended, std::string& out) {
    const std::size_t end = in_.rest().find_first_not_of("imx-", 2);
    if (end == std::string_view::npos || end == 2 || in_.rest()[end] != ')') return false;
    out += options(in_.rest().substr(2, end - 2), extended);
    in_.skip(end + 1);
    return true;
  }
  // Ruby's m is Perl's s: the dot takes newlines.
  static std::string options(std::string_view letters, bool& extended) {
    std::string on, off;
    bool minus = false;
    for (const char letter : letters) {
      if (letter == '-')
        minus = true;
      else if (letter == 'x')
        extended = !minus;
      else
        (minus ? off : on) += letter == 'm' ? 's' : letter;
    }
    return "(?" + on + (off.empty() ? "" : "-" + off) + ":";
  }

  std::string atom(bool extended, int depth) {
    if (in_.take_if("(")) return group(extended, depth);
    if (in_.take_if("[")) return CharacterSetTranslator(in_).set();
    if (in_.take_if("\\")) return escape();
    const char c = in_.peek();
    if (c == '*' || c == '+' || c == '?') throw UnsupportedSyntax{"has a quantifier with nothing before it"};
    if (c == '.' || c == '^' || c == '$') return std::string(1, char(in_.take()));
    return code_point(in_.take());
  }

  std::string group(bool extended, int depth) {
    std::string open = "(";
    if (in_.take_if("?")) {
      static constexpr std::string_view known[] = {":", "=", "!", ">", "<=", "<!"};
      bool found = false;
      for (const std::string_view kind : known)
        if (!found && in_.take_if(kind)) {
          open = "(?" + std::string(kind);
          found = true;
        }
      if (!found && (in_.take_if("<") || in_.take_if("'"))) {
        open = "(?<" + name() + ">";
      } else if (!found) {
        const std::size_t end = in_.rest().find_first_not_of("imx-");
        if (end == std::string_view::npos || end == 0 || in_.rest()[end] != ':')
          throw UnsupportedSyntax{"has a group of the unknown kind (?" + std::string(in_.rest().substr(0, 1))};
        open = options(in_.rest().substr(0, end), extended);
        in_.skip(end + 1);
      }
    }
    captures_ += open == "(" || (open.starts_with("(?<") && open.ends_with('>'));
    std::string inside = alternatives(extended, depth + 1);
    if (!in_.take_if(")")) throw UnsupportedSyntax{"has a ( without a )"};
    return open + inside + ")";
  }

  // Of a group, up to its > or '.
  std::string name() {
    const std::size_t end = in_.rest().find_first_of(">'");
    if (end == std::string_view::npos || end == 0) throw UnsupportedSyntax{"has a group without a name"};
    std::string taken(in_.rest().substr(0, end));
    in_.skip(end + 1);
    return taken;
  }

  std::string escape() {
    if (const auto set = CharacterSetTranslator(in_).class_escape(word_members)) return "[" + *set + "]";
    switch (const char c = in_.peek()) {
      case 'b':
      case 'B': {
        in_.take();
        const std::string w = "[" + std::string(word_members) + "]";
        return c == 'b' ? "(?:(?<=" + w + ")(?!" + w + ")|(?<!" + w + ")(?=" + w + "))"
                        : "(?:(?<=" + w + ")(?=" + w + ")|(?<!" + w + ")(?!" + w + "))";
      }
      case 'A':
      case 'z':
      case 'Z':
      case 'R':
      case 'X':
      case 'N': in_.take(); return std::string("\\") + c;
      case 'O': in_.take(); return "(?s:.)";
      case 'G':
      case 'K':
      case 'g':
      case 'y':
      case 'Y': throw UnsupportedSyntax{std::string("has \\") + c};
      case 'k': {
        in_.take();
        if (!in_.take_if("<") && !in_.take_if("'")) throw UnsupportedSyntax{"has \\k without a name"};
        return "\\k<" + name() + ">";
      }
      default: break;
    }
    if (in_.peek() >= '1' && in_.peek() <= '9') {
      // A group before here, or one digit; all else is octal, or the digit 8 or 9 itself.
      RegexReader behind = in_;
      if (const std::int64_t group = behind.number(); group <= std::max<std::int64_t>(9, captures_)) {
        in_ = behind;
        return "\\g{" + std::to_string(group) + "}";
      }
      if (in_.peek() >= '8') return code_point(in_.take());
    }
    return code_point(CharacterSetTranslator(in_).character_escape());
  }

  // What stands behind an atom. Behind an interval a + repeats the whole, and a ? behind {n} makes it optional.
  std::string quantified(std::string out, bool extended) {
    for (;;) {
      if (extended && in_.skip_ignored()) continue;
      if (in_.done()) return out;
      const char c = in_.peek();
      if (c == '*' || c == '+' || c == '?') {
        in_.take();
        out = repeated(out) + c;
        if (in_.take_if("+"))
          out += '+';
        else if (in_.take_if("?"))
          out += '?';
      } else if (const auto interval = c == '{' ? in_.take_interval() : std::nullopt) {
        const auto [least, most] = *interval;
        out = repeated(out) + "{" + std::to_string(least) + (most == least ? "" : ",") +
              (most == least || most < 0 ? "" : std::to_string(most)) + "}";
        if (most != least && in_.take_if("?")) out += '?';
      } else {
        return out;
      }
    }
  }
  // As one atom, whatever quantifiers it has already.
  static std::string repeated(const std::string& atom) { return "(?:" + atom + ")"; }

  RegexReader in_;
  std::int64_t captures_ = 0;  // groups that capture, up to here
};

}  // namespace encore::text::detail
