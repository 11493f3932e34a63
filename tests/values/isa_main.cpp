// Runs the tests if this machine has the instruction set that they were compiled for; else says so and returns 77 (skipped).
// This file alone is compiled for every machine, and it asks before the constants of the other files are made: their
// initialisers may hold instructions that this machine does not have.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#if defined(__x86_64__)
[[gnu::constructor(101)]] static void skip_where_instructions_are_missing() {
  constexpr std::string_view isa = STARLING_TESTED_ISA;
  __builtin_cpu_init();
  const bool there = isa == "avx512" ? __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
                     : isa == "avx2" ? __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
                                     : true;
  if (there) return;
  std::printf("skipped: this machine has no %s\n", STARLING_TESTED_ISA);
  std::fflush(stdout);
  _exit(77);
}
#endif

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
