// SPDX-License-Identifier: Apache-2.0
// spiece.model and its like: the ModelProto of SentencePiece (Kudo & Richardson 2018), those of its fields that
// encoding a text takes. github.com/google/sentencepiece/blob/v0.2.0/src/sentencepiece_model.proto.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/protobuf.hpp>
#include <encore/text/utf8.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace encore::text {

struct SentencePieceModel {
  // What a piece is for, by the proto's numbers. Control and unused ones are not found in texts.
  enum class Type : std::uint8_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
  // A token and its score, a log probability in models of type unigram.
  struct Piece {
    std::string text;
    float score = 0;
    Type type = Type::normal;
  };
  std::vector<Piece> pieces;  // by id
  // The piece of type unknown; and whether unknown characters become pieces of type byte.
  std::int32_t unknown_id = -1;
  bool byte_fallback = false;
  // Of the normaliser:
  std::string charsmap;
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  bool escape_whitespaces = true;
};

namespace detail {

inline SentencePieceModel::Piece read_sentence_piece(std::string_view message, const std::string& source) {
  SentencePieceModel::Piece piece;
  for (ProtobufReader in(message, source); in.next();) {
    if (in.field() == 1) {
      piece.text = in.bytes();
    } else if (in.field() == 2) {
      piece.score = in.number();
    } else if (in.field() == 3) {
      const std::uint64_t type = in.varint();
      if (type < 1 || type > 6) in.fail("piece " + in_quotes(piece.text) + " is of type " + std::to_string(type));
      piece.type = SentencePieceModel::Type(type);
    }
  }
  if (piece.text.empty()) throw FileError(source + ": a piece is empty");
  if (!is_valid_utf8(piece.text)) throw FileError(source + ": piece " + in_quotes(piece.text) + " is not UTF-8");
  if (!std::isfinite(piece.score))
    throw FileError(source + ": the score of " + in_quotes(piece.text) + " is no number");
  return piece;
}

inline void read_trainer_spec(std::string_view message, const std::string& source, SentencePieceModel& model) {
  static constexpr const char* kinds[] = {"UNIGRAM", "BPE", "WORD", "CHAR"};
  for (ProtobufReader in(message, source); in.next();) {
    if (in.field() == 3) {
      const std::uint64_t kind = in.varint();
      if (kind != 1)
        throw UnsupportedError(source + ": trainer_spec.model_type " +
                               (kind >= 1 && kind <= 4 ? kinds[kind - 1] : std::to_string(kind)) +
                               " is not supported; supported: UNIGRAM");
    } else if (in.field() == 24 && in.boolean()) {
      throw UnsupportedError(source + ": trainer_spec.treat_whitespace_as_suffix is not supported");
    } else if (in.field() == 35) {
      model.byte_fallback = in.boolean();
    }
  }
}

inline void read_normalizer_spec(std::string_view message, const std::string& source, SentencePieceModel& model) {
  for (ProtobufReader in(message, source); in.next();) {
    if (in.field() == 2) model.charsmap = in.bytes();
    if (in.field() == 3) model.add_dummy_prefix = in.boolean();
    if (in.field() == 4) model.remove_extra_whitespaces = in.boolean();
    if (in.field() == 5) model.escape_whitespaces = in.boolean();
  }
}

}  // namespace detail

// Throws FileError, beginning with `source`, for what is no such file, and UnsupportedError for a model that is not
// Unigram.
inline SentencePieceModel read_sentence_piece_model(std::string_view bytes, const std::string& source) {
  SentencePieceModel model;
  for (ProtobufReader in(bytes, source); in.next();) {
    if (in.field() == 1) {
      model.pieces.push_back(detail::read_sentence_piece(in.bytes(), source));
      if (model.pieces.back().type != SentencePieceModel::Type::unknown) continue;
      if (model.unknown_id >= 0) in.fail("two pieces are unknown ones");
      model.unknown_id = std::int32_t(model.pieces.size() - 1);
    } else if (in.field() == 2) {
      detail::read_trainer_spec(in.bytes(), source, model);
    } else if (in.field() == 3) {
      detail::read_normalizer_spec(in.bytes(), source, model);
    }
  }
  if (model.unknown_id < 0) throw FileError(source + ": no piece is the unknown one");
  return model;
}

}  // namespace encore::text
