// Sums of many terms of which few change at a time: setting one costs O(log n), and the total depends on the terms alone, never on
// the way they came about (it is recomputed, not corrected).
#pragma once

#include <cstddef>
#include <vector>

namespace starling {

class sum_tree {
 public:
  std::size_t size() const { return size_; }
  double operator[](std::size_t i) const { return levels_[0][i]; }
  double total() const { return size_ == 0 ? 0.0 : levels_.size() == 1 ? levels_[0][0]
                                                                       : levels_.back()[0]; }

  void set(std::size_t i, double x) {
    levels_[0][i] = x;
    if (deferred_) return;
    for (std::size_t level = 0; level + 1 < levels_.size(); ++level) {
      i /= arity;
      levels_[level + 1][i] = sum_of(level, i);
    }
  }
  void push_back(double x) {
    if (size_ > 1 && size_ < levels_[0].size()) ++size_;  // there is room, and the levels above are there
    else fit(size_ + 1);
    set(size_ - 1, x);
  }
  void resize(std::size_t n) {
    if (n == size_) return;
    const bool shorter = n < size_;
    const std::size_t old_size = size_;
    fit(n);
    if (!shorter || n == 0) return;
    for (std::size_t i = n; i < old_size && i < levels_[0].size(); ++i) levels_[0][i] = 0.0;
    if (!deferred_) sum_all();
  }
  // The terms, and zeros up to a whole number of eights.
  const std::vector<double>& terms() const {
    static const std::vector<double> none;
    return levels_.empty() ? none : levels_[0];
  }
  // Exchanges the terms and sums anew.
  void exchange(std::vector<double>& terms) {
    levels_[0].swap(terms);
    sum_all();
  }
  // Between the two, set() and push_back() only store: for when most terms change.
  void defer() { deferred_ = true; }
  void settle() {
    if (!deferred_) return;
    deferred_ = false;
    sum_all();
  }

 private:
  static constexpr std::size_t arity = 8;
  double sum_of(std::size_t level, std::size_t j) const {
    const double* t = levels_[level].data() + j * arity;
    return ((t[0] + t[1]) + (t[2] + t[3])) + ((t[4] + t[5]) + (t[6] + t[7]));
  }
  void sum_all() {
    for (std::size_t level = 0; level + 1 < levels_.size(); ++level)
      for (std::size_t j = 0; j < levels_[level].size() / arity; ++j) levels_[level + 1][j] = sum_of(level, j);
  }
  // Room for n terms, every level a whole number of eights, what is new 0.
  void fit(std::size_t n) {
    size_ = n;
    std::size_t level = 0;
    const auto take = [&](std::size_t m) {
      const std::size_t room = (m + arity - 1) / arity * arity;
      bool is_new = levels_.size() <= level;
      if (is_new) levels_.emplace_back();
      if (levels_[level].size() != room) levels_[level].resize(room, 0.0);
      if (is_new && level > 0 && !deferred_)
        for (std::size_t j = 0; j < levels_[level - 1].size() / arity; ++j) levels_[level][j] = sum_of(level - 1, j);
    };
    take(n);
    while (n > 1) {
      n = (n + arity - 1) / arity;
      ++level;
      take(n);
    }
    levels_.resize(level + 1);
  }

  std::vector<std::vector<double>> levels_;  // [0]: the terms; each later one the sums of eight
  std::size_t size_ = 0;
  bool deferred_ = false;  // what is above the terms is not up to date
};

}  // namespace starling
