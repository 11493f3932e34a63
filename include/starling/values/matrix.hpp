// Matrices of values, in the run's arena, row-major; and views of matrices that someone else owns.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <starling/values/vector.hpp>

namespace starling {

// A pointer, rows and columns: trivially copyable; copying it copies no elements. Element (i, j) is data()[i * cols() + j].
template <class R> class matrix {
 public:
  using value_type = R;

  matrix() = default;
  // rows × cols uninitialised elements from this thread's arena.
  matrix(std::size_t rows, std::size_t cols)
      : data_(arena::current().take<std::remove_const_t<R>>(rows * cols)), rows_(rows), cols_(cols) {}
  // A view of memory that someone else owns.
  matrix(R* data, std::size_t rows, std::size_t cols) : data_(data), rows_(rows), cols_(cols) {}
  matrix(std::span<R> data, std::size_t rows, std::size_t cols) : data_(data.data()), rows_(rows), cols_(cols) {
    if (data.size() != rows * cols) throw std::invalid_argument("matrix: the numbers given are not rows x cols many");
  }

  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
  std::size_t size() const { return rows_ * cols_; }
  R* data() const { return data_; }
  R* begin() const { return data_; }
  R* end() const { return data_ + size(); }
  R& operator()(std::size_t i, std::size_t j) const { return data_[i * cols_ + j]; }
  vector<R> row(std::size_t i) const { return vector<R>(data_ + i * cols_, cols_); }

 private:
  R* data_ = nullptr;
  std::size_t rows_ = 0, cols_ = 0;
};

// Data as a matrix: `matrix_view(numbers, rows, cols)`, row-major, not owned.
template <class T> using matrix_view = matrix<const T>;

// The product of a matrix and a vector; throws std::invalid_argument where the sizes do not fit.
template <class A, class B> auto matvec(const matrix<A>& m, const vector<B>& x) {
  using R = std::remove_const_t<decltype(m(0, 0) * x[0])>;
  if (m.cols() != x.size()) throw std::invalid_argument("matvec: a matrix of " + std::to_string(m.cols()) + " columns and a vector of " + std::to_string(x.size()));
  vector<R> y(m.rows());
  for (std::size_t i = 0; i < m.rows(); ++i) y[i] = R(dot(m.row(i), x));
  return y;
}

}  // namespace starling
