// The code in docs/inference.md is code of the compiled example.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

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
  int parts = 0;
  for (std::size_t at = 0; (at = document.find("```cpp\n", at)) != std::string::npos; ++parts) {
    at += 7;
    const std::size_t end = document.find("```", at);
    EXPECT_NE(example.find(document.substr(at, end - at)), std::string::npos) << document.substr(at, 80);
    at = end + 3;
  }
  EXPECT_EQ(parts, 15);
}
