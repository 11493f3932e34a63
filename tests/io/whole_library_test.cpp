// All that users include stands beside each other in one file.
#include <starling/distributions/catalogue.hpp>
#include <starling/neural/layers.hpp>
#include <starling/neural/train.hpp>
#include <starling/starling.hpp>

#include <gtest/gtest.h>

namespace sl = starling;

TEST(whole_library, simulates_a_model_with_names_of_all_parts) {
  constexpr auto model = sl::gen([](auto& trace) { return trace("x", sl::pareto(1.0, 1.5)); });
  EXPECT_GT(sl::simulate(model, sl::args(), sl::key(1)).value(), 1.0);
}
