// The code in docs/combinators/*.md is code of the compiled example, and every combinator has its page.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST(documents, show_code_of_the_example_of_static_models) {
  const std::filesystem::path root = STARLING_SOURCE_DIR;
  const std::string text = content(root / "docs/static_models.md");
  const auto start = text.find("```cpp\n");
  ASSERT_NE(start, std::string::npos);
  const std::string code = text.substr(start + 7, text.find("```", start + 7) - start - 7);
  EXPECT_GT(code.size(), 60u);
  EXPECT_NE(content(root / "examples/static_models.cpp").find(code), std::string::npos);
}

TEST(documents, show_code_of_the_compiled_example) {
  const std::filesystem::path root = STARLING_SOURCE_DIR;
  const std::string example = content(root / "examples/combinators.cpp");
  int pages = 0;
  for (const auto& page : std::filesystem::directory_iterator(root / "docs/combinators")) {
    const std::string text = content(page.path());
    const auto start = text.find("```cpp\n");
    ASSERT_NE(start, std::string::npos) << page.path();
    const std::string code = text.substr(start + 7, text.find("```", start + 7) - start - 7);
    EXPECT_GT(code.size(), 60u) << page.path();
    EXPECT_NE(example.find(code), std::string::npos) << page.path() << " shows code that the example does not have";
    ++pages;
  }
  EXPECT_EQ(pages, 11);
}
