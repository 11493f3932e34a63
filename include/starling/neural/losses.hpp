// Losses of a batch, means over its rows, as one entry of the tape each: what sl::train (train.hpp) brings down.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <starling/values/adjoint_vectors.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/vector_math.hpp>

namespace starling::neural {

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_wrong_rows(const char* what, std::size_t rows, std::size_t cols, std::size_t found_rows, std::size_t found_cols) {
  throw std::invalid_argument(std::string(what) + ": expected " + std::to_string(rows) + " x " + std::to_string(cols) + " but received " + std::to_string(found_rows) + " x " +
                              std::to_string(found_cols));
}

// f(values of a row, its index, its derivatives) gives the loss of a row and writes its derivatives, all of them; the mean of them.
template <class A, class F> auto mean_over_rows(const matrix<A>& y, F f) {
  using R = std::remove_const_t<A>;
  using V = primal_of<R>;
  const std::size_t n = y.rows(), width = y.cols();
  const V by = V(1) / V(static_cast<double>(n));
  V total(0);
  if constexpr (is_adjoint<R>) {
    require_tape<V>();
    const auto x = capture<V>(static_cast<const R*>(y.data()), y.size());
    V* const d = tape<V>::current->template take<V>(y.size());
    for (std::size_t r = 0; r < n; ++r) total += f(x.values + r * width, r, d + r * width);
    if constexpr (std::is_arithmetic_v<V>) in_packs<V>(y.size(), [&]<class P>(std::size_t i) { (P::load(d + i) * P(by)).store(d + i); });
    else
      for (std::size_t i = 0; i < y.size(); ++i) d[i] = d[i] * by;
    return reduced<V>(V(total * by), reduction_part<V>{x.cells, d});
  } else {
    const arena_scope scratch;
    vector<V> d(width);
    for (std::size_t r = 0; r < n; ++r) total += f(static_cast<const V*>(y.data()) + r * width, r, d.data());
    return V(total * by);
  }
}

// −log softmax(logits of a row)[label], labels: [batch × 1], whole numbers below the logits' columns.
template <class A> auto cross_entropy(const matrix<A>& logits, const matrix<const double>& labels) {
  if (labels.rows() != logits.rows() || labels.cols() != 1) throw_wrong_rows("cross_entropy: labels", logits.rows(), 1, labels.rows(), labels.cols());
  const std::size_t width = logits.cols();
  for (std::size_t r = 0; r < labels.rows(); ++r)
    if (!(labels(r, 0) >= 0 && labels(r, 0) < static_cast<double>(width)))
      throw std::invalid_argument("cross_entropy: the label of row " + std::to_string(r) + " is " + std::to_string(labels(r, 0)) + ", expected a whole number from 0 to " + std::to_string(width - 1));
  return mean_over_rows(logits, [&](const auto* x, std::size_t r, auto* d) {
    using V = std::remove_cvref_t<decltype(*x)>;
    const std::size_t label = static_cast<std::size_t>(labels(r, 0));
    softmax_of(x, width, d);
    const V log_sum = log_sum_exp(vector<const V>(x, width));
    d[label] = d[label] - V(1);
    return V(log_sum - x[label]);
  });
}
// Σ (y − target)² of a row.
template <class A> auto squared_error(const matrix<A>& y, const matrix<const double>& targets) {
  if (targets.rows() != y.rows() || targets.cols() != y.cols()) throw_wrong_rows("squared_error: targets", y.rows(), y.cols(), targets.rows(), targets.cols());
  const std::size_t width = y.cols();
  return mean_over_rows(y, [&](const auto* x, std::size_t r, auto* d) {
    using V = std::remove_cvref_t<decltype(*x)>;
    V total(0);
    for (std::size_t j = 0; j < width; ++j) {
      const V off = x[j] - V(targets(r, j));
      d[j] = V(2) * off;
      total += off * off;
    }
    return total;
  });
}
// −Σ log Bernoulli(target; logistic(logit)) of a row, targets from 0 to 1.
template <class A> auto binary_cross_entropy(const matrix<A>& logits, const matrix<const double>& targets) {
  if (targets.rows() != logits.rows() || targets.cols() != logits.cols()) throw_wrong_rows("binary_cross_entropy: targets", logits.rows(), logits.cols(), targets.rows(), targets.cols());
  const std::size_t width = logits.cols();
  return mean_over_rows(logits, [&](const auto* x, std::size_t r, auto* d) {
    using V = std::remove_cvref_t<decltype(*x)>;
    const double* const target = targets.data() + r * width;
    if constexpr (std::is_arithmetic_v<V>) {
      native_pack<V> total(0);
      V rest(0);
      in_packs<V>(width, [&]<class P>(std::size_t j) {
        const P v = P::load(x + j), t = P::load(target + j);
        const auto both = log1p_exp_and_slope(v);
        (both.slope - t).store(d + j);
        if constexpr (std::is_same_v<P, native_pack<V>>) total += both.value - t * v;
        else rest += sum(both.value - t * v);
      });
      return V(sum(total) + rest);
    } else {
      V total(0);
      for (std::size_t j = 0; j < width; ++j) {
        const V t(target[j]);
        const auto both = log1p_exp_and_slope(V(x[j]));
        d[j] = both.slope - t;
        total += both.value - t * x[j];
      }
      return total;
    }
  });
}

// The divergence of normal(mean, e^(l/2)) from normal(0, 1), ½ Σ (mean² + eˡ − 1 − l) of a row, l = log_variance, kept between −10 and 10: the closed term of a
// variational autoencoder's bound.
template <class A> auto normal_divergence(const matrix<A>& mean, const matrix<A>& log_variance) {
  using R = std::remove_const_t<A>;
  using V = primal_of<R>;
  if (log_variance.rows() != mean.rows() || log_variance.cols() != mean.cols())
    throw_wrong_rows("normal_divergence: log variances", mean.rows(), mean.cols(), log_variance.rows(), log_variance.cols());
  const std::size_t n = mean.size();
  const V by = V(1) / V(static_cast<double>(mean.rows()));
  V total(0);
  const auto term = [&](const V& m, const V& l, V& of_mean, V& of_variance) {
    const V kept = min(max(l, V(-10)), V(10)), e = exp(kept);
    total += V(0.5) * (m * m + e - V(1) - kept);
    of_mean = m * by;
    of_variance = where(kept == l, V(0.5) * (e - V(1)) * by, V(0));
  };
  if constexpr (is_adjoint<R>) {
    require_tape<V>();
    const auto m = capture<V>(static_cast<const R*>(mean.data()), n), l = capture<V>(static_cast<const R*>(log_variance.data()), n);
    V* const of_mean = tape<V>::current->template take<V>(n);
    V* const of_variance = tape<V>::current->template take<V>(n);
    for (std::size_t i = 0; i < n; ++i) term(m.values[i], l.values[i], of_mean[i], of_variance[i]);
    return reduced<V>(V(total * by), reduction_part<V>{m.cells, of_mean}, reduction_part<V>{l.cells, of_variance});
  } else {
    V unused[2];
    for (std::size_t i = 0; i < n; ++i) term(mean.data()[i], log_variance.data()[i], unused[0], unused[1]);
    return V(total * by);
  }
}

}  // namespace starling::neural
