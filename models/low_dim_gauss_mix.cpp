// A mixture of two normal distributions; which of them a point came from is summed out.
#include <starling/starling.hpp>

namespace sl = starling;

// A distribution of one's own (docs: examples/own_distribution.cpp).
struct normal_pair_formulas : sl::real_valued {
  static constexpr std::string_view name = "normal_pair";

  template <class Rng, class P, class A, class S, class B, class T>
  static auto sample(Rng& rng, const P& p, const A& a, const S& s, const B& b, const T& t) {
    const auto first = rng.uniform() < p;
    return sl::where(first, a, b) + sl::where(first, s, t) * rng.normal();
  }
  template <class X, class P, class A, class S, class B, class T>
  static auto log_density(const X& x, const P& p, const A& a, const S& s, const B& b, const T& t) {
    return sl::log_sum_exp(sl::log(p) + sl::normal_formulas::log_density(x, a, s), sl::log1p(-p) + sl::normal_formulas::log_density(x, b, t));
  }
  template <class... P> static auto support(const P&...) { return sl::real_line{}; }
  template <class Visit, class P, class A, class S, class B, class T>
  static void parameters(Visit&& visit, const P& p, const A& a, const S& s, const B& b, const T& t) {
    visit("weight", p, sl::both(p >= P(0), p <= P(1)), "must be between 0 and 1");
    sl::normal_formulas::parameters(visit, a, s);
    sl::normal_formulas::parameters(visit, b, t);
  }
};
template <class P, class A, class S, class B, class T> struct normal_pair : sl::elementwise<normal_pair_formulas, P, A, S, B, T> {
  using sl::elementwise<normal_pair_formulas, P, A, S, B, T>::elementwise;
};
template <class P, class A, class S, class B, class T>
normal_pair(P&&, A&&, S&&, B&&, T&&) -> normal_pair<sl::held<P>, sl::held<A>, sl::held<S>, sl::held<B>, sl::held<T>>;

constexpr auto mixture = sl::gen([](auto& trace, std::size_t n) {
  const auto mu = trace("mu", sl::flat(sl::ordered{2}));
  trace.factor(sl::normal(0.0, 2.0).log_density(mu[0]) + sl::normal(0.0, 2.0).log_density(mu[1]));
  const auto sigma = trace("sigma", sl::iid(sl::half_normal(2.0), 2));
  const auto theta = trace("theta", sl::beta(5.0, 5.0));
  trace("y", sl::iid(normal_pair(theta, mu[0], sigma[0], mu[1], sigma[1]), n));
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto N = d.size("N");
        return sl::posterior(mixture, sl::args(N), sl::observe("y", d.vector("y", N)));
      },
      // From a uniform start a chain in a hundred ends where both components lie on the left cluster, 500 nats down, and stays there.
      sl::kernels::nuts({.start = sl::kernels::start_kind::pathfinder}),
      {.about = "Mixture: mu ordered, mu ~ normal(0, 2), sigma ~ half_normal(2), theta ~ beta(5, 5), y ~ theta normal(mu[1], sigma[1]) + (1 - theta) normal(mu[2], sigma[2]).", .sample = {.chains = 4}});
}
