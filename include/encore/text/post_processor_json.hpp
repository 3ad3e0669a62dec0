// SPDX-License-Identifier: Apache-2.0
// The post-processors of tokenizer.json.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/json_part.hpp>
#include <encore/text/tokenizer_parts.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text::detail {

// Whether a token with that id can come out of the tokenizer.
inline bool has_id(const TokenizerParts& parts, std::int64_t id) {
  return parts.vocabulary.token_of(std::int32_t(id)) || parts.added.find(std::int32_t(id));
}

inline Template read_template(const JsonObject& part, std::string_view key, bool pair, const TokenizerParts& parts) {
  static constexpr std::size_t max_special = 1000;
  using Kind = TemplatePiece::Kind;
  const JsonObject special = part.object("special_tokens");
  std::vector<TemplatePiece> pieces;
  std::size_t count = 0;
  int firsts = 0;
  int seconds = 0;
  for (const JsonObject& piece : part.objects(key)) {
    if (const auto sequence = piece.optional_object("Sequence")) {
      const std::string id = sequence->text("id");
      if (id != "A" && id != "B") throw sequence->error("id", "is " + in_quotes(id) + ", want \"A\" or \"B\"");
      ++(id == "A" ? firsts : seconds);
      pieces.push_back(
          {id == "A" ? Kind::first : Kind::second, std::int32_t(sequence->integer("type_id", id_bounds)), {}, {}});
      continue;
    }
    const auto token = piece.optional_object("SpecialToken");
    if (!token) throw part.error(key, "holds a piece that is neither \"Sequence\" nor \"SpecialToken\"");
    const std::string name = token->text("id");
    if (!special.has(name)) throw token->error("id", in_quotes(name) + " is not among the template's special_tokens");
    const JsonObject content = special.object(name);
    content.text("id");
    TemplatePiece out{Kind::special, std::int32_t(token->integer("type_id", id_bounds)), {}, content.texts("tokens")};
    for (const std::int64_t id : content.integers("ids", id_bounds)) {
      if (!has_id(parts, id)) throw content.error("ids", "holds " + std::to_string(id) + ", which no token has");
      out.ids.push_back(std::int32_t(id));
    }
    if (out.ids.size() != out.tokens.size())
      throw content.error("ids", "has " + std::to_string(out.ids.size()) + " entries for " +
                                     std::to_string(out.tokens.size()) + " tokens");
    if ((count += out.ids.size()) > max_special)
      throw part.error(key, "adds more than " + std::to_string(max_special) + " special tokens");
    pieces.push_back(std::move(out));
  }
  if (firsts != 1 || seconds != (pair ? 1 : 0))
    throw UnsupportedError(part.where(key) + ": supported are templates with " +
                           (pair ? "each of the sequences A and B once" : "sequence A once and no B"));
  return Template(std::move(pieces));
}

inline std::pair<std::string, std::int32_t> read_named_id(const JsonObject& part, std::string_view key,
                                                          const TokenizerParts& parts) {
  const auto found = part.value().find(key);
  const bool right = found != part.value().end() && found->is_array() && found->size() == 2 &&
                     (*found)[0].is_string() && (*found)[1].is_number_unsigned() &&
                     (*found)[1].get<std::uint64_t>() <= std::uint64_t(INT32_MAX);
  if (!right) throw part.error(key, "is not a token and its id: [\"...\", 0]");
  const auto id = (*found)[1].get<std::int32_t>();
  if (!has_id(parts, id)) throw part.error(key, "has the id " + std::to_string(id) + ", which no token has");
  return {(*found)[0].get<std::string>(), id};
}

inline std::optional<SpaceTrimming> read_trimming(const JsonObject& part) {
  const bool keeps_first = part.boolean("add_prefix_space");
  if (!part.boolean("trim_offsets")) return std::nullopt;
  return SpaceTrimming{keeps_first};
}

inline PostProcessor read_post_processor(const JsonObject& part, const TokenizerParts& parts) {
  const std::string type = part.text("type");
  if (type == "TemplateProcessing")
    return {.single = read_template(part, "single", false, parts), .pair = read_template(part, "pair", true, parts)};
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    const auto [cls, cls_id] = read_named_id(part, "cls", parts);
    const auto [sep, sep_id] = read_named_id(part, "sep", parts);
    if (type == "BertProcessing") return bert_post_processor(cls, cls_id, sep, sep_id);
    PostProcessor roberta = roberta_post_processor(cls, cls_id, sep, sep_id);
    roberta.trimming = read_trimming(part);
    return roberta;
  }
  if (type == "ByteLevel") {
    part.boolean("use_regex", true);  // of the pre-tokeniser of the same name, whose keys it has
    return {.trimming = read_trimming(part)};
  }
  if (type == "Sequence") {
    const auto processors = steps_of(part, "processors");
    PostProcessor all;
    bool trims = false;
    for (std::size_t i = 0; i < processors.size(); ++i) {
      const bool byte_level = processors[i].text("type") == "ByteLevel";
      if (i > (trims ? 1u : 0u) || (byte_level && trims))
        throw UnsupportedError(processors[i].where("type") + ": supported is one processor, or ByteLevel and another");
      const auto before = all.trimming;
      all = read_post_processor(processors[i], parts);
      if (before && all.trimming)
        throw UnsupportedError(processors[i].where("trim_offsets") +
                               ": offsets that are trimmed twice are not supported");
      if (before) all.trimming = before;
      trims = trims || byte_level;
    }
    return all;
  }
  refuse_type(part, type, "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel, Sequence of two of these");
}

}  // namespace encore::text::detail
