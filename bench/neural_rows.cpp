// Nets inside bodies, processor time of one thread: small_net (1-16-16-1, 1,000 rows, a step of descent), nis (10^6 weighted draws through a 2-32-32-4 guide), flow (a step of the
// ELBO, eight coupling layers over 10 numbers, 256 draws), bnn (a gradient of a Bayesian 5-20-1 net over 200 rows, four chains in lanes).
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/proposed_importance.hpp>
#include <starling/inference/unconstrained.hpp>
#include <starling/inference/variational/fit.hpp>
#include <starling/neural/coupling_flow.hpp>
#include <starling/neural/random_net.hpp>
#include <starling/neural/train.hpp>

namespace sl = starling;
namespace nn = starling::neural;

namespace {

double processor_time() {
  rusage u;
  getrusage(RUSAGE_SELF, &u);
  return static_cast<double>(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * static_cast<double>(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}
// Of a unit of work, by the difference of few and many of them.
template <class F> double seconds(std::size_t few, std::size_t many, F f) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const double start = processor_time();
    f(few);
    const double between = processor_time();
    f(many);
    best = std::fmin(best, (processor_time() - 2 * between + start) / static_cast<double>(many - few));
  }
  return best;
}

constexpr auto curve = nn::mlp({1, 16, 16, 1}, nn::tanh);
template <bool Doubles> constexpr auto curve_loss = sl::gen([](auto& trace, const auto& x, const auto& y) {
  return nn::squared_error(trace("net", Doubles ? curve.with_doubles() : curve, x), y);
});
template <bool Doubles> void small_net() {
  std::vector<double> x, y;
  for (int i = 0; i < 1000; ++i) x.push_back(0.002 * i - 1), y.push_back(std::sin(3 * x.back()));
  sl::parameter_store store;
  nn::initialise(store, "net", curve, sl::key(1));
  const sl::training_rows data(sl::training_columns{x}, sl::training_columns{y});
  const double t = seconds(100, 1100, [&](std::size_t n) { sl::train(curve_loss<Doubles>, data, store, sl::sgd{.rate = 0.05}, {.epochs = n, .batch = 1000}, sl::key(2)); });
  std::printf("small_net %s: %.1f us a step\n", Doubles ? "f64" : "f32", 1e6 * t);
}

constexpr auto of_guide = nn::mlp({2, 32, 32, 4}, nn::tanh);
constexpr auto three = sl::gen([](auto& trace) {
  const auto a = trace("a", sl::normal(0.0, 1.0)), b = trace("b", sl::normal(0.0, 1.0)), c = trace("c", sl::normal(0.0, 1.0));
  trace("y", sl::normal(a + b + c, 0.5));
});
constexpr auto through = sl::gen([](auto& trace, const auto& data) {
  using R = sl::real_of<decltype(trace)>;
  sl::vector<R> in(2);
  in[0] = trace("a", sl::normal(0.0, 1.0));
  in[1] = R(data["y"]);
  const auto h = trace("net", of_guide, in);
  trace("b", sl::normal(h[0], sl::exp(h[1])));
  trace("c", sl::normal(h[2], sl::exp(h[3])));
});
void nis() {
  sl::parameter_store store;
  nn::initialise(store, "net", of_guide, sl::key(1));
  const sl::posterior post(three, sl::args(), sl::observe("y", 1.5));
  const auto guide = sl::amortised(sl::with_parameters(through, store));
  const double t = seconds(100'000, 1'100'000, [&](std::size_t n) { sl::importance(post, guide, n, sl::key(3), {.defensive = 0}); });
  std::printf("nis: %.1f ms for 10^6 draws\n", 1e9 * t);
}

constexpr auto bent = nn::realnvp(10, {.layers = 8, .hidden = 32});
constexpr auto bent_guide = sl::gen([](auto& trace) { trace("z", bent.with("flow", trace)); });
constexpr auto ten = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::iid(sl::normal(0.0, 1.0), 10));
  trace("y", sl::normal(z[1] - z[0] * z[0], 0.3));
});
void flow() {
  sl::parameter_store store;
  nn::initialise(store, "flow", bent, sl::key(1));
  const sl::posterior post(ten, sl::args(), sl::observe("y", 0.0));
  const double t = seconds(10, 60, [&](std::size_t n) { sl::fit(sl::objectives::elbo(), post, bent_guide, sl::adam{.rate = 1e-3}, {.steps = n, .samples = 256, .start = &store}, sl::key(3)); });
  std::printf("flow: %.2f ms a step\n", 1e3 * t);
}

constexpr auto of_rows = nn::mlp({5, 20, 1}, nn::tanh);
const nn::random_net random_rows(of_rows, nn::scaled_normals);
const auto bayesian = sl::gen([](auto& trace, const std::vector<double>& x) {
  const auto y = trace("net", random_rows, sl::matrix_view<double>(x.data(), 200, 5));
  trace("y", sl::normal(sl::vector(y.data(), 200), 0.1));
});
void bnn() {
  std::vector<double> x, y;
  for (int i = 0; i < 1000; ++i) x.push_back(std::sin(12.9898 * i));
  for (int i = 0; i < 200; ++i) y.push_back(std::sin(x[5 * i]));
  const sl::posterior post(bayesian, sl::args(x), sl::observe("y", y));
  using V = sl::pack<double, 4>;
  const sl::unconstrained_posterior<V, std::remove_const_t<decltype(post)>> density(post);
  std::vector<V> q = density.start(), gradient(density.dimension());
  const double t = seconds(100, 1100, [&](std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      density.log_density_and_gradient(q.data(), gradient.data());
      for (std::size_t k = 0; k < q.size(); ++k) q[k] += V(1e-9) * gradient[k];
    }
  });
  std::printf("bnn: %.1f us for gradients of 4 chains\n", 1e6 * t);
}

}  // namespace

int main() {
  small_net<true>();
  small_net<false>();
  nis();
  flow();
  bnn();
}
