// Which of n places are neighbours, once for many densities.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

namespace starling {

class neighbourhood {
 public:
  using pair = std::pair<std::size_t, std::size_t>;
  // Pairs of neighbours, each once. Throws std::invalid_argument where a place is none of 0, …, n − 1, is its own neighbour or has none, or where a pair comes twice.
  neighbourhood(std::size_t n, std::span<const pair> pairs);
  neighbourhood(std::size_t n, std::initializer_list<pair> pairs) : neighbourhood(n, std::span<const pair>(pairs.begin(), pairs.size())) {}

  std::size_t size() const { return degrees_.size(); }
  const std::vector<pair>& pairs() const { return pairs_; }
  // How many neighbours a place has.
  const std::vector<double>& degrees() const { return degrees_; }
  // Of D^(−1/2) W D^(−1/2), W having 1 where two places are neighbours and D the degrees: from −1 to 1, ascending, the last is 1.
  const std::vector<double>& eigenvalues() const { return eigenvalues_; }

 private:
  std::vector<pair> pairs_;
  std::vector<double> degrees_, eigenvalues_;
};

}  // namespace starling
