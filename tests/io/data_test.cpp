#include <starling/io/data.hpp>
#include <starling/io/input_error.hpp>

#include "message_of.hpp"

#include <gtest/gtest.h>

namespace sl = starling;

namespace {

const char* const schools = R"({
  "J": 8, "y": [28, 8, -3, 7, -1, 1, 18, 12], "sigma": [15, 10, 16, 11, 9, 11, 10, 18],
  "X": [[1, 2], [3, 4], [5, 6]], "k": [0, 1, 2], "scale": 2.5, "whole_as_real": 3.0, "title": "Eight schools"
})";

sl::data schools_data() { return sl::data::from_text(schools, "schools.json"); }

std::string message_for(const std::string& json, auto ask) {
  return message_of([&] { ask(sl::data::from_text(json, "d.json")); });
}

}  // namespace

TEST(data, fingerprint_is_of_what_was_read) {
  const auto of = [](const char* text) { return starling::data::from_text(text).fingerprint(); };
  EXPECT_EQ(of("{\"a\": 1, \"b\": [1, 2.5]}"), of(" { \"b\":[1,2.5],\"a\":1 }"));
  EXPECT_NE(of("{\"a\": 1, \"b\": [1, 2.5]}"), of("{\"a\": 1, \"b\": [1, 2.6]}"));
  EXPECT_NE(of("{\"a\": 1}"), of("{\"b\": 1}"));
}

TEST(data, gives_what_the_file_holds) {
  const auto d = schools_data();
  EXPECT_EQ(d.size("J"), 8u);
  EXPECT_EQ(d.vector("y", d.size("J")), (std::vector<double>{28, 8, -3, 7, -1, 1, 18, 12}));
  EXPECT_EQ(d.vector("sigma", {.lower = 0}).size(), 8u);
  EXPECT_EQ(d.real("scale"), 2.5);
  EXPECT_EQ(d.real("J"), 8.0);
  EXPECT_EQ(d.whole("whole_as_real"), 3);
  EXPECT_EQ(d.wholes("k", 3, {.lower = 0, .upper = 2}), (std::vector<long>{0, 1, 2}));
  const auto x = d.matrix("X", 3, 2);
  EXPECT_EQ(x.values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(x(2, 0), 5.0);
  EXPECT_EQ(d.matrix("X").columns, 2u);
  EXPECT_FALSE(d.has("tau"));
  EXPECT_EQ(d.unused(), (std::vector<std::string>{"title"}));
}

TEST(data, whole_numbers_are_exact) {
  EXPECT_EQ(sl::data::from_text(R"({"n": 9007199254740993})").whole("n"), 9007199254740993L);
  EXPECT_EQ(sl::data::from_text(R"({"n": 1e3})").whole("n"), 1000);
}

TEST(data, a_missing_field_names_the_nearest_and_all) {
  EXPECT_EQ(message_of([] { schools_data().vector("sgima"); }),
            R"(schools.json has no field "sgima". Did you mean "sigma"? It has "J", "X", "k", "scale", "sigma", "title", "whole_as_real", "y".)");
  EXPECT_EQ(message_for(R"({"y": 1})", [](const auto& d) { d.real("temperature"); }), R"(d.json has no field "temperature". It has "y".)");
  EXPECT_EQ(message_for("{}", [](const auto& d) { d.real("y"); }), R"(d.json has no field "y". It has no fields at all.)");
  EXPECT_EQ(message_of([] { sl::data().real("y"); }), R"(This program needs data (the field "y"): give it as data file=NAME.json.)");
}

TEST(data, a_wrong_length_says_both) {
  EXPECT_EQ(message_of([] { schools_data().vector("y", 7); }), R"(schools.json: "y" should be a list of 7 numbers, but is a list of 8.)");
  EXPECT_EQ(message_of([] { schools_data().wholes("k", 1); }), R"(schools.json: "k" should be a list of 1 whole number, but is a list of 3.)");
  EXPECT_EQ(message_of([] { schools_data().vector("scale", 1); }), R"(schools.json: "scale" should be a list of 1 number, but is 2.5.)");
  EXPECT_EQ(message_of([] { schools_data().real("y"); }), R"(schools.json: "y" should be a number, but is a list of 8.)");
}

TEST(data, matrices_are_checked_by_row) {
  EXPECT_EQ(message_of([] { schools_data().matrix("X", 2, 3); }),
            R"(schools.json: "X" should be a list of 2 rows, each a list of 3 numbers, but is a list of 3.)");
  EXPECT_EQ(message_of([] { schools_data().matrix("X", 3, 1); }), R"(schools.json: "X[0]" should be a list of 1 number, but is a list of 2.)");
  EXPECT_EQ(message_for(R"({"X": [[1, 2], [3]]})", [](const auto& d) { d.matrix("X"); }),
            R"(d.json: "X[1]" should be a list of 2 numbers, as long as the first row, but is a list of 1.)");
  EXPECT_EQ(message_for(R"({"X": [[1, 2], 3]})", [](const auto& d) { d.matrix("X"); }), R"(d.json: "X[1]" should be a list of 2 numbers, but is 3.)");
  EXPECT_EQ(message_for(R"({"X": [[1, 2], [3, null]]})", [](const auto& d) { d.matrix("X"); }), R"(d.json: "X[1][1]" should be a number, but is null.)");
  EXPECT_EQ(message_for(R"({"X": 1})", [](const auto& d) { d.matrix("X"); }),
            R"(d.json: "X" should be a list of rows, each a list of as many numbers, but is 1.)");
  EXPECT_EQ(message_for(R"({"y": [1, [2]]})", [](const auto& d) { d.vector("y"); }), R"(d.json: "y[1]" should be a number, but is a list of 1.)");
}

TEST(data, numbers_must_be_finite) {
  for (const std::string text : {"NaN", "nan", "Infinity", "-Infinity", "Inf", "+inf"})
    EXPECT_EQ(message_for("{\"y\": [1, \"" + text + "\"]}", [](const auto& d) { d.vector("y"); }),
              "d.json: \"y[1]\" should be a finite number, but is " + text + ".");
  EXPECT_EQ(message_for(R"({"y": [1, 2, null]})", [](const auto& d) { d.vector("y", 3); }), R"(d.json: "y[2]" should be a number, but is null.)");
  EXPECT_EQ(message_for(R"({"y": "3"})", [](const auto& d) { d.real("y"); }), R"(d.json: "y" should be a number, but is the text "3".)");
  EXPECT_EQ(message_for(R"({"y": true})", [](const auto& d) { d.whole("y"); }), R"(d.json: "y" should be a number, but is true.)");
  EXPECT_EQ(message_for(R"({"y": {"a": 1}})", [](const auto& d) { d.real("y"); }), R"(d.json: "y" should be a number, but is an object { … }.)");
  EXPECT_EQ(message_for(R"({"y": [1,
 NaN]})",
                        [](const auto& d) { d.real("y"); }),
            "d.json:2:2: this is not JSON: invalid literal. "
            "JSON has no NaN, NA or Infinity, and data must be finite.");
  EXPECT_EQ(message_for(R"({"y": 1e999})", [](const auto& d) { d.real("y"); }), "d.json: a number is too large for a double ('1e999').");
}

TEST(data, ranges_and_whole_numbers_are_checked) {
  EXPECT_EQ(message_of([] { schools_data().vector("y", 8, {.lower = 0}); }), R"(schools.json: "y[2]" should be at least 0, but is -3.)");
  EXPECT_EQ(message_of([] { schools_data().real("scale", {.upper = 1}); }), R"(schools.json: "scale" should be at most 1, but is 2.5.)");
  EXPECT_EQ(message_of([] { schools_data().wholes("k", {.lower = 0, .upper = 1}); }), R"(schools.json: "k[2]" should be between 0 and 1, but is 2.)");
  EXPECT_EQ(message_of([] { schools_data().whole("scale"); }), R"(schools.json: "scale" should be a whole number, but is 2.5.)");
  EXPECT_EQ(message_for(R"({"J": -1})", [](const auto& d) { d.size("J"); }), R"(d.json: "J" should be at least 0, but is -1.)");
  EXPECT_EQ(message_for(R"({"J": 1e30})", [](const auto& d) { d.size("J"); }), R"(d.json: "J" should be a whole number of at most 64 bits, but is 1e+30.)");
}

TEST(data, files_that_are_no_data) {
  EXPECT_EQ(message_of([] { sl::data::from_file("/nowhere/schools.json"); }), "/nowhere/schools.json cannot be read: No such file or directory.");
  EXPECT_EQ(message_of([] { sl::data::from_text("[1, 2]", "d.json"); }),
            R"(d.json should hold a JSON object, { "name": value, … }, but holds a list of 2.)");
  EXPECT_EQ(message_of([] { sl::data::from_text(R"({"y": 1, "x": 2, "y": 3})", "d.json"); }), R"(d.json: the field "y" stands there twice.)");
  EXPECT_EQ(message_of([] { sl::data::from_text("{\"y\": [1,\n2,,3]}", "d.json"); }),
            "d.json:2:3: this is not JSON: unexpected ','.");
  EXPECT_EQ(message_of([] { sl::data::from_text("", "d.json"); }), "d.json:1:1: this is not JSON: unexpected end of input.");
}

TEST(data, a_directory_is_not_read_as_an_empty_file) {
  EXPECT_EQ(message_of([] { sl::data::from_file("/tmp"); }), "/tmp cannot be read: Is a directory.");
}
