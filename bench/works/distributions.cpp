// 10^6 draws of a distribution by itself, and 10^6 log densities of these draws (sl::draw, sl::log_density), and the gradients of the two distributions of whole series.
#include <cmath>
#include <memory>
#include <vector>

#include <starling/distributions/beta.hpp>
#include <starling/distributions/binomial.hpp>
#include <starling/distributions/categorical.hpp>
#include <starling/distributions/dirichlet.hpp>
#include <starling/distributions/draw.hpp>
#include <starling/distributions/exponential.hpp>
#include <starling/distributions/forward_backward.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/linear_gaussian_state_space.hpp>
#include <starling/distributions/negative_binomial_2.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/poisson.hpp>
#include <starling/distributions/student_t.hpp>
#include <starling/distributions/von_mises.hpp>

#include "works/hash01.hpp"
#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr std::size_t count = 1'000'000;

// The mean of numbers, of the first elements of vectors.
template <class T> double mean_of(const std::vector<T>& xs) {
  double total = 0;
  for (const auto& x : xs) {
    if constexpr (requires { x.size(); }) total += x[0];
    else total += static_cast<double>(x);
  }
  return total / static_cast<double>(xs.size());
}

// `mean` and `deviation`: of one draw (of the first element of a vector).
template <class D> prepared_work draws_of(D d, double mean, double deviation) {
  struct state {
    decltype(sl::draw(std::declval<const D&>(), sl::key(1), 1)) xs;
    std::uint64_t seed = 0;
  };
  auto s = std::make_shared<state>();
  return {[s, d] {
            s->xs = {};  // as its peers, which give up the last draws before the next
            s->xs = sl::draw(d, sl::key(++s->seed), count);
          },
          [s, mean, deviation] {
            const double found = mean_of(s->xs);
            return verdict{"mean " + std::to_string(found), std::abs(found - mean) < 6 * deviation / 1e3};
          }};
}
template <class D> prepared_work densities_of(D d) {
  struct state {
    decltype(sl::draw(std::declval<const D&>(), sl::key(1), 1)) xs;
    std::vector<double> lps;
  };
  auto s = std::make_shared<state>();
  s->xs = sl::draw(d, sl::key(1), count);
  return {[s, d] { s->lps = sl::log_density(d, s->xs); },
          [s, d] { return verdict{"mean " + std::to_string(mean_of(s->lps)), std::abs(s->lps[count - 1] - d.log_density(s->xs[count - 1])) < 1e-10}; }};
}

// Weights that rise and fall, as in peers/distributions_peers.py.
const std::vector<double>& weights(std::size_t n) {
  static std::vector<double> few, many;
  auto& p = n < 100 ? few : many;
  if (p.empty()) {
    double total = 0;
    for (std::size_t k = 0; k < n; ++k) {
      p.push_back(2 + std::sin(static_cast<double>(k)));
      total += p.back();
    }
    for (double& q : p) q /= total;
  }
  return p;
}
double mean_of_categories(std::size_t n) {
  double m = 0;
  for (std::size_t k = 0; k < n; ++k) m += static_cast<double>(k) * weights(n)[k];
  return m;
}
const std::vector<double> concentration{0.5, 1, 2, 3, 4};

constexpr std::size_t states = 6, steps = 500;

// A state space of 6 states of which two sums are seen; all its matrices depend on one vector of parameters.
template <class R> R state_space_density(const sl::vector<R>& p, const std::vector<double>& y) {
  sl::vector<R> mean(states);
  sl::matrix<R> a(states, states), q(states, states), start(states, states), c(2, states), r(2, 2);
  for (std::size_t i = 0; i < states; ++i) {
    mean[i] = R(0.0);
    for (std::size_t j = 0; j < states; ++j) {
      a(i, j) = i == j ? p[i] : R(j == i + 1 ? 0.1 : 0.0);
      q(i, j) = R(i == j ? 0.1 : 0.0);
      start(i, j) = R(i == j ? 1.0 : 0.0);
    }
    c(0, i) = p[states + i], c(1, i) = R(i % 2 == 0 ? 1.0 : 0.0);
  }
  r(0, 0) = p[2 * states], r(1, 1) = p[2 * states + 1], r(0, 1) = r(1, 0) = R(0.0);
  return R(sl::linear_gaussian_state_space(sl::state_space{mean, start, a, q, c, r}, steps).log_density(sl::matrix_view<double>(y.data(), steps, 2)));
}

}  // namespace

prepared_work prepare_draw_normal(const work_options&) { return draws_of(sl::normal(0.0, 1.0), 0, 1); }
prepared_work prepare_draw_exponential(const work_options&) { return draws_of(sl::exponential(1.0), 1, 1); }
prepared_work prepare_draw_gamma_03(const work_options&) { return draws_of(sl::gamma(0.3, 1.0), 0.3, std::sqrt(0.3)); }
prepared_work prepare_draw_gamma_3(const work_options&) { return draws_of(sl::gamma(3.0, 1.0), 3, std::sqrt(3.0)); }
prepared_work prepare_draw_gamma_300(const work_options&) { return draws_of(sl::gamma(300.0, 1.0), 300, std::sqrt(300.0)); }
prepared_work prepare_draw_beta(const work_options&) { return draws_of(sl::beta(2.0, 3.0), 0.4, 0.2); }
prepared_work prepare_draw_student_t(const work_options&) { return draws_of(sl::student_t(5.0, 0.0, 1.0), 0, std::sqrt(5 / 3.0)); }
prepared_work prepare_draw_poisson_05(const work_options&) { return draws_of(sl::poisson(0.5), 0.5, std::sqrt(0.5)); }
prepared_work prepare_draw_poisson_5(const work_options&) { return draws_of(sl::poisson(5.0), 5, std::sqrt(5.0)); }
prepared_work prepare_draw_poisson_500(const work_options&) { return draws_of(sl::poisson(500.0), 500, std::sqrt(500.0)); }
prepared_work prepare_draw_binomial(const work_options&) { return draws_of(sl::binomial(100.0, 0.3), 30, std::sqrt(21.0)); }
prepared_work prepare_draw_negative_binomial_2(const work_options&) { return draws_of(sl::negative_binomial_2(10.0, 2.0), 10, std::sqrt(60.0)); }
prepared_work prepare_draw_categorical_10(const work_options&) { return draws_of(sl::categorical(weights(10)), mean_of_categories(10), 5); }
prepared_work prepare_draw_categorical_10000(const work_options&) { return draws_of(sl::categorical(weights(10000)), mean_of_categories(10000), 3000); }
prepared_work prepare_draw_dirichlet(const work_options&) { return draws_of(sl::dirichlet(concentration), 0.5 / 10.5, 0.07); }
prepared_work prepare_draw_von_mises(const work_options&) { return draws_of(sl::von_mises(0.0, 2.0), 0, 1); }

prepared_work prepare_density_normal(const work_options&) { return densities_of(sl::normal(0.0, 1.0)); }
prepared_work prepare_density_exponential(const work_options&) { return densities_of(sl::exponential(1.0)); }
prepared_work prepare_density_gamma_3(const work_options&) { return densities_of(sl::gamma(3.0, 1.0)); }
prepared_work prepare_density_beta(const work_options&) { return densities_of(sl::beta(2.0, 3.0)); }
prepared_work prepare_density_student_t(const work_options&) { return densities_of(sl::student_t(5.0, 0.0, 1.0)); }
prepared_work prepare_density_poisson_5(const work_options&) { return densities_of(sl::poisson(5.0)); }
prepared_work prepare_density_binomial(const work_options&) { return densities_of(sl::binomial(100.0, 0.3)); }
prepared_work prepare_density_negative_binomial_2(const work_options&) { return densities_of(sl::negative_binomial_2(10.0, 2.0)); }
prepared_work prepare_density_categorical_10000(const work_options&) { return densities_of(sl::categorical(weights(10000))); }
prepared_work prepare_density_dirichlet(const work_options&) { return densities_of(sl::dirichlet(concentration)); }
prepared_work prepare_density_von_mises(const work_options&) { return densities_of(sl::von_mises(0.0, 2.0)); }

prepared_work prepare_kalman(const work_options&) {
  struct state {
    std::vector<double> y, at, slope;
    double density = 0;
  };
  auto s = std::make_shared<state>();
  for (std::size_t t = 0; t < 2 * steps; ++t) s->y.push_back(2 * hash01(t, 3) - 1);
  for (std::size_t i = 0; i < states; ++i) s->at.push_back(0.5 + 0.05 * static_cast<double>(i));
  for (std::size_t i = 0; i < states; ++i) s->at.push_back(std::cos(static_cast<double>(i)));
  s->at.insert(s->at.end(), {0.3, 0.4});
  s->slope.resize(s->at.size());
  const auto density = [s](const std::vector<double>& at) {
    const sl::arena_scope memory;
    return state_space_density(sl::vector<double>(const_cast<double*>(at.data()), at.size()), s->y);
  };
  return {[s] {
            const sl::arena_scope memory;
            sl::tape_scope<double> tape;
            sl::vector<sl::adjoint<double>> p(s->at.size());
            for (std::size_t i = 0; i < p.size(); ++i) p[i] = tape.variable(s->at[i]);
            const auto lp = state_space_density(p, s->y);
            tape.differentiate(lp);
            s->density = lp.value();
            for (std::size_t i = 0; i < p.size(); ++i) s->slope[i] = p[i].derivative();
          },
          [s, density] {
            double worst = 0;
            for (const std::size_t i : {0u, 7u, 13u}) {
              auto up = s->at, down = s->at;
              up[i] += 1e-5, down[i] -= 1e-5;
              const double found = (density(up) - density(down)) / 2e-5;
              worst = std::max(worst, std::abs(found - s->slope[i]) / (1 + std::abs(found)));
            }
            return verdict{"log density " + std::to_string(s->density), worst < 1e-6};
          }};
}

}  // namespace bench
