// Variational inference of logistic regression: 2,000 steps of 16 draws with Adam, as in the peers' programs. The mean-field guide as a generative function
// through sl::fit, the same steps by hand over adjoints and packs, and sl::advi's engine with either guide.
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/unconstrained_draws.hpp>
#include <starling/inference/variational/fit.hpp>
#include <starling/values/math.hpp>
#include <starling/values/vector_math.hpp>

#include "works/logistic_model.hpp"
#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr std::size_t steps = 2000, samples = 16;

verdict near_the_optimum(double elbo, double optimum) { return {"ELBO " + std::to_string(elbo) + ", at best " + std::to_string(optimum), std::abs(elbo - optimum) < 1}; }
constexpr double best_mean_field = -566.9, best_full_rank = -566.68;  // by many steps

constexpr auto mean_field = sl::gen([](auto& trace) {
  trace("a", sl::normal(trace.param("a_at", 0.0), sl::exp(trace.param("a_width", -2.0))));
  const auto at = trace.param("b_at", std::vector<double>(covariates, 0.0));
  trace("b", sl::normal(at, sl::exp(trace.param("b_width", std::vector<double>(covariates, -2.0)))));
});

struct general_fit {
  logistic post = logistic_posterior();
  std::uint64_t seed = 0;
  double elbo = 0;
  void operator()() {
    elbo = sl::fit(sl::objectives::elbo(), post, mean_field, sl::adam{.rate = 0.01}, {.steps = steps, .samples = samples, .threads = 1}, sl::key(++seed)).value;
  }
};

// log q's own derivative is left out here too: what remains of log q is its path, (b - m)/s of the draw.
struct fit_by_hand {
  using pack = sl::native_pack<double>;
  static constexpr std::size_t d = covariates + 1, width = static_cast<std::size_t>(pack::lanes);
  logistic_data data = make_logistic_data();
  std::uint64_t seed = 0;
  double elbo = 0;

  void operator()() {
    ++seed;
    std::vector<double> at(2 * d, 0.0), slope(2 * d), first(2 * d), second(2 * d);
    for (std::size_t i = d; i < 2 * d; ++i) at[i] = -2;
    double late = 0;
    for (std::size_t t = 0; t < steps; ++t) {
      const double value = step(at, slope, fold_in(sl::key(seed), t));
      if (t >= steps - steps / 10) late += value / (steps / 10);
      const sl::adam_rule rule(t + 1);
      for (std::size_t i = 0; i < 2 * d; ++i) rule.see(slope[i], first[i], second[i]), at[i] += rule.move(0.01, first[i], second[i]);
    }
    elbo = late;
  }

 private:
  double step(const std::vector<double>& at, std::vector<double>& slope, const sl::key& k) const {
    using A = sl::adjoint<pack>;
    double value = 0;
    std::fill(slope.begin(), slope.end(), 0.0);
    for (std::size_t lane = 0; lane < samples; lane += width) {
      const sl::arena_scope memory;
      sl::tape_scope<pack> tape;
      sl::stream<pack> numbers(k, lane);
      sl::vector<A> leaves(2 * d), b(covariates);
      for (std::size_t i = 0; i < 2 * d; ++i) leaves[i] = tape.variable(pack(at[i]));
      A log_p(0.0), a(0.0), log_q(0.0);
      for (std::size_t i = 0; i < d; ++i) {
        numbers.visit(static_cast<std::uint32_t>(i));
        const A e(numbers.normal()), x = leaves[i] + sl::exp(leaves[d + i]) * e;
        const double width_now = std::exp(at[d + i]);
        const A z = (x - at[i]) * (1 / width_now);
        log_p = log_p - 0.5 * x * x;
        log_q = log_q - 0.5 * z * z - at[d + i];
        if (i == 0) a = x;
        else b[i - 1] = x;
      }
      log_p = log_p + sl::bernoulli_logit_glm(data.view(), a, b).log_density(data.y);
      const A worth = log_p - log_q;
      tape.differentiate(worth);
      value += sl::sum(worth.value()) / samples;
      for (std::size_t i = 0; i < 2 * d; ++i) slope[i] += sl::sum(leaves[i].derivative()) / samples;
    }
    return value;
  }
};

struct engine_fit {
  sl::guide_family guide;
  logistic post = logistic_posterior();
  std::uint64_t seed = 0;
  double elbo = 0;
  void operator()() {
    elbo = sl::advi(post, {.guide = guide, .engine = sl::advi_engine::stochastic, .start = sl::advi_start::uniform, .starts = 1, .draws = 100, .max_steps = steps, .check_chains = 0, .threads = 1},
                    sl::key(++seed))
               .elbo;
  }
};

template <class Fit> prepared_work prepare(Fit fit, double optimum) {
  const auto work = std::make_shared<Fit>(std::move(fit));
  return {[work] { (*work)(); }, [work, optimum] { return near_the_optimum(work->elbo, optimum); }, steps};
}

}  // namespace

prepared_work prepare_fit_step(const work_options&) { return prepare(general_fit(), best_mean_field); }
prepared_work prepare_fit_step_by_hand(const work_options&) { return prepare(fit_by_hand(), best_mean_field); }
prepared_work prepare_advi(const work_options&) { return prepare(engine_fit{sl::guide_family::mean_field}, best_mean_field); }
prepared_work prepare_advi_full(const work_options&) { return prepare(engine_fit{sl::guide_family::full_rank}, best_full_rank); }

}  // namespace bench
