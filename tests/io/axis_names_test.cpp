// Names of axes that do not fit: said, and not used.
#include "io/axis_names.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sl = starling;

namespace {

std::vector<std::string> problems_of(const sl::named_lists& dims) {
  sl::result fit;
  fit.posterior = {1, 1, {{"m", {2, 2}, {1, 2, 3, 4}}, {"x", {2}, {1, 2}}}};
  fit.dims = dims;
  const sl::axis_names names(fit);
  if (!names.problems().empty()) {
    EXPECT_EQ(names.of(fit.posterior.variables[0], "m"), (std::vector<std::string>{"m_dim_0", "m_dim_1"}));
  }
  return names.problems();
}
using problems = std::vector<std::string>;

}  // namespace

TEST(axis_names, are_different_for_different_axes) {
  EXPECT_EQ(problems_of({{"m", {"school", "other"}}, {"x", {"school"}}}), problems{});
  EXPECT_EQ(problems_of({{"m", {"school", "school"}}}), problems{"dims calls two axes of m \"school\", and readers of NetCDF take one name for one axis: they are not used."});
  EXPECT_EQ(problems_of({{"m", {"draw", "school"}}}), problems{"dims calls an axis of m \"draw\", as the axes of all draws are called: they are not used."});
  EXPECT_EQ(problems_of({{"m", {"school"}}}), problems{"dims names 1 axes of m, which has 2: they are not used."});
  EXPECT_EQ(problems_of({{"z", {"school"}}}), problems{"dims names axes of z, but there is no such variable."});
}
