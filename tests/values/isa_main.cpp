// Runs the tests if this machine has the instruction set that they were compiled for; else says so and returns 77 (skipped).
#include <gtest/gtest.h>

#include <cstdio>
#include <string_view>

int main(int argc, char** argv) {
  const std::string_view isa = STARLING_TESTED_ISA;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool there = isa == "avx512" ? __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
                     : isa == "avx2" ? __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                                     : true;
  if (!there) {
    std::printf("skipped: this machine has no %s\n", STARLING_TESTED_ISA);
    return 77;
  }
#endif
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
