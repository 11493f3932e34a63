// Rows of the table: those of basic_rows.hpp.
#include "distributions/basic_rows.hpp"

namespace {

const bool added = [] {
  rows::for_each_basic_distribution([](const char* name, auto arity, auto make) {
    rows::add(name, [make](const auto& p) {
      if constexpr (decltype(arity)::value == 1) return make(p[0]);
      else if constexpr (decltype(arity)::value == 2) return make(p[0], p[1]);
      else return make(p[0], p[1], p[2]);
    });
  });
  return true;
}();

}  // namespace

TEST(table, has_the_basic_distributions) { EXPECT_TRUE(added); }
