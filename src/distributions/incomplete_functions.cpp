#include <starling/distributions/incomplete_functions.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/roots.hpp>
#include <starling/distributions/beta.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/student_t.hpp>

namespace starling {
namespace {

namespace bm = boost::math;
// No exceptions: what is out of range is infinite or NaN.
namespace policies = bm::policies;
using quiet = policies::policy<policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>, policies::underflow_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>>;
constexpr double least_probability = 1e-290, last_place = std::numeric_limits<double>::epsilon();
constexpr int most_terms = 1'000'000;

// Both logarithms of a probability and its complement, the lesser of which is given with `below` telling which it is.
log_tails<double> tails_of_lesser(double lesser, bool below) {
  const log_tails<double> t{std::log(lesser), std::log1p(-lesser)};
  return below ? t : log_tails<double>{t.above, t.below};
}
log_tails<double> tails_of_log_lesser(double log_lesser, bool below) {
  const log_tails<double> t{log_lesser, -std::exp(log_lesser)};
  return below ? t : log_tails<double>{t.above, t.below};
}

// 1 / (b₁ + a₁ / (b₂ + a₂ / (…))), terms(n) giving a_n and b_n, by W. J. Lentz's method.
template <class Terms> double continued_fraction(Terms terms) {
  constexpr double tiny = 1e-300;
  double b = terms(1)[1];
  double f = b == 0 ? tiny : b, c = f, d = 0;
  for (int n = 1; n < most_terms; ++n) {
    const double a = terms(n)[0];
    b = terms(n + 1)[1];
    d = b + a * d;
    d = 1 / (d == 0 ? tiny : d);
    c = b + a / c;
    if (c == 0) c = tiny;
    f *= c * d;
    if (std::abs(c * d - 1) < last_place) break;
  }
  return 1 / f;
}

// The integral of f(s) exp(exponent(s)) over s from 0 on in the direction of `sign`; the exponent is concave, 0 at 0 and falls.
template <class F, class Exponent> double integral_from(double sign, F f, Exponent exponent) {
  double length = 1e-8;
  while (exponent(sign * length) > -40 && length < 1e300) length *= 2;
  return bm::quadrature::gauss_kronrod<double, 31>::integrate([&](double s) { return f(sign * s) * std::exp(exponent(sign * s)); }, 0.0, length, 12, 1e-13);
}

// The z with tails_at(z) = t, tails_at ascending; from `start` on in steps that grow from `step`.
template <class TailsAt> double solve(TailsAt tails_at, const log_tails<double>& t, double start, double step) {
  const bool lower = t.below < t.above;
  const auto gap = [&](double z) {
    const log_tails<double> at = tails_at(z);
    const double found = lower ? at.below - t.below : t.above - at.above;
    return std::isnan(found) ? found : std::clamp(found, -1e300, 1e300);
  };
  double a = start, at_a = gap(a);
  if (at_a == 0) return a;
  double b = a, at_b = at_a;
  for (int i = 0; i < 2000 && (at_a < 0) == (at_b < 0); ++i, step *= 1.6) {
    a = b, at_a = at_b;
    b += at_a < 0 ? step : -step;
    at_b = gap(b);
    if (at_b == 0) return b;
    if (std::isnan(at_b) || std::isinf(b)) return b;
  }
  if (a > b) std::swap(a, b), std::swap(at_a, at_b);
  std::uintmax_t rounds = 200;
  const auto found = bm::tools::toms748_solve(
      gap, a, b, at_a, at_b, [](double x, double y) { return std::abs(x - y) <= 2 * last_place * std::min(std::abs(x), std::abs(y)); }, rounds, quiet());
  return 0.5 * (found.first + found.second);
}

bool is_nothing(const log_tails<double>& t) { return t.below == negative_infinity; }
bool is_everything(const log_tails<double>& t) { return t.above == negative_infinity; }
bool is_bad(const log_tails<double>& t) { return !(t.below <= 0) || !(t.above <= 0); }

// The least k of 0, 1, …, most with tails at least t, as far as rounding tells; `near` where to begin, `step` how far to go first.
template <class TailsAt> double least_of(TailsAt tails_at, const log_tails<double>& t, double near, double step, double most) {
  if (is_bad(t)) return not_a_number;
  if (is_nothing(t)) return 0;
  if (is_everything(t)) return most;
  const bool lower = t.below < t.above;
  const auto enough = [&](double k) {
    const log_tails<double> at = tails_at(k);
    return lower ? at.below >= t.below - 256 * last_place * (1 - t.below) : at.above <= t.above + 256 * last_place * (1 - t.above);
  };
  const auto inside = [&](double k) { return std::clamp(std::floor(k), 0.0, most); };
  double low = -1, high = inside(near);
  if (enough(high)) {
    double k = high;
    while (k > 0) {
      k = inside(k - step), step *= 2;
      if (!enough(k)) {
        low = k;
        break;
      }
      high = k;
    }
  } else {
    while (!enough(high) && high < most) low = high, high = inside(high + step), step *= 2;
  }
  while (high - low > 1) {
    const double middle = std::floor(low + 0.5 * (high - low));
    if (middle <= low || middle >= high) break;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}
double spread_step(double variance) { return std::max(1.0, std::floor(0.125 * std::sqrt(variance))); }

double log_logistic_of(double z) { return z < 0 ? z - std::log1p(std::exp(z)) : -std::log1p(std::exp(-z)); }
// log(x (1 − x)) plus the log density of beta(a, b) at x = 1 / (1 + e^−z).
double beta_log_density_of(double z, double a, double b) {
  const free_fraction<double> x(z);
  return beta_log_density(x, a, b) + x.log_value() + x.log_complement();
}
double gamma_log_density_of(double z, double shape) { return gamma_log_mass(shape, z, std::log(z)); }

// ∂z/∂first of the standard beta: −∂F/∂first over the density of z, over the side on which nothing cancels.
double beta_slope(double z, double first, double second) {
  const double log_x = log_logistic_of(z), log_rest = log_logistic_of(-z), centre = digamma(first) - digamma(first + second);
  const double sign = log_x < centre ? -1 : 1;
  return sign * integral_from(
                    sign, [&](double s) { return log_logistic_of(z + s) - centre; },
                    [&](double s) { return first * (log_logistic_of(z + s) - log_x) + second * (log_logistic_of(-z - s) - log_rest); });
}

}  // namespace

log_tails<double> standard_gamma::tails(double z, double shape) {
  if (!(shape > 0) || std::isnan(z)) return {not_a_number, not_a_number};
  if (z <= 0 || std::isinf(shape)) return {negative_infinity, 0};
  if (std::isinf(z)) return {0, negative_infinity};
  const bool below = z < shape;
  const double p = below ? bm::gamma_p(shape, z, quiet()) : bm::gamma_q(shape, z, quiet());
  if (p > 0.75) {  // small shapes, most of whose mass is below them
    const double other = below ? bm::gamma_q(shape, z, quiet()) : bm::gamma_p(shape, z, quiet());
    return tails_of_lesser(other, !below);
  }
  if (p > least_probability) return tails_of_lesser(p, below);
  const double log_mass = gamma_log_density_of(z, shape);
  if (below) {  // Σ z^n / ((shape + 1) … (shape + n)) / shape
    double term = 1, sum = 1;
    for (int n = 1; n < most_terms && term > last_place * sum; ++n) term *= z / (shape + n), sum += term;
    return tails_of_log_lesser(log_mass + std::log(sum / shape), true);
  }
  const double fraction = continued_fraction([&](int n) { return std::array{-n * (n - shape), z + 2 * n - 1 - shape}; });
  return tails_of_log_lesser(log_mass + std::log(fraction), false);
}
std::array<double, 2> standard_gamma::slopes(double z, double shape, bool wanted) {
  if (!(z > 0) || std::isinf(z)) return {negative_infinity, 0};
  const double log_z = std::log(z), gap = digamma(shape) - log_z, sign = gap > 0 ? -1 : 1;
  if (!wanted) return {gamma_log_density_of(z, shape) - log_z, 0};
  const double slope = sign * integral_from(
                                  sign, [&](double s) { return s - gap; }, [&](double s) { return shape * s - z * std::expm1(s); });
  return {gamma_log_density_of(z, shape) - log_z, z * slope};
}
double standard_gamma::quantile(const log_tails<double>& t, double shape) {
  if (is_bad(t)) return not_a_number;
  if (is_nothing(t)) return 0;
  if (is_everything(t)) return positive_infinity;
  const bool lower = t.below < t.above;
  const double lesser = std::exp(std::max(lower ? t.below : t.above, -600.0));
  double start = lower ? bm::gamma_p_inv(shape, lesser, quiet()) : bm::gamma_q_inv(shape, lesser, quiet());
  if (!(start > 1e-300)) return std::exp((t.below + std::lgamma(shape + 1)) / shape);  // there P(X ≤ z) is z^shape / Γ(shape + 1)
  if (std::isinf(start)) start = shape;
  return std::exp(solve([&](double u) { return tails(std::exp(u), shape); }, t, std::log(start), 1e-10));
}

log_tails<double> standard_beta::tails(double z, double first, double second) {
  if (std::isnan(z) || std::isnan(first) || std::isnan(second)) return {not_a_number, not_a_number};
  if (first <= 0 || std::isinf(second) || z == positive_infinity) return {0, negative_infinity};  // all is at 0
  if (second <= 0 || std::isinf(first) || z == negative_infinity) return {negative_infinity, 0};
  const double lesser = std::exp(-std::abs(z)) / (1 + std::exp(-std::abs(z))), greater = 1 / (1 + std::exp(-std::abs(z)));
  const double x = z < 0 ? lesser : greater, rest = z < 0 ? greater : lesser;
  const auto boost = [&](bool below) {
    if (below) return z < 0 ? bm::ibeta(first, second, x, quiet()) : bm::ibetac(second, first, rest, quiet());
    return z < 0 ? bm::ibetac(first, second, x, quiet()) : bm::ibeta(second, first, rest, quiet());
  };
  const bool below = x < first / (first + second);
  const double p = boost(below);
  if (p > 0.75) {
    const double other = boost(!below);
    if (other > least_probability) return tails_of_lesser(other, !below);
  } else if (p > least_probability) {
    return tails_of_lesser(p, below);
  }
  const bool lower = p > 0.75 ? !below : below;
  if (!lower) {
    const auto t = tails(-z, second, first);
    return {t.above, t.below};
  }
  // I_x(a, b) = x^a (1 − x)^b / (a B(a, b)) · a continued fraction.
  const double a = first, b = second;
  const double fraction = continued_fraction([&](int n) {
    const int m = n / 2;
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    const double coefficient = n % 2 == 0 ? even : odd;
    return std::array{coefficient, 1.0};
  });
  return tails_of_log_lesser(beta_log_density_of(z, a, b) - std::log(a) + std::log(fraction), true);
}
std::array<double, 3> standard_beta::slopes(double z, double first, double second, bool wanted) {
  if (std::isinf(z) || first <= 0 || second <= 0) return {negative_infinity, 0, 0};
  if (!wanted) return {beta_log_density_of(z, first, second), 0, 0};
  return {beta_log_density_of(z, first, second), beta_slope(z, first, second), -beta_slope(-z, second, first)};
}
double standard_beta::quantile(const log_tails<double>& t, double first, double second) {
  if (is_bad(t)) return not_a_number;
  if (is_nothing(t)) return negative_infinity;
  if (is_everything(t)) return positive_infinity;
  const double mean = std::log(first) - std::log(second);
  return solve([&](double z) { return tails(z, first, second); }, t, mean, 0.5 * std::sqrt(1 / first + 1 / second));
}

// P(T > z) for z > 0 is ½ P(B ≤ ν / (ν + z²)), B from beta(ν/2, 1/2).
log_tails<double> standard_student_t::tails(double z, double degrees) {
  if (std::isnan(z)) return {z, z};
  if (z == 0) return {-0.69314718055994530942, -0.69314718055994530942};
  const double beyond = standard_beta::tails(std::log(degrees) - 2 * std::log(std::abs(z)), 0.5 * degrees, 0.5).below - 0.69314718055994530942;
  const log_tails<double> t{beyond, std::log1p(-std::exp(beyond))};
  return z < 0 ? t : log_tails<double>{t.above, t.below};
}
std::array<double, 2> standard_student_t::slopes(double z, double degrees, bool wanted) {
  if (std::isinf(z)) return {negative_infinity, 0};
  const double log_density = student_t_formulas::log_density(z, degrees, 0.0, 1.0);
  if (z == 0 || !wanted) return {log_density, 0};
  const double of_beta = beta_slope(std::log(degrees) - 2 * std::log(std::abs(z)), 0.5 * degrees, 0.5);
  return {log_density, 0.5 * z * (1 / degrees - 0.5 * of_beta)};
}
double standard_student_t::quantile(const log_tails<double>& t, double degrees) {
  if (is_bad(t)) return not_a_number;
  if (is_nothing(t)) return negative_infinity;
  if (is_everything(t)) return positive_infinity;
  const bool lower = t.below < t.above;
  const double lesser = lower ? t.below : t.above;
  if (t.below == t.above) return 0;
  // By u = −log |z|, which ascends with the lesser tail; far out its logarithm is a line in it.
  const auto tails_at = [&](double u) { return tails(-std::exp(-u), degrees); };
  const double size = std::exp(-solve(tails_at, {lesser, std::log1p(-std::exp(lesser))}, 0, 0.5));
  return lower ? -size : size;
}

double least_poisson(const log_tails<double>& t, double rate) {
  const auto tails_at = [&](double k) {
    const auto at = standard_gamma::tails(rate, k + 1);
    return log_tails<double>{at.above, at.below};
  };
  return least_of(tails_at, t, rate, spread_step(rate), positive_infinity);
}
double least_binomial(const log_tails<double>& t, double trials, double log_odds) {
  const double p = std::exp(log_logistic_of(log_odds)), q = std::exp(log_logistic_of(-log_odds));
  return least_of([&](double k) { return standard_beta::tails(-log_odds, trials - k, k + 1); }, t, trials * p, spread_step(trials * p * q), trials);
}
double least_negative_binomial(const log_tails<double>& t, double size, double log_odds) {
  const double mean = size * std::exp(-log_odds);
  return least_of([&](double k) { return standard_beta::tails(log_odds, size, k + 1); }, t, mean, spread_step(mean * (1 + mean / size)), positive_infinity);
}

}  // namespace starling
