// The code in the pages on inference is code of compiled examples.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "support/shown_code.hpp"

namespace {

// A file without the spaces at the beginnings of its lines: functions of the example indent what the page does not.
std::string flush_left(const std::string& path) {
  std::ifstream in(std::string(STARLING_SOURCE_DIR) + path);
  std::string all, line;
  while (std::getline(in, line)) {
    const auto first = line.find_first_not_of(' ');
    all += (first == std::string::npos ? "" : line.substr(first)) + "\n";
  }
  return all;
}

}  // namespace

TEST(inference_document, shows_code_of_the_compiled_example) {
  const std::string document = flush_left("/docs/inference.md"), example = flush_left("/examples/inference_methods.cpp");
  EXPECT_EQ(expect_shown_code(document, example), 16);
}

TEST(variational_document, shows_code_of_the_compiled_example) {
  EXPECT_EQ(expect_shown_code(flush_left("/docs/variational_inference.md"), flush_left("/examples/variational_inference.cpp")), 2);
}

TEST(expectations_document, shows_code_of_the_compiled_example) {
  EXPECT_EQ(expect_shown_code(flush_left("/docs/expectations.md"), flush_left("/examples/expectations.cpp")), 3);
}

TEST(fitting_document, shows_code_of_the_compiled_example) {
  EXPECT_EQ(expect_shown_code(flush_left("/docs/fitting.md"), flush_left("/examples/fitting.cpp")), 4);
}

TEST(epidemic_document, shows_code_of_the_compiled_example) {
  EXPECT_EQ(expect_shown_code(flush_left("/docs/epidemic.md"), flush_left("/examples/epidemic.cpp")), 3);
}

TEST(learning_document, shows_code_of_the_compiled_example) {
  EXPECT_EQ(expect_shown_code(flush_left("/docs/learning.md"), flush_left("/examples/learning.cpp")), 3);
}
