// SPDX-License-Identifier: Apache-2.0
// Regular expressions as the Hugging Face tokenizers library understands them (Oniguruma's), run by PCRE2. What a file
// may ask for is bounded: an expression that would backtrack without end over a text is refused in a sentence.
#pragma once

#include <encore/core/error.hpp>
#include <encore/io/json.hpp>
#include <encore/text/normalized_text.hpp>
#include <encore/text/regex_syntax.hpp>

#if !defined(PCRE2_CODE_UNIT_WIDTH)
#define PCRE2_CODE_UNIT_WIDTH 0  // the names with the width in them, which any other width has too
#endif
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace encore::text {

// Immutable, and usable from any number of threads at once.
class RegularExpression {
 public:
  static constexpr std::size_t max_bytes = 1 << 16;  // of an expression

  // `source` begins every message: the file and key that the expression comes from. Throws UnsupportedError for an
  // expression that is none, or uses what PCRE2 has no word for.
  RegularExpression(std::string_view expression, std::string source) : source_(std::move(source)) {
    const auto refuse = [&](const std::string& reason) {
      throw UnsupportedError(source_ + ": the regular expression " + in_quotes(expression) + " " + reason);
    };
    if (expression.size() > max_bytes) refuse("is longer than " + std::to_string(max_bytes) + " bytes");
    std::string translated;
    try {
      translated = detail::RegexTranslator::translate(expression);
    } catch (const detail::UnsupportedSyntax& syntax) {
      refuse(syntax.reason + ", which is not supported");
    }
    const std::unique_ptr<pcre2_compile_context_8, Free> context(pcre2_compile_context_create_8(nullptr));
    if (!context) throw std::bad_alloc();
    pcre2_set_newline_8(context.get(), PCRE2_NEWLINE_LF);
    pcre2_set_bsr_8(context.get(), PCRE2_BSR_UNICODE);
    int error = 0;
    std::size_t place = 0;
    code_.reset(pcre2_compile_8(reinterpret_cast<PCRE2_SPTR8>(translated.data()), translated.size(),
                                PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error, &place,
                                context.get()));
    if (!code_ && error == PCRE2_ERROR_NOMEMORY) throw std::bad_alloc();
    if (!code_) refuse("is not supported: " + message(error));
    // Ten times as fast where the system lets memory be made executable; the same without.
    pcre2_jit_compile_8(code_.get(), PCRE2_JIT_COMPLETE);
  }
  ~RegularExpression() {
    for (auto& spare : spares_) delete spare.exchange(nullptr);
  }
  RegularExpression(const RegularExpression&) = delete;
  RegularExpression& operator=(const RegularExpression&) = delete;

  // Calls each(range, is_match) for the matches within `text`, which is valid UTF-8, and for the stretches between
  // them, in order. Matches may be empty, but for one right behind another match. Throws InputError where the
  // expression takes too long on this text.
  template <class Each>
  void for_each_match(std::string_view text, Each each) const {
    const Lease scratch(*this);
    Budget budget{text.size() * 512 + 1'000'000};
    std::uint32_t done = 0;  // everything before it has been given to each()
    bool behind_match = false;
    for (std::size_t from = 0; from <= text.size();) {
      const auto match = find(text, from, *scratch, budget);
      if (!match) break;
      if (match->size() == 0 && behind_match && match->begin == done) {
        ++from;
        while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xc0) == 0x80) ++from;
        continue;
      }
      if (match->begin != done) each(ByteRange{done, match->begin}, false);
      each(*match, true);
      done = match->end;
      from = done;
      behind_match = true;
    }
    if (done != text.size()) each(ByteRange{done, std::uint32_t(text.size())}, false);
  }

 private:
  struct Free {
    void operator()(pcre2_code_8* code) const { pcre2_code_free_8(code); }
    void operator()(pcre2_compile_context_8* context) const { pcre2_compile_context_free_8(context); }
    void operator()(pcre2_match_context_8* context) const { pcre2_match_context_free_8(context); }
    void operator()(pcre2_match_data_8* data) const { pcre2_match_data_free_8(data); }
    void operator()(pcre2_jit_stack_8* stack) const { pcre2_jit_stack_free_8(stack); }
  };
  // Bytes that one search may remember its way back in: with code made for the expression, and without.
  static constexpr std::size_t max_stack = 16 << 20;
  static constexpr std::size_t max_heap = 64 << 20;

  // What one search at a time needs.
  struct Scratch {
    std::unique_ptr<pcre2_match_context_8, Free> context{pcre2_match_context_create_8(nullptr)};
    std::unique_ptr<pcre2_match_data_8, Free> data;
    std::unique_ptr<pcre2_jit_stack_8, Free> stack{pcre2_jit_stack_create_8(32 << 10, max_stack, nullptr)};
  };
  // Steps of backtracking that a text may still cost. A search that stays within `usual` of them is not counted: there
  // are no more of those than characters.
  struct Budget {
    std::uint64_t left;
    static constexpr std::uint64_t usual = 4096;
  };
  // Scratch memory for the time of one text; a few are kept, so that warm calls allocate nothing.
  class Lease {
   public:
    explicit Lease(const RegularExpression& owner) : owner_(owner) {
      for (auto& spare : owner.spares_)
        if (Scratch* const kept = spare.exchange(nullptr)) {
          scratch_.reset(kept);
          return;
        }
      scratch_ = std::make_unique<Scratch>();
      scratch_->data.reset(pcre2_match_data_create_from_pattern_8(owner.code_.get(), nullptr));
      if (!scratch_->data || !scratch_->context) throw std::bad_alloc();
      pcre2_set_heap_limit_8(scratch_->context.get(), std::uint32_t(max_heap / 1024));
      if (scratch_->stack) pcre2_jit_stack_assign_8(scratch_->context.get(), nullptr, scratch_->stack.get());
    }
    ~Lease() {
      for (auto& spare : owner_.spares_) {
        Scratch* none = nullptr;
        if (spare.compare_exchange_strong(none, scratch_.get())) {
          static_cast<void>(scratch_.release());
          return;
        }
      }
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Scratch& operator*() const { return *scratch_; }

   private:
    const RegularExpression& owner_;
    std::unique_ptr<Scratch> scratch_;
  };

  std::optional<ByteRange> find(std::string_view text, std::size_t from, Scratch& scratch, Budget& budget) const {
    std::uint32_t options = from ? PCRE2_NO_UTF_CHECK : 0;  // the whole text was looked at by the first search
    for (std::uint64_t limit = Budget::usual;; limit *= 8) {
      if (limit > Budget::usual) {
        if (limit > budget.left) refuse_text();
        budget.left -= limit;
      }
      pcre2_set_match_limit_8(scratch.context.get(), std::uint32_t(std::min<std::uint64_t>(limit, UINT32_MAX)));
      int found = pcre2_match_8(code_.get(), reinterpret_cast<PCRE2_SPTR8>(text.data()), text.size(), from, options,
                                scratch.data.get(), scratch.context.get());
      if (found == PCRE2_ERROR_JIT_STACKLIMIT)
        found = pcre2_match_8(code_.get(), reinterpret_cast<PCRE2_SPTR8>(text.data()), text.size(), from,
                              options | PCRE2_NO_JIT, scratch.data.get(), scratch.context.get());
      if (found == PCRE2_ERROR_NOMATCH) return std::nullopt;
      if (found == PCRE2_ERROR_NOMEMORY) throw std::bad_alloc();
      if (found == PCRE2_ERROR_MATCHLIMIT) continue;
      if (found < 0) refuse_text();
      const std::size_t* const ends = pcre2_get_ovector_pointer_8(scratch.data.get());
      return ByteRange{std::uint32_t(ends[0]), std::uint32_t(ends[1])};
    }
  }
  [[noreturn]] void refuse_text() const {
    throw InputError(source_ + ": the regular expression takes too many steps on a text");
  }
  static std::string message(int error) {
    std::array<PCRE2_UCHAR8, 256> text{};
    pcre2_get_error_message_8(error, text.data(), text.size());
    return reinterpret_cast<const char*>(text.data());
  }

  std::string source_;
  std::unique_ptr<pcre2_code_8, Free> code_;
  mutable std::array<std::atomic<Scratch*>, 8> spares_{};
};

}  // namespace encore::text
