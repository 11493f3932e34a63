#include <gtest/gtest.h>

#include <starling/traces/choice_map.hpp>

namespace sl = starling;
using sl::choice_map;

TEST(choice_map, holds_values_by_address) {
  const choice_map c = {{"slope", 1.5}, {{"y", 3}, 2}, {"theta", {1.0, 2.0}}, {sl::address("inner") / "x", true}};
  EXPECT_EQ(c.size(), 4u);
  EXPECT_EQ(c["slope"], 1.5);
  EXPECT_EQ((c[{"y", 3}]), 2);
  EXPECT_EQ(c.get<std::vector<double>>("theta"), (std::vector<double>{1, 2}));
  EXPECT_EQ(c.get<bool>(sl::address("inner") / "x"), true);
  EXPECT_FALSE(c.contains("inner"));
  EXPECT_FALSE(c.contains("nothing"));
}

TEST(choice_map, an_index_is_a_step_of_the_path) {
  choice_map c;
  c.set({"y", 1}, 5.0);
  EXPECT_EQ(c[sl::path("y").append(sl::path_component{{}, 1})], 5.0);
  EXPECT_EQ(sl::path("y", 1, 2).str(), "y[1][2]");
  EXPECT_EQ((sl::address("a") / "b" / sl::address("c", 2)).str(), "a/b/c[2]");
}

TEST(choice_map, an_array_gives_its_elements_to_indexed_addresses) {
  const auto c = sl::observe("y", std::vector<double>{4, 5, 6});
  EXPECT_EQ((c[{"y", 2}]), 6);
  EXPECT_THROW((c[{"y", 3}]), std::out_of_range);
}

TEST(choice_map, a_value_and_a_subtree_cannot_share_an_address) {
  choice_map c = {{"a", 1.0}};
  EXPECT_THROW(c.set(sl::address("a") / "b", 1.0), std::invalid_argument);
  choice_map d = {{sl::address("a") / "b", 1.0}};
  EXPECT_THROW(d.set("a", 1.0), std::invalid_argument);
  d.set(sl::address("a") / "c", 2.0);
  EXPECT_EQ(d.size(), 2u);
}

TEST(choice_map, sub_maps_merging_and_erasing) {
  choice_map c = {{sl::address("a") / "x", 1.0}, {sl::address("a") / "y", 2.0}, {"b", 3.0}};
  EXPECT_EQ(c.submap("a"), (choice_map{{"x", 1.0}, {"y", 2.0}}));
  c.merge({{"b", 4.0}, {"d", 5.0}});
  EXPECT_EQ(c["b"], 4.0);
  EXPECT_EQ(c.size(), 4u);
  c.erase("a");
  EXPECT_EQ(c, (choice_map{{"b", 4.0}, {"d", 5.0}}));
  EXPECT_NO_THROW(c.set("a", 1.0)) << "the subtree is gone";
}

TEST(choice_map, equality_is_about_values_and_types_not_order) {
  EXPECT_EQ((choice_map{{"a", 1.0}, {"b", 2.0}}), (choice_map{{"b", 2.0}, {"a", 1.0}}));
  EXPECT_FALSE((choice_map{{"a", 1.0}}) == (choice_map{{"a", 1.5}}));
  EXPECT_FALSE((choice_map{{"a", 1.0}}) == (choice_map{{"b", 1.0}}));
  EXPECT_FALSE((choice_map{{"a", 1.0}}) == (choice_map{{"a", {1.0}}}));
}

TEST(choice_map, values_per_lane) {
  const choice_map c = {{"x", sl::per_lane({1, 2, 3})}, {"v", sl::per_lane({1, 2, 3, 4, 5, 6}, 2)}, {"s", 9.0}};
  EXPECT_EQ(c.lanes(), 3u);
  EXPECT_EQ(c.lane(1), (choice_map{{"x", 2.0}, {"v", {3.0, 4.0}}, {"s", 9.0}}));
  EXPECT_THROW(c["x"], std::invalid_argument) << "one lane has to be chosen";
  EXPECT_THROW(c.lane(3), std::out_of_range);
  EXPECT_THROW(choice_map({{"x", sl::per_lane({1, 2, 3})}, {"y", sl::per_lane({1, 2})}}), std::invalid_argument);
  EXPECT_THROW(sl::choice_value(sl::per_lane({1, 2, 3}, 2)), std::invalid_argument);
}

TEST(choice_map, what_is_missing_is_named_with_what_is_there) {
  try {
    choice_map({{"slope", 1.0}})["slop"];
    FAIL();
  } catch (const std::out_of_range& e) {
    EXPECT_STREQ(e.what(), "choice map: no choice at slop; it has slope");
  }
}

TEST(choice_map, names_known_at_run_time) {
  const std::string text = "name of run time";
  choice_map c;
  c.set(sl::name(text), 1.0);
  EXPECT_TRUE(c.contains("name of run time"));
}
