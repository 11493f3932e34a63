// Ordinary differential equations y′ = f(t, y) in bodies: by values of every kind, so that derivatives by parameters and initial states come with them.
//
//   const auto f = [&](double, const std::array<R, 2>& y) { return std::array<R, 2>{a * y[0] - b * y[0] * y[1], -c * y[1] + d * y[0] * y[1]}; };
//   const auto path = sl::ode_rk45(f, std::array<R, 2>{u0, v0}, 0.0, times);          // path.states[i][k]: y_k at times[i]
//
// ode_rk45: the pairs of order 5 and 4 of Dormand and Prince (1980) with local extrapolation and steps as SciPy's RK45 takes them; for problems that are not stiff.
// Lanes step together, by the error of the worst lane. Derivatives are those of the steps that were taken, whose sizes are constants.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <starling/values/differentiable.hpp>
#include <starling/values/math.hpp>

namespace starling {

struct ode_options {
  double relative_tolerance = 1e-6;   // of the error of a step: below absolute_tolerance + relative_tolerance · |y|, in the root mean square
  double absolute_tolerance = 1e-6;
  std::size_t max_steps = 100'000;    // between two times
};

template <class R, std::size_t N>
struct ode_path {
  std::vector<std::array<R, N>> states;   // at each of the times; from where it gave up on, NaN in the lanes of which it did
  std::size_t steps = 0;                  // taken, rejected ones among them
  std::string trouble = {};               // where and why it gave up; empty: nowhere
};

// The number of one lane, without derivatives.
template <class R>
double ode_number(const R& x, int lane) {
  if constexpr (differentiable<R>) return ode_number(primal(x), lane);
  else if constexpr (std::is_arithmetic_v<R>) return static_cast<double>(x);
  else return static_cast<double>(x[lane]);
}

// The plain value that has these numbers in its lanes.
template <class V>
V ode_lanes(const double* numbers) {
  if constexpr (std::is_arithmetic_v<V>) return static_cast<V>(numbers[0]);
  else {
    scalar_of<V> all[lanes_of<V>];
    for (int l = 0; l < lanes_of<V>; ++l) all[l] = static_cast<scalar_of<V>>(numbers[l]);
    return V::load(all);
  }
}

namespace dormand_prince {
inline constexpr int stages = 7;   // the last is the first of the next step
inline constexpr double c[stages] = {0, 0.2, 0.3, 0.8, 8.0 / 9, 1, 1};
inline constexpr double a[stages][stages - 1] = {{},
                                                 {0.2},
                                                 {3.0 / 40, 9.0 / 40},
                                                 {44.0 / 45, -56.0 / 15, 32.0 / 9},
                                                 {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
                                                 {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
                                                 {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}};
inline constexpr double error[stages] = {71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40};
}  // namespace dormand_prince

// The solution at `times`, which must not decrease from t0 on; throws std::invalid_argument otherwise. It does not throw where it gives up (a step that would be too
// short, or too many steps): these lanes are NaN from there on, so that a density of them is 0, and `trouble` says where.
template <class R, std::size_t N, class F>
ode_path<R, N> ode_rk45(const F& f, const std::array<R, N>& y0, double t0, const std::vector<double>& times, const ode_options& o = {}) {
  namespace method = dormand_prince;
  using V = primal_of<R>;
  constexpr int lanes = lanes_of<V>;
  ode_path<R, N> path;
  std::array<std::array<R, N>, method::stages> slopes;
  std::array<R, N> y = y0;
  bool lost[lanes] = {};
  double errors[lanes] = {};
  int left = lanes;

  // The root mean square of x in units of the tolerance at u and v, in one lane.
  const auto norm = [&](int lane, const auto& x, const auto& u, const auto& v) {
    double squares = 0;
    for (std::size_t k = 0; k < N; ++k) {
      const double e = x(k) / (o.absolute_tolerance + o.relative_tolerance * max(abs(ode_number(u[k], lane)), abs(ode_number(v[k], lane))));
      squares += e * e;
    }
    return sqrt(squares / static_cast<double>(N));
  };
  // The largest over the lanes that are not lost; NaN where one is NaN.
  const auto worst = [&](auto&& of_lane) {
    double most = 0;
    for (int l = 0; l < lanes; ++l)
      if (!lost[l])
        if (const double x = of_lane(l); !(x <= most)) most = x;
    return most;
  };
  const auto lose = [&](double t, const char* why, auto&& is_lost) {
    for (int l = 0; l < lanes; ++l)
      if (!lost[l] && is_lost(l)) {
        lost[l] = true;
        --left;
        if (path.trouble.empty()) path.trouble = "ode_rk45 gave up at t = " + std::to_string(t) + ": " + why;
      }
  };

  double t = t0, h = 0;
  slopes[0] = f(t, y);
  for (const double end : times) {
    if (!(end >= t)) throw std::invalid_argument("ode_rk45: times must not decrease from t0 on");
    for (std::size_t tries = 0; t < end && left > 0; ++tries) {
      if (h == 0) {   // Hairer, Nørsett and Wanner's first guess
        const double size = worst([&](int l) { return norm(
                                                   l, [&](std::size_t k) { return ode_number(y[k], l); }, y, y); });
        const double slope = worst([&](int l) { return norm(
                                                    l, [&](std::size_t k) { return ode_number(slopes[0][k], l); }, y, y); });
        h = size >= 1e-5 && slope >= 1e-5 ? 0.01 * size / slope : 1e-6;
      }
      const bool last = t + h >= end;
      const double step = last ? end - t : h;
      std::array<R, N> next = y;
      for (int s = 1; s < method::stages; ++s) {
        for (std::size_t k = 0; k < N; ++k) {
          R sum = method::a[s][0] * slopes[0][k];
          for (int j = 1; j < s; ++j)
            if (method::a[s][j] != 0) sum = sum + method::a[s][j] * slopes[static_cast<std::size_t>(j)][k];
          next[k] = y[k] + step * sum;
        }
        slopes[static_cast<std::size_t>(s)] = f(t + method::c[s] * step, next);
      }
      const double error = worst([&](int l) {
        const auto difference = [&](std::size_t k) {
          double e = 0;
          for (int s = 0; s < method::stages; ++s) e += method::error[s] * ode_number(slopes[static_cast<std::size_t>(s)][k], l);
          return step * e;
        };
        return errors[l] = norm(l, difference, y, next);
      });
      ++path.steps;
      if (error <= 1) {
        const double factor = error > 0 ? min(10.0, 0.9 * pow(error, -0.2)) : 10.0;
        t = last ? end : t + step;
        y = next;
        slopes[0] = slopes[method::stages - 1];
        // A step that was cut to end at a time says nothing against the one before.
        h = last ? max(h, step * factor) : step * factor;
      } else {
        h = step * (error < 1e300 ? max(0.2, 0.9 * pow(error, -0.2)) : 0.2);
      }
      if (t < end && t + h <= t) {   // the lane of the largest error asks for so short a step
        lose(t, "no step is short enough", [&](int l) { return !(errors[l] < error); });
        h = 0;
      }
      if (tries + 1 == o.max_steps && t < end) lose(t, "there were too many steps (a stiff problem?)", [](int) { return true; });
    }
    if (left == lanes) {
      path.states.push_back(y);
      continue;
    }
    double keep[lanes];
    for (int l = 0; l < lanes; ++l) keep[l] = lost[l] ? std::numeric_limits<double>::quiet_NaN() : 1.0;
    path.states.push_back(y);
    for (R& x : path.states.back()) x = x * ode_lanes<V>(keep);
    if (left == 0) t = end;
  }
  return path;
}

}  // namespace starling
