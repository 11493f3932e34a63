// Sums of many terms of which few change at a time: setting one costs O(log n), and the total depends on the terms alone, never on
// the way they came about (it is recomputed, not corrected).
#pragma once

#include <cstddef>
#include <vector>

namespace starling {

class sum_tree {
 public:
  std::size_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }
  double operator[](std::size_t i) const { return levels_[0][i]; }
  double total() const { return levels_.empty() || levels_[0].empty() ? 0.0 : levels_.back()[0]; }

  void set(std::size_t i, double x) {
    levels_[0][i] = x;
    if (deferred_) return;
    for (std::size_t level = 0; level + 1 < levels_.size(); ++level) {
      i /= arity;
      levels_[level + 1][i] = sum_of(level, i);
    }
  }
  void push_back(double x) {
    if (levels_.empty()) levels_.emplace_back();
    std::size_t i = size();
    levels_[0].push_back(x);
    if (i % arity == 0 || i == 1 || deferred_) {  // sums are added
      fit();
      return set(i, x);
    }
    levels_[1][i / arity] += x;  // the last term of its sum
    for (std::size_t level = 1; level + 1 < levels_.size(); ++level) {
      i /= arity;
      levels_[level + 1][i / arity] = sum_of(level, i / arity);
    }
  }
  void resize(std::size_t n) {
    if (levels_.empty()) levels_.emplace_back();
    const std::size_t from = n < size() ? n : size();
    levels_[0].resize(n);
    fit();
    if (n == from && n > 0) set(n - 1, levels_[0][n - 1]);  // the sums over what is left
  }
  // Between the two, set() and push_back() only store: for when most terms change.
  void defer() { deferred_ = true; }
  void settle() {
    deferred_ = false;
    for (std::size_t level = 0; level + 1 < levels_.size(); ++level)
      for (std::size_t j = 0; j < levels_[level + 1].size(); ++j) levels_[level + 1][j] = sum_of(level, j);
  }

 private:
  static constexpr std::size_t arity = 8;
  double sum_of(std::size_t level, std::size_t j) const {
    const std::vector<double>& terms = levels_[level];
    const std::size_t end = (j + 1) * arity < terms.size() ? (j + 1) * arity : terms.size();
    double total = 0;
    for (std::size_t i = j * arity; i < end; ++i) total += terms[i];
    return total;
  }
  void fit() {
    std::size_t n = levels_[0].size(), level = 0;
    while (n > 1) {
      n = (n + arity - 1) / arity;
      if (levels_.size() <= ++level) {
        levels_.emplace_back();
        if (!deferred_ && level > 0) grow_level(level, n);
      }
      levels_[level].resize(n);
    }
    levels_.resize(level + 1);
  }
  void grow_level(std::size_t level, std::size_t n) {
    levels_[level].resize(n);
    for (std::size_t j = 0; j < n; ++j) levels_[level][j] = sum_of(level - 1, j);
  }
  std::vector<std::vector<double>> levels_;  // [0]: the terms; each later one the sums of eight
  bool deferred_ = false;  // what is above the terms is not up to date
};

}  // namespace starling
