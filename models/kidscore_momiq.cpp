// Children's test scores explained by their mothers' IQ (Gelman and Hill 2007, chapter 3).
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto kidscore = sl::gen([](auto& trace, const auto& mom_iq) {
  const auto intercept = trace({"beta", 0}, sl::flat(sl::real_line()));
  const auto slope = trace({"beta", 1}, sl::flat(sl::real_line()));
  const auto sigma = trace("sigma", sl::half_cauchy(2.5));
  for (std::size_t i = 0; i < mom_iq.size(); ++i) trace({"kid_score", i}, sl::normal(intercept + slope * mom_iq[i], sigma));
});

int main(int argc, char** argv) {
  return sl::program(
      argc, argv,
      [](const sl::data& d) {
        const auto N = d.size("N");
        return sl::posterior(kidscore, sl::args(d.vector("mom_iq", N)), sl::observe("kid_score", d.vector("kid_score", N)));
      },
      sl::kernels::nuts(),
      {.about = "Linear regression: beta flat, sigma ~ half_cauchy(2.5), kid_score ~ normal(beta[1] + beta[2] mom_iq, sigma).",
       .sample = {.chains = 4}});
}
