#include <gtest/gtest.h>

#include <starling/traces/selection.hpp>

namespace sl = starling;
using sl::path;
using sl::select;
using sl::selection;

TEST(selection, an_address_selects_its_subtree_and_nothing_else) {
  const selection s = select("a");
  EXPECT_TRUE(s.contains("a"));
  EXPECT_TRUE(s.contains(sl::address("a") / "x"));
  EXPECT_TRUE(s.contains({"a", 3}));
  EXPECT_FALSE(s.contains("b"));
  EXPECT_FALSE(s.contains(sl::address("b") / "a"));
  EXPECT_FALSE(select(sl::address("a") / "x").contains("a")) << "a part does not select the whole";
}

TEST(selection, indices_one_or_all) {
  EXPECT_TRUE(select({"y", 3}).contains({"y", 3}));
  EXPECT_FALSE(select({"y", 3}).contains({"y", 4}));
  EXPECT_TRUE(select({"y", sl::all}).contains({"y", 4}));
  EXPECT_FALSE(select({"y", sl::all}).contains("y"));
  EXPECT_TRUE(select({"y", sl::all, 2}).contains({"y", 7, 2}));
  EXPECT_FALSE(select({"y", sl::all, 2}).contains({"y", 7, 3}));
}

TEST(selection, all_and_none) {
  EXPECT_TRUE(selection(sl::all).contains("a"));
  EXPECT_TRUE(selection(sl::all).contains(path()));
  EXPECT_FALSE(selection(sl::none).contains("a"));
  EXPECT_FALSE(selection().contains("a"));
}

TEST(selection, complement_union_intersection) {
  const selection a = select("a"), ax = select(sl::address("a") / "x");
  EXPECT_TRUE((!a).contains("b"));
  EXPECT_FALSE((!a).contains(sl::address("a") / "x")) << "the complement descends as a complement";
  EXPECT_TRUE((!ax).contains(sl::address("a") / "y"));
  EXPECT_TRUE((a | select("b")).contains("b"));
  EXPECT_FALSE((a | select("b")).contains("c"));
  EXPECT_TRUE((a & !ax).contains(sl::address("a") / "y"));
  EXPECT_FALSE((a & !ax).contains(sl::address("a") / "x"));
  EXPECT_FALSE((a & selection()).contains("a"));
  EXPECT_TRUE((!selection()).contains("a"));
  EXPECT_TRUE((!!a).contains("a"));
}

TEST(selection, several_at_once_and_as_text) {
  const selection s = select("a", {"y", 1}, {"z", sl::all});
  EXPECT_TRUE(s.contains("a"));
  EXPECT_TRUE(s.contains({"y", 1}));
  EXPECT_TRUE(s.contains({"z", 5}));
  EXPECT_FALSE(s.contains({"y", 2}));
  EXPECT_EQ(select({"z", sl::all}).str(), "z[*]");
  EXPECT_EQ((!select("a")).str(), "!(a)");
}

TEST(selection, ranges_of_indices_are_half_open) {
  const selection s = select({"y", sl::range(3, 7)});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(s.contains({"y", i}), i >= 3 && i < 7) << i;
  EXPECT_TRUE(s.contains(path(sl::address("y")) / sl::address(std::int64_t{3}) / "x"));
  EXPECT_FALSE(s.contains("y"));
  EXPECT_TRUE(select({"y", sl::range(0, 2), 1}).contains({"y", 1, 1}));
  EXPECT_FALSE(select({"y", sl::range(0, 2), 1}).contains({"y", 1, 0}));
  EXPECT_FALSE(select({"y", sl::range(5, 2)}).contains({"y", 3})) << "none, as in Python";
  EXPECT_EQ(s.str(), "y[3:7]");
  EXPECT_TRUE(select({"y", sl::all}).contains({"y", -1}));
  EXPECT_THROW(sl::range(-1, 3), std::invalid_argument);
}
