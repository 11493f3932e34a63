// Lane k of N is the same lane alone, bit for bit, in float lanes too.
#include <gtest/gtest.h>

#include "lanes_alone.hpp"

TEST(lanes_alone, in_float) { laws::check_lanes_alone<float>(); }
