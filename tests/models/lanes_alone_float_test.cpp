// Lane k of N is the same lane alone, bit for bit, in float lanes too.
#include <gtest/gtest.h>

#include "lanes_alone.hpp"
#include "law_models.hpp"

TEST(lanes_alone, in_float) {
  laws::for_each_model([](const auto& r) { laws::check_lanes_alone<float>(r); });
}
