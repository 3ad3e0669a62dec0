// SPDX-License-Identifier: Apache-2.0
// Segments and Batch.
#include "catch.hpp"

#include <encore/core/batch.hpp>

using namespace encore;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

std::vector<std::int32_t> to_vector(std::span<const std::int32_t> values) { return {values.begin(), values.end()}; }

}  // namespace

TEST_CASE("segments are offsets of sequences laid end to end") {
  const Segments segments({3, 1, 7});
  CHECK(segments.count() == 3);
  CHECK(segments.tokens() == 11);
  CHECK(segments.longest() == 7);
  CHECK(segments.begin(2) == 4);
  CHECK(segments.end(2) == 11);
  CHECK(segments.length(1) == 1);
  CHECK(segments.offsets()[3] == 11);
  CHECK(Segments().count() == 0);
  CHECK(Segments().tokens() == 0);
  CHECK(Segments({2, 2}) == Segments({2, 2}));
  CHECK_FALSE(Segments({2, 2}) == Segments({4}));
}

TEST_CASE("segments refuse an empty sequence and more than 2^31 - 1 tokens, and stay as they were") {
  CHECK_THROWS_MATCHES(Segments({3, 0}), InputError, MessageMatches(ContainsSubstring("sequence 1 is empty")));
  Segments segments({2147483646});
  CHECK_THROWS_AS(segments.push_back(2), InputError);
  CHECK_THROWS_AS(segments.push_back(std::numeric_limits<std::int64_t>::max()), InputError);
  segments.push_back(1);
  CHECK(segments.tokens() == 2147483647);
}

TEST_CASE("cleared segments keep nothing but their memory") {
  Segments segments({3, 9});
  segments.clear();
  segments.push_back(2);
  CHECK(segments == Segments({2}));
  CHECK(segments.longest() == 2);
}

TEST_CASE("a batch packs ids, types, positions and first rows") {
  Batch batch;
  const std::vector<std::int32_t> first{5, 6, 7}, second{8, 9}, types{0, 1};
  batch.add(first);
  batch.add(second, types);
  CHECK(to_vector(batch.ids()) == std::vector<std::int32_t>{5, 6, 7, 8, 9});
  CHECK(to_vector(batch.type_ids()) == std::vector<std::int32_t>{0, 0, 0, 0, 1});
  CHECK(to_vector(batch.positions()) == std::vector<std::int32_t>{0, 1, 2, 0, 1});
  CHECK(to_vector(batch.first_rows()) == std::vector<std::int32_t>{0, 3});
  CHECK(to_vector(batch.sequence_firsts()) == std::vector<std::int32_t>{0, 0, 0, 3, 3});
  CHECK(batch.segments() == Segments({3, 2}));
  batch.clear();
  batch.add(second);
  CHECK(to_vector(batch.ids()) == second);
  CHECK(to_vector(batch.type_ids()) == std::vector<std::int32_t>{0, 0});
  CHECK(to_vector(batch.first_rows()) == std::vector<std::int32_t>{0});
  CHECK(to_vector(batch.sequence_firsts()) == std::vector<std::int32_t>{0, 0});
}

TEST_CASE("a batch refuses an empty sequence and types of another length, names the sequence and stays whole") {
  Batch batch;
  const std::vector<std::int32_t> ids{5, 6, 7}, two{0, 1}, none;
  batch.add(ids);
  CHECK_THROWS_MATCHES(batch.add(none), InputError, MessageMatches(ContainsSubstring("sequence 1")));
  CHECK_THROWS_MATCHES(batch.add(ids, two), InputError,
                       MessageMatches(ContainsSubstring("sequence 1: 3 ids but 2 type ids")));
  batch.add(two);
  CHECK(batch.segments() == Segments({3, 2}));
  CHECK(batch.ids().size() == 5);
  CHECK(batch.positions().size() == 5);
}

TEST_CASE("a batch that was moved from can be cleared and used again") {
  Batch batch;
  const std::vector<std::int32_t> ids{5, 6};
  batch.add(ids);
  const Batch taken = std::move(batch);
  batch.clear();
  batch.add(ids);
  CHECK(batch.segments() == taken.segments());
}
