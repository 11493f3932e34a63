// The code in docs/distributions.md is code of the compiled example.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace {

std::string content(const std::string& path) {
  std::ifstream in(std::string(STARLING_SOURCE_DIR) + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST(document, shows_code_of_the_compiled_example) {
  const std::string document = content("/docs/distributions.md"), example = content("/examples/own_distribution.cpp");
  const std::size_t start = document.find("```cpp\n") + 7;
  const std::string code = document.substr(start, document.find("```", start) - start);
  ASSERT_GT(code.size(), 1000u);
  const std::size_t types = code.find("\ntemplate <class Lo");
  EXPECT_NE(example.find(code.substr(0, types)), std::string::npos);
  EXPECT_NE(example.find(code.substr(types)), std::string::npos);
  const std::size_t second = document.find("```cpp\n", document.find("A special function")) + 7;
  const std::string special = document.substr(second, document.find("```", second) - second);
  ASSERT_GT(special.size(), 500u);
  EXPECT_NE(example.find(special), std::string::npos);
}
