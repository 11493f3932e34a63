// The digits of scikit-learn, 8 x 8 pixels from 0 to 16 (digits.txt). Every fifth picture is for testing.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

struct digits {
  std::vector<double> pictures, labels;  // pixels from 0 to 1
  std::size_t size() const { return labels.size(); }
};
inline std::pair<digits, digits> read_digits() {
  std::ifstream file(STARLING_SOURCE_DIR "/tests/neural/digits.txt");
  digits train, test;
  std::string label, numbers;
  for (std::size_t i = 0; file >> label >> numbers; ++i) {
    digits& to = i % 5 == 4 ? test : train;
    to.labels.push_back(std::stod(label));
    for (const char c : numbers) to.pictures.push_back((c - 'a') / 16.0);
  }
  return {train, test};
}
