// Rows of the table: distributions of whole series, of functions and of maps.
#include "distributions/structured_rows.hpp"

#include <starling/distributions/conditional_autoregression.hpp>
#include <starling/distributions/gaussian_process.hpp>
#include <starling/distributions/hidden_markov.hpp>
#include <starling/distributions/linear_gaussian_state_space.hpp>
#include <starling/distributions/normal.hpp>

namespace {

namespace sl = starling;
using structured::read;

const sl::neighbourhood places(5, {{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 4}});
constexpr double inputs[] = {0.0, 0.4, 1.5, 1.75, 4.0};

// Probabilities of two states, of which the first is given.
template <class R> sl::matrix<R> two_states(const R& first, const R& second) {
  sl::matrix<R> a(2, 2);
  a(0, 0) = first, a(0, 1) = 1.0 - first, a(1, 0) = second, a(1, 1) = 1.0 - second;
  return a;
}

const structured::add table[]{
    {"hidden_markov", [](const auto& p) {
       using R = std::remove_cvref_t<decltype(p[0])>;
       auto r = read(p);
       const R start = r.number(), first = r.number(), second = r.number();
       const auto means = r.vector(2);
       return sl::hidden_markov(two_states(start, start).row(0), two_states(first, second), sl::normal(means, r.number()), 4);
     }},
    {"linear_gaussian_state_space", [](const auto& p) {
       auto r = read(p);
       const auto mean = r.vector(2);
       const auto covariance = r.symmetric(2), transition = r.matrix(2, 2), noise = r.symmetric(2), observation = r.matrix(2, 2), observation_noise = r.symmetric(2);
       return sl::linear_gaussian_state_space(sl::state_space{mean, covariance, transition, noise, observation, observation_noise}, 3);
     }},
    {"gaussian_process", [](const auto& p) {
       return sl::gaussian_process(std::span<const double>(inputs), sl::squared_exponential(p[0], p[1]) + sl::periodic(p[2], p[3], p[4]) * sl::matern_32(1.0, p[5]) + sl::matern_12(p[6], 2.0) + sl::matern_52(p[7], p[8]), p[9]);
     }},
    {"conditional_autoregression", [](const auto& p) {
       auto r = read(p);
       const auto mean = r.vector(5);
       const auto association = r.number();
       return sl::conditional_autoregression(mean, association, r.number(), places);
     }},
};

}  // namespace
