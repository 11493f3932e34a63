// The code in the documents is code of compiled examples.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "support/shown_code.hpp"

namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(std::string(STARLING_SOURCE_DIR) + path);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

}  // namespace

TEST(neural_document, shows_code_of_the_compiled_example) {
  EXPECT_EQ(expect_shown_code(text_of("/docs/neural_networks.md"), text_of("/examples/neural_networks.cpp")), 5);
}
TEST(neural_document, shows_code_of_the_examples_of_amortised_inference) {
  EXPECT_EQ(expect_shown_code(text_of("/docs/amortised_inference.md"), text_of("/examples/digits_vae.cpp") + text_of("/examples/bayesian_net.cpp") + text_of("/examples/neutra.cpp")), 6);
}
