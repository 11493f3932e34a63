// Lane j of a step_stream is one lane's stream, j steps on.
#include <starling/random/step_stream.hpp>

#include <gtest/gtest.h>

namespace sl = starling;

namespace {

template <class T> void expect_the_streams_of_following_steps() {
  using P = sl::native_pack<T>;
  for (const std::uint64_t lane : {std::uint64_t{0}, std::uint64_t{41}, (std::uint64_t{3} << 32) + 5}) {
    for (const std::uint64_t step : {0u, 7u, 4000000000u}) {
      const sl::key first = fold_in(sl::key(3).scope(8), step);
      const sl::step_stream<P> together(first, lane);
      sl::key k = first;
      for (int j = 0; j < sl::lanes_of<P>; ++j, k = k.following()) {
        sl::stream<T> alone(k, lane);
        for (std::uint32_t visit = 0; visit < 9; ++visit) {
          alone.visit(visit);
          EXPECT_EQ(together.uniforms(visit / together.per_block)[visit % together.per_block][j], alone.uniform());
        }
      }
    }
  }
}

TEST(step_stream, is_the_streams_of_following_steps) {
  expect_the_streams_of_following_steps<double>();
  expect_the_streams_of_following_steps<float>();
}

}  // namespace
