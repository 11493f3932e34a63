#include "nearest_name.hpp"

#include <algorithm>
#include <cctype>

namespace starling {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

// The number of insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view misspelled, const std::vector<std::string>& names) {
  std::string nearest;
  std::size_t least = std::max<std::size_t>(1, misspelled.size() / 3) + 1;
  for (const std::string& name : names) {
    const std::size_t wrong = distance(lower(misspelled), lower(name));
    // A name of one letter is no misspelling of another.
    if (wrong < least && wrong < std::max<std::size_t>(misspelled.size(), name.size())) {
      least = wrong;
      nearest = name;
    }
  }
  return nearest;
}

std::string did_you_mean(std::string_view misspelled, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(misspelled, names);
  return nearest.empty() ? "" : " Did you mean \"" + nearest + "\"?";
}

}  // namespace starling
