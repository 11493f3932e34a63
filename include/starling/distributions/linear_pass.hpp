// One pass over the rows of a generalised linear model (generalised_linear.hpp): its log density and all derivatives.
#pragma once

#include <cstddef>

#include <starling/distributions/elements.hpp>
#include <starling/values/adjoint.hpp>
#include <starling/values/dual.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/matrix_kernels.hpp>
#include <starling/values/two_in_one.hpp>

namespace starling {

// Adds up the density over blocks of rows, and where wanted its derivatives: with respect to η (times the rows of X, to `by`) and to
// the further parameters of the formulas.
template <class Formulas, class V, bool Slopes, class... Further> class linear_pass {
 public:
  // In one lane the η of neighbouring rows stand side by side in a pack.
  static constexpr bool one_lane = std::is_arithmetic_v<V>;
  template <bool, class W> struct work_type {
    using type = W;
  };
  template <class W> struct work_type<true, W> {
    using type = native_pack<W>;
  };
  using work = typename work_type<one_lane, V>::type;
  using pairs = typename two_in_one<V>::type;      // of rows, or void
  static constexpr std::size_t rows_at_once = 32;  // they stay in the cache from η to the derivatives

  linear_pass(const matrix_view<double>& x, const V& intercept, const V* coefficients, V* by)
      : x_(x), intercept_(intercept), coefficients_(coefficients), by_(by) {}

  template <class Y> void run(const Y& y, const Further&... further) {
    if constexpr (one_lane && Slopes) {
      if (by_ && x_.cols() == 2) return run_narrow<2>(y, further...);
      if (by_ && x_.cols() == 3) return run_narrow<3>(y, further...);
    }
    sums<work> total;
    [[maybe_unused]] std::conditional_t<std::is_void_v<pairs>, int, sums<pairs>> total_of_pairs;
    for (std::size_t first = 0; first < x_.rows(); first += rows_at_once) {
      const std::size_t rows = x_.rows() - first < rows_at_once ? x_.rows() - first : rows_at_once;
      const double* const x = x_.data() + first * x_.cols();
      V eta[rows_at_once];
      multiply(x, rows, x_.cols(), coefficients_, eta);
      if constexpr (one_lane) {
        for (std::size_t r = 0; r < rows; r += width) {
          const int count = rows - r < width ? static_cast<int>(rows - r) : lanes_of<work>;
          for (std::size_t k = r + static_cast<std::size_t>(count); k < r + width; ++k) eta[k] = eta[r];
          total.add(elements_at<work>{first + r, count}(y), work::load(eta + r) + intercept_, count, as_further<work>(further)...).store(eta + r);
        }
      } else {
        std::size_t r = 0;
        if constexpr (comes_in_pairs<Y>) r = total_of_pairs.add_pairs(y, first, rows, eta, intercept_, as_further<pairs>(further)...);
        for (; r < rows; ++r) eta[r] = total.add(element_at{first + r}(y), eta[r] + intercept_, 1, as_further<work>(further)...);
      }
      if constexpr (Slopes)
        if (by_) add_transposed(x, rows, x_.cols(), eta, by_);
    }
    sums_ = total;
    if constexpr (!std::is_void_v<pairs>) sums_.add_both(total_of_pairs);
  }

  V value() const { return total(sums_.value); }
  V by_intercept() const { return total(sums_.by_intercept); }
  V by_further() const { return total(sums_.by_further); }

 private:
  static constexpr std::size_t width = static_cast<std::size_t>(lanes_of<work>);
  static V total(const work& w) {
    if constexpr (one_lane) return sum(w);
    else return w;
  }
  // A further parameter beside packs W.
  template <class W, class P> static auto as_further(const P& p) {
    if constexpr (is_adjoint<P>) return dual_variable<1>(in_pack<W>(p.value()));
    else if constexpr (std::is_same_v<W, pairs> && std::is_same_v<P, V>) return in_pack<W>(p);
    else return p;
  }

  // Whether elements of y are packs, whole numbers or masks like V, in an array.
  template <class Y> static constexpr bool comes_in_pairs = [] {
    if constexpr (!std::is_void_v<pairs> && requires(const Y& y) { y.data(); }) return !std::is_arithmetic_v<element_of<Y>>;
    else return false;
  }();
  template <class W> struct sums {
    W value = W(0), by_intercept = W(0), by_further = W(0);

    // Adds the density of the elements in a pack; returns its derivative with respect to η.
    template <class Y, class... F> [[gnu::always_inline]] W add(const Y& y, const W& eta, int count, const F&... further) {
      const auto valid = [&](const W& w) { return !one_lane || count == lanes_of<W> ? w : where(mask_of<W>::first(count), w, W(0)); };
      if constexpr (Slopes) {
        const auto result = Formulas::log_density(y, dual_variable<0>(eta), further...);
        const W d = valid(result.template by<0>());
        value = value + valid(result.value());
        by_intercept = by_intercept + d;
        if constexpr ((is_adjoint<Further> || ...)) by_further = by_further + valid(result.template by<1>());
        return d;
      } else {
        value = value + valid(W(Formulas::log_density(y, eta, further...)));
        return W(0);
      }
    }
    // The same of rows first, first + 1, … two by two; how many it added.
    template <class Y, class... F> std::size_t add_pairs(const Y& y, std::size_t first, std::size_t rows, V* eta, const V& intercept, const F&... further) {
      const W shift = in_pack<W>(intercept);
      std::size_t r = 0;
      for (; r + 2 <= rows; r += 2)
        add(as_real(load_two<W>(y.data() + first + r)), load_two<W>(eta + r) + shift, lanes_of<W>, further...).store(reinterpret_cast<double*>(eta + r));
      return r;
    }
    template <class Pairs> void add_both(const Pairs& p) {
      value = value + sum_of_two<W>(p.value);
      by_intercept = by_intercept + sum_of_two<W>(p.by_intercept);
      by_further = by_further + sum_of_two<W>(p.by_further);
    }
  };

  // Few columns: rows stand side by side in the lanes, and X is read once.
  template <std::size_t Columns, class Y> void run_narrow(const Y& y, const Further&... further) {
    sums<work> total;
    work b[Columns], by[Columns];
    for (std::size_t j = 0; j < Columns; ++j) b[j] = work(coefficients_[j]), by[j] = work(0);
    const auto add_rows = [&](std::size_t first, int count) __attribute__((always_inline)) {
      work column[Columns], eta(intercept_);
      load_columns<Columns>(x_.data() + first * Columns, column, count);
      for (std::size_t j = 0; j < Columns; ++j) eta = multiply_add(column[j], b[j], eta);
      const work d = total.add(elements_at<work>{first, count}(y), eta, count, as_further<work>(further)...);
      for (std::size_t j = 0; j < Columns; ++j) by[j] = multiply_add(column[j], d, by[j]);
    };
    std::size_t first = 0;
    for (; first + width <= x_.rows(); first += width) add_rows(first, lanes_of<work>);
    if (first < x_.rows()) add_rows(first, static_cast<int>(x_.rows() - first));
    for (std::size_t j = 0; j < Columns; ++j) by_[j] += sum(by[j]);
    sums_ = total;
  }

  matrix_view<double> x_;
  V intercept_;
  const V* coefficients_;
  V* by_;
  sums<work> sums_;
};

}  // namespace starling
