// Checks a function of numbers, and its derivatives, in every value type:
//
//   const auto check = sl::check_gradient([](const auto& x) { return sl::exp(x[0]) * x[1]; }, {0.3, 2.0});
//   // check.problems: sentences, none where all is well
//
// double against pack; adjoint<double> and adjoint<pack> against both, and their derivatives against 6-point finite differences; the point
// stands in one lane, beside others that must not matter; NaN in each argument in turn; all throw where double throws. Where an argument is infinite, its
// derivative is compared between the types alone.
#pragma once

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <starling/values/adjoint.hpp>
#include <starling/values/derivatives.hpp>
#include <starling/values/vector.hpp>

namespace starling {

struct gradient_check {
  int compared = 0;  // derivatives: those whose finite difference is good to `needed` of itself
  std::vector<std::string> problems;
};

// f is called with a vector<R> and returns an R.
template <class F> class gradient_checker {
 public:
  gradient_checker(const F& f, const std::vector<double>& at, double needed) : f_(f), at_(at), needed_(needed) {}

  gradient_check run() {
    if (throws([&] { value_in<double>(at_, at_); })) {
      require(throws([&] { value_in<packs>(at_, at_); }), "throws in double, not in pack");
      require(throws([&] { with_adjoints<double>(at_, at_); }), "throws in double, not in adjoint<double>");
      require(throws([&] { with_adjoints<packs>(at_, at_); }), "throws in double, not in adjoint<pack>");
      return std::move(found_);
    }
    std::vector<double> beside = at_;
    for (double& x : beside) x = 0.5 * x;
    const double value = value_in<double>(at_, at_);
    same(value, value_in<packs>(at_, beside), 1e-13, "in packs");
    const evaluated one = with_adjoints<double>(at_, at_), many = with_adjoints<packs>(at_, beside);
    same(value, one.value, 1e-13, "in adjoint<double>");
    same(value, many.value, 1e-13, "in adjoint<pack>");
    for (std::size_t i = 0; i < at_.size(); ++i) {
      const std::string what = "derivative " + std::to_string(i);
      same(one.derivatives[i], many.derivatives[i], 1e-10, what + ", one lane and many");
      difference d{};
      if (throws([&] { d = finite_difference(i); })) continue;  // f has no value around
      if (!(d.error <= needed_ * (abs(d.value) + 1e-3))) continue;
      require(abs(one.derivatives[i] - d.value) <= 4 * d.error + 1e-9 * (1e-3 + abs(d.value)),
              what + " is " + text(one.derivatives[i]) + ", by finite differences " + text(d.value));
      ++found_.compared;
    }
    for (std::size_t i = 0; i < at_.size(); ++i)
      require(!throws([&] { check_nan(i, value, one); }), "throws with NaN in argument " + std::to_string(i) + ", where NaN should come out");
    return std::move(found_);
  }

 private:
  using packs = native_pack<double>;
  struct evaluated {
    double value = 0;
    std::vector<double> derivatives;
  };
  // A finite difference, and how far it may be off.
  struct difference {
    double value, error;
  };

  template <class V> static double last_lane(const V& x) {
    if constexpr (std::is_arithmetic_v<V>) return x;
    else return x[V::lanes - 1];
  }
  template <class V> static V in_last_lane(double x, double beside) {
    if constexpr (std::is_arithmetic_v<V>) {
      return x;
    } else {
      V r(beside);
      r.set(V::lanes - 1, x);
      return r;
    }
  }
  template <class V> double value_in(const std::vector<double>& at, const std::vector<double>& beside) const {
    const arena_scope memory;
    vector<V> x(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) x[i] = in_last_lane<V>(at[i], beside[i]);
    return last_lane(V(f_(x)));
  }
  template <class V> evaluated with_adjoints(const std::vector<double>& at, const std::vector<double>& beside) const {
    const arena_scope memory;
    tape_scope<V> scope;
    vector<adjoint<V>> x(at.size()), given(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) given[i] = x[i] = scope.variable(in_last_lane<V>(at[i], beside[i]));
    const adjoint<V> y = f_(x);
    scope.differentiate(y);
    evaluated r{last_lane(y.value()), {}};
    for (const auto& a : given) r.derivatives.push_back(last_lane(a.derivative()));
    return r;
  }

  // ∂f/∂x_i by 6 points at several distances: the estimate that changes least, and how far it may be off: by that change and by rounding.
  difference finite_difference(std::size_t i) const {
    std::vector<double> at = at_;
    const double x = at[i], none = __builtin_nan("");
    double largest = 0;
    const auto value = [&](double t) {
      at[i] = t;
      const double there = value_in<double>(at, at);
      largest = max(largest, abs(there));
      return there;
    };
    difference best{none, __builtin_inf()};
    if (!(x - x == 0)) return best;  // nothing is beside an infinite number
    for (const double scale : {1.0, abs(x)}) {
      if (scale == 0) continue;
      double previous = none, h = 1;
      while (h > 0.03 * scale) h /= 2;  // powers of 2, so that x ± h is exact
      while (h > 0 && 2 * h <= 0.03 * scale) h *= 2;
      for (; h > 1e-6 * scale && h > 1e-13 * abs(x); h /= 4) {
        largest = 0;
        const double d = (45 * (value(x + h) - value(x - h)) - 9 * (value(x + 2 * h) - value(x - 2 * h)) + (value(x + 3 * h) - value(x - 3 * h))) / (60 * h);
        const double error = abs(d - previous) + 2e-15 * largest / h;
        if (error < best.error) best = {d, error};
        previous = d;
      }
    }
    return best;
  }

  void check_nan(std::size_t i, double value, const evaluated& one) {
    std::vector<double> spoiled = at_;
    spoiled[i] = __builtin_nan("");
    const std::string where = "with NaN in argument " + std::to_string(i);
    const double bad = value_in<double>(spoiled, spoiled);
    same(bad, value_in<packs>(spoiled, at_), 1e-13, where + " in packs");
    same(bad, with_adjoints<double>(spoiled, spoiled).value, 1e-13, where + " in adjoint<double>");
    same(bad, with_adjoints<packs>(spoiled, at_).value, 1e-13, where + " in adjoint<pack>");
    // NaN in another lane must not matter.
    const evaluated kept = with_adjoints<packs>(at_, spoiled);
    same(value, kept.value, 1e-13, where + " of the other lanes");
    for (std::size_t j = 0; j < at_.size(); ++j) same(one.derivatives[j], kept.derivatives[j], 1e-10, where + " of the other lanes, derivative " + std::to_string(j));
  }

  void require(bool holds, const std::string& problem) {
    if (!holds) found_.problems.push_back(problem);
  }
  void same(double a, double b, double tolerance, const std::string& what) {
    const bool finite = a - a == 0;
    require(a == b || (a != a && b != b) || (finite && abs(a - b) <= tolerance * (1 + abs(a))), what + ": " + text(b) + " instead of " + text(a));
  }
  template <class Call> static bool throws(const Call& call) {
    try {
      call();
    } catch (const std::exception&) {
      return true;
    }
    return false;
  }
  static std::string text(double x) {
    char number[32];
    std::snprintf(number, sizeof number, "%.15g", x);
    return number;
  }

  const F& f_;
  const std::vector<double>& at_;
  double needed_;
  gradient_check found_;
};

template <class F> gradient_check check_gradient(const F& f, const std::vector<double>& at, double needed = 1e-6) {
  return gradient_checker<F>(f, at, needed).run();
}

}  // namespace starling
