// What the density of constant observations with normal noise around X b needs of X and y: a few rows in the place of all of them.
//
// With X = Q R (R square) and y' = Qᵀ y: |y − X b|² = |y'₁ − R b|² + |y'₂|², where y'₁ are the first numbers of y' and y'₂ the others. A sum of
// squares, where XᵀX would lose half of the digits; any rank of X will do.
#pragma once

#include <cstddef>
#include <type_traits>

#include <starling/values/arena.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/pack.hpp>

namespace starling {

// r: columns × columns, zeros below the diagonal; rotated: y'₁, [column][lane]; rest: |y'₂|², [lane]. The first column is 1 where `ones`, the
// others are x's. y: [row][lane]. At least as many rows as columns. What is not finite makes NaN.
void rotate_rows(matrix_view<double> x, bool ones, const double* y, std::size_t lanes, double* r, double* rotated, double* rest);

// Work: what the numbers of one lane are laid out for; lanes need no packs of rows beside their own.
template <class V, class Work = native_pack<double>> class linear_summary {
 public:
  linear_summary(matrix_view<double> x, bool ones, const V* y, arena& memory) : design_(x), n_(x.cols() + (ones ? 1 : 0)), stride_((n_ + width - 1) / width * width) {
    rows_ = memory.take<double>(n_ * stride_);
    columns_ = memory.take<double>(n_ * stride_);
    rotated_ = memory.take<V>(stride_);
    const arena_scope scratch;
    const matrix<double> r(n_, n_);
    rotate_rows(x, ones, reinterpret_cast<const double*>(y), static_cast<std::size_t>(lanes_of<V>), r.data(), reinterpret_cast<double*>(rotated_), reinterpret_cast<double*>(&rest_));
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j < stride_; ++j) {
        rows_[i * stride_ + j] = j < n_ ? r(i, j) : 0;
        columns_[i * stride_ + j] = j < n_ ? r(j, i) : 0;
      }
    for (std::size_t i = n_; i < stride_; ++i) rotated_[i] = V(0);
  }

  // Data that are somewhere else are other data.
  bool is_of(matrix_view<double> x) const { return design_.data() == x.data() && design_.rows() == x.rows() && design_.cols() == x.cols(); }
  bool has_ones() const { return n_ > design_.cols(); }
  std::size_t rows() const { return design_.rows(); }
  // Of b and `by`: n numbers, and room for as many as a register has lanes.
  std::size_t columns() const { return n_; }
  std::size_t room() const { return stride_; }

  // |y − X b|²; writes Xᵀ (y − X b) · factor² to `by`.
  V squares(const V* b, const V& factor, V* by) const {
    if constexpr (std::is_same_v<V, double>) {
      Work total(0);
      double residuals[width];
      for (std::size_t j = 0; j < stride_; j += width) Work(0).store(by + j);
      for (std::size_t i = 0; i < n_; i += width) {
        Work w = Work::load(rotated_ + i);
        for (std::size_t j = i; j < n_; ++j) w = w - Work(b[j]) * Work::load(columns_ + j * stride_ + i);
        total = multiply_add(w, w, total);
        (w * Work(factor) * Work(factor)).store(residuals);
        for (std::size_t j = i; j < stride_; j += width) {
          Work slope = Work::load(by + j);
          for (std::size_t k = 0; k < width && i + k < n_; ++k) slope = multiply_add(Work(residuals[k]), Work::load(rows_ + (i + k) * stride_ + j), slope);
          slope.store(by + j);
        }
      }
      return sum(total) + rest_;
    } else {
      for (std::size_t j = 0; j < n_; ++j) by[j] = V(0);
      V total = rest_;
      for (std::size_t i = 0; i < n_; ++i) {
        const double* const row = rows_ + i * stride_;
        V w = rotated_[i];
        for (std::size_t j = i; j < n_; ++j) w = w - row[j] * b[j];
        total = multiply_add(w, w, total);
        w = w * factor * factor;
        for (std::size_t j = i; j < n_; ++j) by[j] = multiply_add(V(row[j]), w, by[j]);
      }
      return total;
    }
  }

 private:
  static constexpr std::size_t width = std::is_same_v<V, double> ? static_cast<std::size_t>(lanes_of<Work>) : 1;

  matrix_view<double> design_;  // what it is a summary of
  std::size_t n_, stride_;
  double* rows_ = nullptr;  // of R, and its columns: each `stride_` numbers, zeros behind the n-th
  double* columns_ = nullptr;
  V* rotated_ = nullptr;
  V rest_ = V(0);
};

}  // namespace starling
