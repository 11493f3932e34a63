// Tables of comma-separated values, and what regressions make of their columns.
#include <starling/io/data.hpp>
#include <starling/io/input_error.hpp>
#include <starling/io/tables.hpp>

#include "message_of.hpp"
#include "scratch_folder.hpp"

#include <gtest/gtest.h>

namespace sl = starling;

namespace {

const char* const pupils =
    "name,age,sex,score\n"
    "\"Ann, the first\",10,f,1.5\n"
    "Bob,12,m,-2e3\n"
    "\"Cle\"\"o\"\"\",11,f,+3\n";

sl::data table(const char* text) { return sl::data::from_table(text, "t.csv"); }
std::string says(const char* text, auto ask) {
  return message_of([&] { ask(table(text)); });
}

}  // namespace

TEST(tables, columns_are_lists) {
  const auto d = table(pupils);
  EXPECT_EQ(d.texts("name"), (std::vector<std::string>{"Ann, the first", "Bob", "Cle\"o\""}));
  EXPECT_EQ(d.wholes("age"), (std::vector<long>{10, 12, 11}));
  EXPECT_EQ(d.vector("score"), (std::vector<double>{1.5, -2000, 3}));
  EXPECT_TRUE(d.has_texts("sex"));
  EXPECT_FALSE(d.has_texts("age"));
  EXPECT_FALSE(d.has_texts("nothing"));
  EXPECT_EQ(table("\xEF\xBB\xBF"
                  "a,b\r\n1,2\r\n")
                .vector("a"),
            (std::vector<double>{1}))
      << "a byte order mark, lines that end as on Windows";
  EXPECT_EQ(table(",a\nx,1\ny,2").texts("column_1"), (std::vector<std::string>{"x", "y"})) << "as R writes names of rows; no end of the last line";
  EXPECT_TRUE(table("a,b\n").vector("a").empty());
}

TEST(tables, are_read_from_files) {
  const scratch_folder folder;
  folder.write("p.csv", pupils);
  EXPECT_EQ(sl::data::from_file(folder / "p.csv").wholes("age", 3), (std::vector<long>{10, 12, 11}));
}

TEST(tables, what_is_missing_or_wrong_is_named) {
  EXPECT_EQ(says("a\n1\nNA\n", [](const auto& d) { d.vector("a"); }), "t.csv: \"a[1]\" should be a number, but is null.");
  EXPECT_EQ(says("a,b\nx,2\n,3\n", [](const auto& d) { d.texts("a"); }), "t.csv: \"a[1]\" should be a text, but is null.");
  EXPECT_EQ(says("a\n1\nx\n", [](const auto& d) { d.vector("a"); }), "t.csv: \"a[0]\" should be a number, but is the text \"1\".");
  EXPECT_EQ(says("a,b\n1,2\n3\n", [](const auto&) {}), "t.csv: row 2 has 1 cells; the first row, with the names, has 2.");
  EXPECT_EQ(says("a,a\n1,2\n", [](const auto&) {}), "t.csv: two columns are called \"a\".");
  EXPECT_EQ(says("", [](const auto&) {}), "t.csv is empty; its first row should have the names of the columns.");
  EXPECT_EQ(says("a\n\"x\n", [](const auto&) {}), "t.csv: row 1 has a quote that is not closed, or stands within a cell (write it twice: \"\").");
  EXPECT_EQ(says(pupils, [](const auto& d) { d.vector("scor"); }).substr(0, 55), "t.csv has no field \"scor\". Did you mean \"score\"? It has");
}

TEST(tables, groups_come_in_their_order) {
  const auto g = sl::groups_of({"b", "a", "b", "c"});
  EXPECT_EQ(g.index, (std::vector<std::size_t>{0, 1, 0, 2}));
  EXPECT_EQ(g.names, (std::vector<std::string>{"b", "a", "c"}));
}

TEST(tables, standardised_numbers_have_mean_0_and_sd_1) {
  const auto s = sl::standardised({1, 2, 3, 6});
  EXPECT_DOUBLE_EQ(s.mean, 3);
  EXPECT_DOUBLE_EQ(s.sd * s.sd, 14.0 / 3);
  EXPECT_DOUBLE_EQ(s.values[3], 3 / s.sd);
  EXPECT_EQ(message_of([] { sl::standardised({5}); }), "standardised: one number has no standard deviation; at least two numbers are needed.");
  EXPECT_EQ(message_of([] { sl::standardised({5, 5}); }), "standardised: the standard deviation of the 2 numbers is 0; it should be above 0 and finite.");
}

TEST(tables, a_design_has_ones_factors_and_interactions) {
  const auto d = table(pupils);
  const auto x = sl::design_matrix(d, {"1", "age", "sex", "age:sex", "sex:age:score"});
  EXPECT_EQ(x.names, (std::vector<std::string>{"1", "age", "sex[m]", "age:sex[m]", "sex[m]:age:score"}));
  EXPECT_EQ(x.matrix.rows, 3u);
  EXPECT_EQ(x.matrix.values, (std::vector<double>{1, 10, 0, 0, 0, 1, 12, 1, 12, -24000, 1, 11, 0, 0, 0}));
  EXPECT_EQ(message_of([&] { sl::design_matrix(d, {"1"}); }), "t.csv: a design matrix needs a column of the table, to know how many rows there are.");
  EXPECT_NE(message_of([&] { sl::design_matrix(d, {"agee"}); }).find("Did you mean \"age\"?"), std::string::npos);
  const auto uneven = sl::data::from_text(R"({"a": [1, 2], "b": [1, 2, 3]})", "d.json");
  EXPECT_EQ(message_of([&] { sl::design_matrix(uneven, {"a", "b"}); }), "d.json: \"b\" has 3 rows, \"a\" has 2.");
  EXPECT_EQ(message_of([&] { sl::design_matrix(uneven, {"a:b"}); }), "d.json: \"a\" has 2 rows, \"b\" has 3.");
}
