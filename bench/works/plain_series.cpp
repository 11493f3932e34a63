// Gradients of mixtures, series, processes and nets as people write them, four chains in lanes; NUTS on a field of latents.
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/unconstrained_draws.hpp>

#include "works/plain_gradients.hpp"
#include "works/plain_models.hpp"

namespace bench {

namespace {
using pack = sl::gradient_pack;
// A density that counts its evaluations.
template <class Density> struct counted {
  using real = pack;
  const Density& of;
  std::size_t& evaluations;
  std::size_t dimension() const { return of.dimension(); }
  pack log_density_and_gradient(const pack* q, pack* slope) const {
    ++evaluations;
    return of.log_density_and_gradient(q, slope);
  }
};
}  // namespace

prepared_work prepare_mixture(const work_options&) {
  return gradient_of<pack>(sl::posterior(three_normals, sl::args(mixture_data()), {}), 50);
}
prepared_work prepare_garch(const work_options&) {
  return gradient_of<pack>(sl::posterior(garch, sl::args(returns(500)), sl::observe("y", returns(500))), 100);
}
// The same, written out: the derivatives of the variance go along with it.
prepared_work prepare_garch_by_hand(const work_options&) {
  struct by_hand {
    std::vector<double> y = returns(500);
    pack gradient(const pack* q, pack* slope) const {
      const pack mu = q[0], alpha0 = sl::exp(q[1]), alpha1 = sl::inverse_logit(q[2]), share = sl::inverse_logit(q[3]), beta1 = (1.0 - alpha1) * share;
      pack v(1.0), by_mu(0), by_0(0), by_1(0), by_b(0), lp(0), mu_slope = -mu, slope_0(0), slope_1(0), slope_b(0);
      for (std::size_t t = 0; t < y.size(); ++t) {
        if (t > 0) {
          const pack e = y[t - 1] - mu;
          by_mu = beta1 * by_mu - 2.0 * alpha1 * e;
          by_0 = beta1 * by_0 + 1.0;
          by_1 = beta1 * by_1 + e * e;
          by_b = beta1 * by_b + v;
          v = alpha0 + alpha1 * (e * e) + beta1 * v;
        }
        const pack e = y[t] - mu, inverse = 1.0 / v, z = e * inverse, by_v = 0.5 * (z * z - inverse);
        lp += -0.5 * sl::log(v) - 0.5 * e * z - 0.91893853320467274178;
        mu_slope += z + by_v * by_mu;
        slope_0 += by_v * by_0;
        slope_1 += by_v * by_1;
        slope_b += by_v * by_b;
      }
      slope[0] = mu_slope;
      slope[1] = (slope_0 - 1.0) * alpha0 + 1.0;
      slope[2] = (slope_1 - slope_b * share) * alpha1 * (1.0 - alpha1) + 1.0 - 2.0 * alpha1;
      slope[3] = slope_b * beta1 * (1.0 - share) + 1.0 - 2.0 * share;
      return lp - 0.5 * mu * mu - 0.91893853320467274178 - alpha0 + q[1] + sl::log(alpha1 * (1.0 - alpha1)) + sl::log(share * (1.0 - share));
    }
  };
  struct state {
    by_hand f;
    pack q[4], slope[4], value;
  };
  const auto s = std::make_shared<state>();
  for (int j = 0; j < 4; ++j) s->q[j] = pack(0.1 * std::sin(j + 1.0));
  constexpr std::size_t repetitions = 100;
  return {[s] {
            for (std::size_t r = 0; r < repetitions; ++r) s->value = s->f.gradient(s->q, s->slope);
          },
          [s] {
            const auto post = sl::posterior(garch, sl::args(returns(500)), sl::observe("y", returns(500)));
            const sl::unconstrained_posterior<pack, std::remove_const_t<decltype(post)>> density(post);
            pack slope[4];
            double worst = std::abs(density.log_density_and_gradient(s->q, slope)[0] - s->value[0]);
            for (int j = 0; j < 4; ++j) worst = std::max(worst, std::abs(slope[j][0] - s->slope[j][0]));
            return verdict{"off by " + std::to_string(worst), worst < 1e-8};
          },
          repetitions * sl::lanes_of<pack>};
}
prepared_work prepare_series(const work_options&) {
  const auto y = returns(1000);
  sl::choice_map seen;
  for (std::size_t t = 5; t < y.size(); ++t) seen.set({"y", t}, y[t]);
  return gradient_of<pack>(sl::posterior(series, sl::args(y), seen), 50);
}
prepared_work prepare_process(const work_options&) {
  return gradient_of<pack>(sl::posterior(process, sl::args(numbers(100, 407, -5, 5)), sl::observe("y", numbers(100, 408, -1, 1))), 5);
}
prepared_work prepare_predators(const work_options&) {
  sl::choice_map seen;
  for (std::size_t i = 0; i < 20; ++i) {
    seen.set({"u", i}, 1 + hash01(i, 409));
    seen.set({"v", i}, 1 + hash01(i, 410));
  }
  return gradient_of<pack>(sl::posterior(predators, sl::args(std::size_t{20}), seen), 50);
}
prepared_work prepare_net(const work_options&) {
  return gradient_of<pack>(sl::posterior(net, sl::args(numbers(200 * inputs, 411, -1, 1)), sl::observe("y", numbers(200, 412, -1, 1))), 20);
}

// NUTS on the field, 4 chains that begin where the mass is, with steps that no trajectory diverges at; the time of one evaluation with all that belongs to it, a
// latent and chain. Evaluations are counted where they happen: sample_stats know of none that a search for a start makes.
prepared_work prepare_field_nuts(const work_options& o) {
  const std::size_t n = o.lanes;
  using posterior_type = decltype(sl::posterior(field, sl::args(std::size_t{}), sl::observe("y", field_data(1))));
  using density_type = sl::unconstrained_posterior<pack, posterior_type>;
  struct state {
    posterior_type post;
    density_type density{post};
    sl::unconstrained_draws<pack, posterior_type> draws{density, false};
    std::vector<double> starts;
    std::size_t evaluations = 0;
    explicit state(posterior_type p) : post(std::move(p)) {}
  };
  const auto s = std::make_shared<state>(sl::posterior(field, sl::args(n), sl::observe("y", field_data(n))));
  for (int chain = 0; chain < 4; ++chain) {
    s->starts.insert(s->starts.end(), {0.4, -1.0});
    s->starts.resize(s->starts.size() + n, 0.1);
  }
  return {[s, n] {
            s->evaluations = 0;
            const counted<density_type> density{s->density, s->evaluations};
            sl::run_gradient(sl::kernels::nuts({.max_depth = 4, .metric = sl::kernels::metric_kind::unit_e, .step_size = 0.25 / std::sqrt(static_cast<double>(n))}),
                             sl::target_of(density), s->draws, {.chains = 4, .draws = 20, .warmup = 0, .threads = 1, .summaries_only = true}, sl::key(1), {.starts = s->starts});
          },
          [s, n] {
            const auto evaluations = static_cast<double>(s->evaluations * sl::lanes_of<pack>);
            return verdict{std::to_string(s->evaluations) + " evaluations of 4 chains", evaluations >= 20 * 15 * 4, evaluations * static_cast<double>(n + 2)};
          }};
}

}  // namespace bench
