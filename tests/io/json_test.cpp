// SPDX-License-Identifier: Apache-2.0
#include <encore/io/json.hpp>

#include <nlohmann/json.hpp>

#include "catch.hpp"

#include <string>

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Equals;
using Catch::Matchers::MessageMatches;
using encore::ConfigError;
using encore::FileError;
using encore::JsonObject;
using encore::parse_json;

namespace {

auto says(const std::string& text) { return MessageMatches(ContainsSubstring(text)); }
auto says_exactly(const std::string& text) { return MessageMatches(Equals(text)); }

}  // namespace

TEST_CASE("parse_json builds the document that the text describes", "[io][json]") {
  const auto json = parse_json(R"( {"a": [1, -2, 3.5, true, null, "x", {}], "b": {"c": []}} )", "f");
  CHECK(*json == nlohmann::json::parse(R"({"a": [1, -2, 3.5, true, null, "x", {}], "b": {"c": []}})"));
  CHECK(*parse_json("7", "f") == 7);
  CHECK(*parse_json(R"("\u00e9\ud83d\ude00\u0000")", "f") == std::string("é😀\0", 7));
}

TEST_CASE("parse_json names the file and the byte of a syntax error", "[io][json]") {
  CHECK_THROWS_MATCHES(parse_json("[1, 2", "f.json"), FileError, says("f.json: not valid JSON at byte 6: "));
  CHECK_THROWS_MATCHES(parse_json("", "f.json"), FileError, says("f.json: not valid JSON at byte 1: "));
  CHECK_THROWS_MATCHES(parse_json("{} x", "f.json"), FileError, says("at byte 4"));
  CHECK_THROWS_MATCHES(parse_json("{}{}", "f.json"), FileError, says("at byte 3"));
  for (const char* text : {"{'a': 1}", "[1,]", "{\"a\" 1}", "nul", "NaN", "Infinity", "01", "+1", ".5", "\"\t\"",
                           "\"\\x\"", "// note\n1", "\"\\ud800\"", "[1 2]", "{\"a\":1,}", "}", "]", "\"open"})
    CHECK_THROWS_AS(parse_json(text, "f.json"), FileError);
}

TEST_CASE("parse_json takes a zero byte for no end of the text", "[io][json]") {
  CHECK_THROWS_MATCHES(parse_json(std::string_view("{}\0", 3), "f"), FileError,
                       says("f: not valid JSON at byte 3: a zero byte"));
  CHECK_THROWS_AS(parse_json(std::string_view("[1]\0 garbage", 12), "f"), FileError);
  CHECK_THROWS_AS(parse_json(std::string_view("\0[1]", 4), "f"), FileError);
  CHECK_THROWS_AS(parse_json(std::string_view("\"\0\"", 3), "f"), FileError);
}

TEST_CASE("parse_json refuses numbers that no double holds", "[io][json]") {
  CHECK_THROWS_MATCHES(parse_json("[1e999]", "f"), FileError, says("too large"));
}

TEST_CASE("parse_json refuses text that is not UTF-8", "[io][json]") {
  for (const char* text :
       {"\"\xff\"", "\"\xc3\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", "{\"\x80\":1}", "\xff"})
    CHECK_THROWS_AS(parse_json(text, "f"), FileError);
}

TEST_CASE("parse_json refuses one key twice in an object, at any depth", "[io][json]") {
  CHECK_THROWS_MATCHES(parse_json(R"({"a": 1, "b": 2, "a": 3})", "f"), FileError, says("f: key \"a\" appears twice"));
  CHECK_THROWS_AS(parse_json(R"([{"x": {"a": 1, "\u0061": 1}}])", "f"), FileError);
  CHECK_NOTHROW(parse_json(R"([{"a": 1}, {"a": 1}])", "f"));
}

TEST_CASE("parse_json refuses nesting beyond 64 levels, however deep", "[io][json]") {
  const auto nested = [](int depth) {
    return std::string(std::size_t(depth), '[') + std::string(std::size_t(depth), ']');
  };
  CHECK_NOTHROW(parse_json(nested(64), "f"));
  CHECK_THROWS_MATCHES(parse_json(nested(65), "f"), FileError, says("f: JSON nested deeper than 64 levels"));
  CHECK_THROWS_AS(parse_json(std::string(5'000'000, '['), "f"), FileError);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  CHECK_THROWS_AS(parse_json(objects, "f"), FileError);
}

TEST_CASE("A list of objects gives each its place, and a document that is none is refused", "[io][json]") {
  const auto objects = JsonObject::parse_list(R"([{"a": 1}, {"a": "x"}])", "f");
  REQUIRE(objects.size() == 2);
  CHECK(objects[0].integer("a") == 1);
  CHECK_THROWS_MATCHES(objects[1].integer("a"), ConfigError, says("f: key '[1].a': found the string \"x\""));
  CHECK_THROWS_MATCHES(JsonObject::parse_list("{}", "f"), ConfigError, says("f: found an object, want an array"));
  CHECK_THROWS_MATCHES(JsonObject::parse_list("[{}, 1]", "f"), ConfigError,
                       says("f: key '[1]': found 1, want an object"));
}

TEST_CASE("A document becomes the one member of an object", "[io][json]") {
  const auto object = JsonObject::with_member("ids", parse_json("[1, 2]", "f"), "f");
  CHECK(object.integers("ids") == std::vector<std::int64_t>{1, 2});
  CHECK_THROWS_MATCHES(object.texts("ids"), ConfigError, says("f: key 'ids[0]'"));
}

TEST_CASE("An error message stays short and on one line whatever the file holds", "[io][json]") {
  for (const std::string& text :
       {"\"" + std::string(100'000, 'x'),
        "{\"" + std::string(100'000, 'k') + "\":1," + "\"" + std::string(100'000, 'k') + "\":1}",
        std::string("{\"a\nb\": 1}"), std::string("{\"a\\nb\": 1, \"a\\nb\": 2}"), std::string("\x01")}) {
    std::string message;
    try {
      parse_json(text, "f");
    } catch (const FileError& error) {
      message = error.what();
    }
    CHECK(message.size() > 5);
    CHECK(message.size() < 400);
    CHECK(message.find_first_of("\n\r\x01") == message.npos);
  }
}

TEST_CASE("Getters give the value of a key, or the fallback where it is absent", "[io][json]") {
  const auto json =
      JsonObject::parse(R"({"n": 12, "x": 1e-12, "t": "gelu", "b": true, "null": null, "o": {"k": 1}})", "config.json");
  CHECK(json.integer("n") == 12);
  CHECK(json.integer("n", 5) == 12);
  CHECK(json.integer("none", 5) == 5);
  CHECK(json.number("x") == 1e-12);
  CHECK(json.number("n") == 12.0);
  CHECK(json.number("none", 0.5) == 0.5);
  CHECK(json.text("t") == "gelu");
  CHECK(json.text("none", "relu") == "relu");
  CHECK(json.boolean("b"));
  CHECK(json.boolean("none", true));
  CHECK(json.object("o").integer("k") == 1);
  CHECK(json.has("n"));
  CHECK(json.has("null"));
  CHECK_FALSE(json.has("none"));
}

TEST_CASE("null is refused by every getter, unless the reader says that it stands for absence", "[io][json]") {
  const auto json = JsonObject::parse(R"({"null": null, "o": {"null": null}})", "config.json");
  const auto refuses = [](auto get) {
    CHECK_THROWS_WITH(get(), ContainsSubstring("config.json: key 'null': found null, want"));
  };
  refuses([&] { json.integer("null", 5); });
  refuses([&] { json.number("null", 5); });
  refuses([&] { json.text("null", "x"); });
  refuses([&] { json.boolean("null", true); });
  refuses([&] { json.optional_integer("null"); });
  refuses([&] { json.optional_number("null"); });
  refuses([&] { json.optional_text("null"); });
  refuses([&] { json.optional_boolean("null"); });
  refuses([&] { json.integers("null"); });
  refuses([&] { json.texts("null"); });
  CHECK_THROWS_AS(json.optional_object("null"), ConfigError);
  const JsonObject nullable = json.nullable();
  CHECK(nullable.integer("null", 5) == 5);
  CHECK(nullable.text("null", "x") == "x");
  CHECK_FALSE(nullable.has("null"));
  CHECK_FALSE(nullable.optional_object("null"));
  CHECK_FALSE(nullable.object("o").has("null"));
  CHECK(nullable.texts("null").empty());
  CHECK_THROWS_WITH(nullable.integer("null"), ContainsSubstring("key 'null' is missing"));
}

TEST_CASE("Literals are numbers, true, false and null, as JSON writes them", "[io][json]") {
  const auto json = JsonObject::parse(R"({"n": 2, "x": 1.5, "b": true, "null": null, "t": "2", "o": {}})", "f");
  CHECK(json.literal("n") == "2");
  CHECK(json.literal("x") == "1.5");
  CHECK(json.literal("b") == "true");
  CHECK(json.literal("null") == "null");
  for (const char* key : {"t", "o", "none"}) CHECK_FALSE(json.literal(key));
}

TEST_CASE("Optional getters tell absence from a value", "[io][json]") {
  const auto json = JsonObject::parse(R"({"n": 0, "x": 0.0, "t": "", "b": false, "o": {}, "null": null})", "f");
  CHECK(json.optional_integer("n") == 0);
  CHECK(json.optional_number("x") == 0.0);
  CHECK(json.optional_text("t") == "");
  CHECK(json.optional_boolean("b") == false);
  CHECK(json.optional_object("o"));
  for (const JsonObject& object : {json, json.nullable()}) CHECK_FALSE(object.optional_integer("none"));
  CHECK_FALSE(json.optional_number("none"));
  CHECK_FALSE(json.optional_text("none"));
  CHECK_FALSE(json.optional_boolean("none"));
  CHECK_FALSE(json.optional_object("none"));
}

TEST_CASE("List getters convert each element and take absence for an empty list", "[io][json]") {
  const auto json = JsonObject::parse(
      R"({"n": [1, 2], "x": [1, 2.5], "t": ["a", "b"], "o": [{"k": 1}, {"k": 2}], "bad": [1, "x"]})", "f");
  CHECK(json.integers("n") == std::vector<std::int64_t>{1, 2});
  CHECK(json.numbers("x") == std::vector<double>{1, 2.5});
  CHECK(json.texts("t") == std::vector<std::string>{"a", "b"});
  CHECK(json.objects("o").at(1).integer("k") == 2);
  CHECK(json.texts("none").empty());
  CHECK_THROWS_MATCHES(json.integers("bad"), ConfigError,
                       says_exactly("f: key 'bad[1]': found the string \"x\", want an integer"));
  CHECK_THROWS_MATCHES(json.objects("n"), ConfigError, says_exactly("f: key 'n[0]': found 1, want an object"));
  CHECK_THROWS_MATCHES(json.objects("o").at(1).integer("none"), ConfigError, says("f: key 'o[1].none' is missing"));
}

TEST_CASE("A missing key is named together with what it should be", "[io][json]") {
  const auto json = JsonObject::parse(R"({"o": {"p": {}}})", "config.json");
  CHECK_THROWS_MATCHES(json.integer("hidden_size", {1, 10}), ConfigError,
                       says_exactly("config.json: key 'hidden_size' is missing, want an integer in 1..10"));
  CHECK_THROWS_MATCHES(json.object("o").object("p").text("q"), ConfigError,
                       says_exactly("config.json: key 'o.p.q' is missing, want a string"));
  CHECK_THROWS_MATCHES(json.number("eps", {.min = 0}), ConfigError, says("want a number of at least 0"));
  CHECK_THROWS_AS(json.boolean("x"), ConfigError);
  CHECK_THROWS_AS(json.object("x"), ConfigError);
}

TEST_CASE("A value of the wrong type or out of bounds is told against what is wanted", "[io][json]") {
  const auto json = JsonObject::parse(
      R"({"n": -3, "f": 2.5, "t": "12", "b": true, "list": [1], "o": {}, "huge": 18446744073709551615, "far": 1e30})",
      "config.json");
  CHECK_THROWS_MATCHES(json.integer("n", 8, {1, 100}), ConfigError,
                       says_exactly("config.json: key 'n': found -3, want an integer in 1..100"));
  CHECK_THROWS_MATCHES(json.integer("n", {.min = 0}), ConfigError, says("want an integer of at least 0"));
  CHECK_THROWS_MATCHES(json.integer("f"), ConfigError, says("found 2.5, want an integer"));
  CHECK_THROWS_MATCHES(json.integer("t"), ConfigError, says("found the string \"12\", want an integer"));
  CHECK_THROWS_MATCHES(json.integer("b"), ConfigError, says("found true"));
  CHECK_THROWS_MATCHES(json.integer("list"), ConfigError, says("found an array of 1"));
  CHECK_THROWS_MATCHES(json.integer("o"), ConfigError, says("found an object"));
  CHECK_THROWS_MATCHES(json.integer("huge"), ConfigError, says("found 18446744073709551615"));
  CHECK_THROWS_MATCHES(json.integer("far"), ConfigError, says("found 1e+30"));
  CHECK_THROWS_MATCHES(json.number("t"), ConfigError, says("want a number"));
  CHECK_THROWS_MATCHES(json.number("n", 0.0, {0.0, 1.0}), ConfigError, says("found -3, want a number in 0.0..1.0"));
  CHECK_THROWS_MATCHES(json.number("n", 0.0, {.max = -4.0}), ConfigError, says("a number of at most -4.0"));
  CHECK_THROWS_MATCHES(json.text("n"), ConfigError, says("want a string"));
  CHECK_THROWS_MATCHES(json.boolean("n"), ConfigError, says("want true or false"));
  CHECK_THROWS_MATCHES(json.object("list"), ConfigError, says("want an object"));
  CHECK_THROWS_MATCHES(json.texts("t"), ConfigError, says("want an array"));
}

TEST_CASE("A document that is not an object is refused with the file's name", "[io][json]") {
  CHECK_THROWS_MATCHES(JsonObject::parse("[1, 2]", "config.json"), ConfigError,
                       says_exactly("config.json: found an array of 2, want an object"));
}

TEST_CASE("An object taken from a document outlives it", "[io][json]") {
  const auto inner = [] {
    const auto json = JsonObject::parse(R"({"o": {"k": "a string long enough to live on the heap"}})", "f");
    return json.object("o");
  }();
  CHECK(inner.text("k") == "a string long enough to live on the heap");
  CHECK(inner.file() == "f");
}

TEST_CASE("A check of a model's own is reported like those of the getters", "[io][json]") {
  const auto json = JsonObject::parse(R"({"o": {}})", "config.json");
  CHECK(std::string(json.object("o").error("k", "does not divide").what()) == "config.json: key 'o.k' does not divide");
}
