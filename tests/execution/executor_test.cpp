#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

#include <starling/execution/executor.hpp>

namespace sl = starling;

TEST(executor, runs_every_block_once) {
  for (const std::size_t threads : {0u, 1u, 2u, 7u}) {
    std::vector<std::atomic<int>> count(1000);
    sl::parallel_for(
        count.size(), [&](std::size_t i) { ++count[i]; }, threads);
    for (const auto& c : count) EXPECT_EQ(c, 1);
  }
  sl::parallel_for(0, [](std::size_t) { FAIL(); });
}

TEST(executor, an_exception_of_a_block_is_thrown) {
  for (const std::size_t threads : {1u, 2u})
    EXPECT_THROW(sl::parallel_for(
                     100, [](std::size_t i) { if (i == 37) throw std::runtime_error("block 37"); }, threads),
                 std::runtime_error);
  EXPECT_GE(sl::available_threads(), 1u);
}
