// What NUTS costs beside its gradients, and effective draws a second with hand-written gradients, on one core:
//   gradient_kernels [repetitions]
// Data as in the peers' programs: logistic regression 1000 × 20, eight schools non-centred.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <starling/diagnostics/ess.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/run_gradient.hpp>
#include <starling/values/math.hpp>

#include "works/logistic_data.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
struct normals {
  std::size_t d;
  std::size_t dimension() const { return d; }
  template <class V>
  V log_density_and_gradient(const V* q, V* gradient) const {
    V density(0);
    for (std::size_t i = 0; i < d; ++i) {
      density -= 0.5 * q[i] * q[i];
      gradient[i] = -q[i];
    }
    return density;
  }
};

// mu, log tau, theta_raw[8]: mu ~ normal(0, 5), tau ~ half-Cauchy(5).
struct schools {
  static constexpr double y[] = {28, 8, -3, 7, -1, 1, 18, 12}, sigma[] = {15, 10, 16, 11, 9, 11, 10, 18};
  std::size_t dimension() const { return 10; }
  template <class V>
  V log_density_and_gradient(const V* q, V* gradient) const {
    const V tau = sl::exp(q[1]), ratio = tau * tau * (1 / 25.0);
    V density = -q[0] * q[0] * (0.5 / 25) + q[1] - sl::log1p(ratio);
    gradient[0] = -q[0] * (1 / 25.0);
    gradient[1] = 1 - 2 * ratio / (1 + ratio);
    for (std::size_t i = 0; i < 8; ++i) {
      const V z = (y[i] - q[0] - tau * q[2 + i]) * (1 / sigma[i]), pull = z * (1 / sigma[i]);
      density -= 0.5 * (z * z + q[2 + i] * q[2 + i]);
      gradient[0] += pull;
      gradient[1] += pull * tau * q[2 + i];
      gradient[2 + i] = pull * tau - q[2 + i];
    }
    return density;
  }
};

class plain_view final : public sl::draw_view {
 public:
  explicit plain_view(std::size_t d) : d_(d) { layout_.add(sl::path("x"), {sl::value_kind::real, 1, static_cast<std::uint32_t>(d), 1}); }
  const sl::draw_layout& layout() const override { return layout_; }
  std::size_t lanes() const override { return 1; }
  void write(const double* const* q, double* const* to) const override { std::copy_n(q[0], d_, to[0]); }

 private:
  std::size_t d_;
  sl::draw_layout layout_;
};

// Counts and times the calls of a density.
template <class F>
struct timed {
  const F& f;
  mutable double calls = 0, seconds = 0;
  std::size_t dimension() const { return f.dimension(); }
  template <class V>
  V log_density_and_gradient(const V* q, V* gradient) const {
    const double start = now();
    const V density = f.log_density_and_gradient(q, gradient);
    seconds += now() - start;
    calls += 1;
    return density;
  }
};
// What the clock itself adds to each call: half of it is counted as the density's.
double clock_cost() {
  const double start = now();
  double end = start;
  for (int i = 0; i < 100'000; ++i) end = now();
  return (end - start) / 100'000;
}

template <class V, class F>
void measure(const char* name, const F& f, const kernels::gradient_kernel& kernel, const char* variant, int repetitions, std::size_t chains = 4) {
  const timed<F> c{f};
  const auto t = sl::target::of<V>(c);
  const plain_view view(f.dimension());
  const double clock = clock_cost();
  double best = 1e9, inside = 0, calls = 0, steps = 0, ess_per_second = 0, least = 1e300;
  for (int r = 0; r < repetitions; ++r) {
    c.calls = c.seconds = 0;
    const double start = now();
    const auto fit = sl::run_gradient(kernel, t, view, {.chains = chains, .threads = 1}, sl::key(static_cast<std::uint64_t>(r) + 1));
    const double time = now() - start - 2 * clock * c.calls;
    double ess = 1e300;
    for (std::size_t i = 0; i < f.dimension(); ++i) ess = std::min(ess, sl::ess_bulk(fit.posterior["x"].element(i), chains));
    least = std::min(least, ess);
    ess_per_second += ess / time / repetitions;
    if (time > best) continue;
    best = time;
    calls = c.calls;
    inside = c.seconds - clock * c.calls;
    steps = 0;
    for (const double s : fit.sample_stats["n_steps"].values) steps += s;
  }
  steps /= 1000.0 * static_cast<double>(chains);
  const double gradients = 2 * steps * 1000 * static_cast<double>(chains);  // about as many in the warm-up
  std::printf("%-9s %-19s d %3zu  %d lanes  %2zu chains  %8.2f ms  %6.0f calls of %6.0f ns  beside them %4.1f %%, %4.0f ns a chain's gradient  %5.1f steps a draw  min ESS %6.0f  %8.0f ESS/s\n",
              name, variant, f.dimension(), sl::lanes_of<V>, chains, 1e3 * best, calls, 1e9 * inside / calls, 100 * (best - inside) / best,
              1e9 * (best - inside) / gradients, steps, least, ess_per_second);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  const int repetitions = count > 1 ? std::atoi(words[1]) : 5;
  using native = sl::native_pack<double>;
  using kernels::metric_kind;
  const std::pair<metric_kind, const char*> metrics[] = {
      {metric_kind::diag_e, "nuts diag_e"}, {metric_kind::dense_e, "nuts dense_e"}, {metric_kind::fisher_diag_e, "nuts fisher_diag_e"}, {metric_kind::low_rank_e, "nuts low_rank_e"}};
  for (const std::size_t d : {1u, 10u, 20u, 100u}) {
    const normals f{d};
    measure<double>("normals", f, kernels::nuts(), "nuts", repetitions);
    measure<native>("normals", f, kernels::nuts(), "nuts, 8 chains", repetitions, 8);
    measure<native>("normals", f, kernels::hmc({.steps = 10}), "hmc, 8 chains", repetitions, 8);
  }
  const schools eight;
  for (const auto& [m, name] : metrics) measure<native>("schools", eight, kernels::nuts({.metric = m}), name, repetitions);
  const bench::logistic_by_hand regression;
  for (const auto& [m, name] : metrics) measure<native>("logistic", regression, kernels::nuts({.metric = m}), name, repetitions);
  measure<native>("logistic", regression, kernels::hmc({.steps = 10}), "hmc", repetitions);
  return 0;
}
