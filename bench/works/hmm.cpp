// The log likelihood of a hidden Markov model with 20 states and 20 symbols over 1,000 steps, and its gradient with respect to the logits of
// transitions and emissions, as in ../shared/peers (w6): by hidden_markov_log_density, one lane.
#include <cmath>
#include <memory>
#include <vector>

#include <starling/distributions/forward_backward.hpp>
#include <starling/values/adjoint_matrices.hpp>
#include <starling/values/derivatives.hpp>

#include "works/hash01.hpp"
#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr std::size_t states = 20, symbols = 20, steps = 1000;

struct hmm_data {
  std::vector<double> logits;  // of transitions [from][to], then of emissions [state][symbol]
  std::vector<std::size_t> observed;
  hmm_data() {
    for (std::size_t i = 0; i < states; ++i)
      for (std::size_t j = 0; j < states; ++j) logits.push_back(2 * std::cos(0.9 * static_cast<double>(i) + 1.7 * static_cast<double>(j)));
    for (std::size_t k = 0; k < states; ++k)
      for (std::size_t m = 0; m < symbols; ++m) logits.push_back(2 * std::sin(1.3 * static_cast<double>(k) + 2.1 * static_cast<double>(m)));
    for (std::size_t t = 0; t < steps; ++t) observed.push_back(static_cast<std::size_t>(20 * hash01(t, 7)));
  }
};

// Row by row: the softmax, or its logarithm.
template <bool Logarithm, class R> sl::matrix<R> softmax_of_rows(const sl::matrix<R>& logits) {
  sl::matrix<R> rows(logits.rows(), logits.cols());
  for (std::size_t i = 0; i < logits.rows(); ++i) {
    const auto put = [&](const auto& row) {
      for (std::size_t j = 0; j < row.size(); ++j) rows(i, j) = row[j];
    };
    if constexpr (Logarithm) put(logits.row(i) - R(sl::log_sum_exp(logits.row(i))));
    else put(sl::softmax(logits.row(i)));
  }
  return rows;
}

// Of any numbers R.
template <class R> R log_likelihood(const sl::vector<R>& logits, const std::vector<std::size_t>& observed) {
  const auto transition = softmax_of_rows<false>(sl::matrix<R>(logits.data(), states, states));
  const auto emission = softmax_of_rows<true>(sl::matrix<R>(logits.data() + states * states, states, symbols));
  const sl::vector<double> initial(states, 1.0 / states);
  sl::matrix<R> log_emissions(steps, states);
  for (std::size_t t = 0; t < steps; ++t)
    for (std::size_t k = 0; k < states; ++k) log_emissions(t, k) = emission(k, observed[t]);
  return sl::hidden_markov_log_density(initial, transition, log_emissions);
}

double plain_log_likelihood(std::vector<double> logits, const std::vector<std::size_t>& observed) {
  const sl::arena_scope memory;
  return log_likelihood(sl::vector<double>(logits.data(), logits.size()), observed);
}

}  // namespace

prepared_work prepare_hmm_gradient(const work_options&) {
  struct state {
    hmm_data data;
    double value = 0;
    std::vector<double> gradient = std::vector<double>(states * (states + symbols));
  };
  const auto s = std::make_shared<state>();
  return {[s] {
            const sl::arena_scope memory;
            sl::tape_scope<double> tape;
            const auto& at = s->data.logits;
            double* const cells = tape.cells(at.size());
            sl::vector<sl::adjoint<double>> logits(at.size());
            for (std::size_t i = 0; i < at.size(); ++i) logits[i] = {at[i], 1.0, cells + i};
            const auto total = log_likelihood(logits, s->data.observed);
            tape.differentiate(total);
            s->value = total.value();
            for (std::size_t i = 0; i < at.size(); ++i) s->gradient[i] = cells[i];
          },
          [s] {
            double worst = 0;
            for (const std::size_t i : {1u, 117u, 399u, 400u, 666u}) {
              auto up = s->data.logits, down = up;
              up[i] += 1e-4, down[i] -= 1e-4;
              const double slope = (plain_log_likelihood(up, s->data.observed) - plain_log_likelihood(down, s->data.observed)) / 2e-4;
              worst = std::max(worst, std::abs(slope - s->gradient[i]));
            }
            // The value is the peers' (data.py, hmm_exact).
            return verdict{"log likelihood " + std::to_string(s->value) + ", gradient off by " + std::to_string(worst),
                           std::abs(s->value + 2996.7773) < 1e-3 && worst < 1e-5};
          }};
}

}  // namespace bench
