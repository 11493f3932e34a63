#include <gtest/gtest.h>

#include "traces/path_cursor.hpp"

#include <starling/traces/schema.hpp>

namespace sl = starling;

namespace {
constexpr sl::choice_type scalar{};
constexpr auto no = [](const sl::site&) { return false; };

std::shared_ptr<const sl::schema> walk_over(std::shared_ptr<const sl::schema> expected, const std::vector<sl::address>& addresses,
                                            bool* grew = nullptr) {
  sl::structure_walk walk(std::move(expected), false);
  for (const auto& a : addresses) walk.claim(a, scalar, "normal", no);
  auto found = walk.finish();
  if (grew) *grew = walk.growing();
  return found;
}
}  // namespace

TEST(structure_walk, finds_a_structure_and_then_follows_it) {
  bool grew = false;
  const auto s = walk_over(nullptr, {"a", {"y", 0}, {"y", 1}}, &grew);
  EXPECT_TRUE(grew);
  ASSERT_EQ(s->sites().size(), 3u);
  EXPECT_EQ(s->path_of(2).str(), "y[1]");
  EXPECT_EQ(s->find(sl::path("y", 1).hash()), 2);
  EXPECT_EQ(s->find(sl::path("z").hash()), -1);
  const auto again = walk_over(s, {"a", {"y", 0}, {"y", 1}}, &grew);
  EXPECT_FALSE(grew);
  EXPECT_EQ(again, s) << "the same schema is shared";
}

TEST(structure_walk, a_change_grows_a_new_schema_from_there) {
  const auto s = walk_over(nullptr, {"a", "b", "c"});
  const auto t = walk_over(s, {"a", "x", "c"});
  ASSERT_EQ(t->sites().size(), 3u);
  EXPECT_EQ(t->path_of(1).str(), "x");
  EXPECT_EQ(t->find(sl::path("b").hash()), -1);
  EXPECT_EQ(s->find(sl::path("b").hash()), 1) << "the old schema is as it was";
  EXPECT_EQ(walk_over(s, {"a"})->sites().size(), 1u) << "a shorter run is another structure";
  EXPECT_EQ(walk_over(s, {"a", "b", "c", "d"})->sites().size(), 4u);
}

TEST(structure_walk, another_type_is_another_site) {
  const auto s = walk_over(nullptr, {"a"});
  sl::structure_walk walk(s, false);
  walk.claim("a", {sl::value_kind::whole, 0, 1, 1}, "poisson", no);
  EXPECT_TRUE(walk.growing());
}

TEST(structure_walk, scopes_separate_equal_names) {
  sl::structure_walk walk(nullptr, false);
  const auto outer = walk.enter("f");
  walk.claim("x", scalar, "normal", no);
  walk.leave(outer);
  walk.claim("x", scalar, "normal", no);
  const auto s = walk.finish();
  EXPECT_EQ(s->path_of(0).str(), "f/x");
  EXPECT_EQ(s->path_of(1).str(), "x");
  EXPECT_TRUE(s->has_scope(sl::path("f").hash()));
  // The same names in other scopes are not mistaken for the same sites.
  sl::structure_walk other(s, false);
  const auto out = other.enter("f");
  other.claim("x", scalar, "normal", no);
  EXPECT_NO_THROW(other.claim("y", scalar, "normal", no));
  other.leave(out);
  other.claim("x", scalar, "normal", no);
  EXPECT_EQ(other.finish()->path_of(1).str(), "f/y");
}

TEST(structure_walk, an_address_twice_is_an_error_that_names_it) {
  try {
    walk_over(nullptr, {{"y", 1}, {"y", 1}});
    FAIL();
  } catch (const std::logic_error& e) {
    EXPECT_NE(std::string(e.what()).find("y[1] was visited twice"), std::string::npos) << e.what();
  }
  sl::structure_walk walk(nullptr, false);
  walk.claim("f", scalar, "normal", no);
  EXPECT_THROW(walk.enter("f"), std::logic_error);
}

TEST(structure_walk, many_sites_are_all_found) {
  std::vector<sl::address> addresses;
  for (int i = 0; i < 5000; ++i) addresses.push_back({"y", i});
  const auto s = walk_over(nullptr, addresses);
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(s->find(sl::path("y", i).hash()), i);
}

// Calls within calls, entered and left in every way: `turns` says how many are left before the next is entered.
TEST(path_cursor, goes_through_the_paths_of_all_sites) {
  sl::structure_walk walk(nullptr, false);
  std::vector<std::uint32_t> outer{0};
  int n = 0;
  for (const int turns : {0, 0, 2, 0, 0, 0, 1, 3, 0, 0, 2}) {
    walk.claim({"before", n}, scalar, "normal", no);
    for (int i = 0; i < turns; ++i, outer.pop_back()) walk.leave(outer.back());
    walk.claim(sl::address(std::int64_t{n}), scalar, "normal", no);
    outer.push_back(walk.enter(n % 3 == 0 ? sl::address("call", n, 7) : n % 3 == 1 ? sl::address("deep")
                                                                                   : sl::address(std::int64_t{100 + n})));
    walk.claim("x", scalar, "normal", no);
    ++n;
  }
  while (outer.size() > 1) walk.leave(outer.back()), outer.pop_back();
  walk.claim("last", scalar, "normal", no);
  const auto s = walk.finish();
  for (const sl::path& outside : {sl::path(), sl::path("outside", 3)}) {
    std::vector<sl::path_component> where = outside.parts();
    sl::path_cursor cursor(*s, where);
    for (std::uint32_t k = 0; k < s->sites().size(); ++k) EXPECT_EQ(cursor.at(k), (outside / s->path_of(k)).parts()) << s->path_of(k).str();
    // And out of order.
    for (auto k = static_cast<std::uint32_t>(s->sites().size()); k-- > 0;) EXPECT_EQ(cursor.at(k), (outside / s->path_of(k)).parts());
    EXPECT_EQ(cursor.at(3), (outside / s->path_of(3)).parts());
  }
}
