// SPDX-License-Identifier: Apache-2.0
// The names that Oniguruma has for classes of POSIX and for properties of Unicode (its doc/UNICODE_PROPERTIES), and
// what they are as members of a set of PCRE2. Names are compared without case, spaces, - and _.
#pragma once

#include <encore/config.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace encore::text::detail {

// As members of a set; the first may be a ^, for all others.
inline constexpr std::string_view white_space_members =
    "\\x{9}-\\x{d}\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}";
inline constexpr std::string_view posix_word_members = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
// Of \w outside of sets, which has six numbers of Latin-1 besides.
inline constexpr std::string_view word_members =
    "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{b2}\\x{b3}\\x{b9}\\x{bc}-\\x{be}";

inline std::optional<std::string_view> posix_members(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> known[] = {
      {"alnum", "\\p{Alphabetic}\\p{Nd}"},
      {"alpha", "\\p{Alphabetic}"},
      {"ascii", "\\x{0}-\\x{7f}"},
      {"blank", "\\x{9}\\p{Zs}"},
      {"cntrl", "\\p{Cc}"},
      {"digit", "\\p{Nd}"},
      {"graph", "^\\p{Zs}\\x{2028}\\x{2029}\\p{Cc}\\p{Cn}\\p{Cs}"},
      {"lower", "\\p{Lowercase}"},
      {"print", "^\\x{2028}\\x{2029}\\p{Cc}\\p{Cn}\\p{Cs}"},
      {"punct", "\\p{P}\\p{S}"},
      {"space", white_space_members},
      {"upper", "\\p{Uppercase}"},
      {"xdigit", "0-9A-Fa-f"},
      {"word", posix_word_members},
  };
  for (const auto& [posix, members] : known)
    if (posix == name) return members;
  return std::nullopt;
}

// The members that are no members, and the other way round.
inline std::string negated_members(std::string_view members) {
  return members.starts_with('^') ? std::string(members.substr(1)) : "^" + std::string(members);
}

// Nothing for what cannot be a name; of other names PCRE2 knows whether they are properties.
inline std::optional<std::string> property_members(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9')) plain += char(c >= 'A' && c <= 'Z' ? c + 32 : c);
    if (!letter && (c < '0' || c > '9') && c != ' ' && c != '-' && c != '_') return std::nullopt;
  }
  if (plain.empty()) return std::nullopt;
  if (const auto members = posix_members(plain)) return std::string(*members);
  // General categories, by their long names; the short ones of one letter or two are PCRE2's own.
  static constexpr std::pair<std::string_view, std::string_view> categories[] = {
      {"other", "C"},
      {"control", "Cc"},
      {"format", "Cf"},
      {"unassigned", "Cn"},
      {"privateuse", "Co"},
      {"surrogate", "Cs"},
      {"letter", "L"},
      {"casedletter", "L&"},
      {"lc", "L&"},
      {"lowercaseletter", "Ll"},
      {"modifierletter", "Lm"},
      {"otherletter", "Lo"},
      {"titlecaseletter", "Lt"},
      {"uppercaseletter", "Lu"},
      {"mark", "M"},
      {"combiningmark", "M"},
      {"spacingmark", "Mc"},
      {"enclosingmark", "Me"},
      {"nonspacingmark", "Mn"},
      {"number", "N"},
      {"decimalnumber", "Nd"},
      {"letternumber", "Nl"},
      {"othernumber", "No"},
      {"punctuation", "P"},
      {"connectorpunctuation", "Pc"},
      {"dashpunctuation", "Pd"},
      {"closepunctuation", "Pe"},
      {"finalpunctuation", "Pf"},
      {"initialpunctuation", "Pi"},
      {"otherpunctuation", "Po"},
      {"openpunctuation", "Ps"},
      {"symbol", "S"},
      {"currencysymbol", "Sc"},
      {"modifiersymbol", "Sk"},
      {"mathsymbol", "Sm"},
      {"othersymbol", "So"},
      {"separator", "Z"},
      {"lineseparator", "Zl"},
      {"paragraphseparator", "Zp"},
      {"spaceseparator", "Zs"},
  };
  for (const auto& [longer, category] : categories)
    if (longer == plain) return "\\p{" + std::string(category) + "}";
  if (plain.size() <= 2 && std::string_view("clmnpsz").find(plain[0]) != std::string_view::npos)
    return "\\p{" + std::string(1, char(plain[0] - 32)) + plain.substr(1) + "}";
  if (plain == "any") return "\\x{0}-\\x{10ffff}";
  if (plain == "assigned") return "^\\p{Cn}";
  // What is no property of code points that PCRE2 has is taken for a script: of its own, not of texts that it occurs
  // in.
  static constexpr std::string_view properties =
      " alphabetic asciihexdigit cased caseignorable dash defaultignorablecodepoint deprecated diacritic"
      " emoji emojicomponent emojimodifier emojimodifierbase emojipresentation extendedpictographic extender"
      " graphemebase graphemeextend hexdigit idcontinue idstart ideographic joincontrol lowercase math"
      " quotationmark radical unifiedideograph uppercase variationselector whitespace ";
  const bool property = properties.find(" " + plain + " ") != properties.npos;
  return (property ? "\\p{" : "\\p{sc:") + plain + "}";
}

}  // namespace encore::text::detail
