// The elbo by closed entropies: against exact derivatives, also where an entropy depends on a choice before it, and what is refused.
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <starling/distributions/bernoulli.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/variational/fit.hpp>
#include <starling/values/math.hpp>
#include <starling/values/vector_math.hpp>

namespace sl = starling;

namespace {

constexpr auto model = sl::gen([](auto& trace) {
  const auto a = trace("a", sl::normal(0.0, 1.0));
  trace("b", sl::normal(0.0, 1.0));
  trace("v", sl::iid(sl::normal(0.0, 1.0), 2));
  trace("y", sl::normal(a, 1.0));
});
// b is the wider, the larger a is.
constexpr auto guide = sl::gen([](auto& trace) {
  const auto a = trace("a", sl::normal(trace.param("m", 0.0), sl::exp(trace.param("l", 0.0))));
  trace("b", sl::normal(0.0, sl::exp(trace.param("c", 0.0) * a)));
  trace("v", sl::normal(trace.param("at", std::vector<double>{0, 0}), sl::exp(trace.param("log_s", std::vector<double>{0, 0}))));
});
const auto post = sl::posterior(model, sl::args(), sl::observe("y", 1.3));

struct mean_and_error {
  double mean, error;
};
mean_and_error mean_of(const std::vector<double>& x) {
  double sum = 0, squares = 0;
  for (const double e : x) sum += e, squares += e * e;
  const auto n = static_cast<double>(x.size());
  return {sum / n, std::sqrt(std::max(squares / n - sum / n * sum / n, 0.0) / n)};
}
std::string refusal(const auto& of, const auto& by) {
  try {
    sl::fit(sl::objectives::elbo(sl::objectives::closed_entropy), of, by, sl::adam{}, {.steps = 1}, sl::key(1));
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST(closed_entropy, has_the_exact_derivatives_in_the_mean) {
  const double m = 0.4, l = -0.6, c = 0.7, y = 1.3, s2 = std::exp(2 * l);
  sl::parameter_store store;
  store.set("m", m), store.set("l", l), store.set("c", c), store.set("at", std::vector<double>{0.2, -0.5}), store.set("log_s", std::vector<double>{-0.3, 0.1});
  const sl::objectives::elbo objective(sl::objectives::closed_entropy);
  sl::fit_step<sl::native_pack<double>, std::remove_cvref_t<decltype(post)>, std::remove_cvref_t<decltype(guide)>, sl::objectives::elbo> step(objective, guide, 64);
  std::vector<double> value, by_m, by_l, by_c, by_at, by_s;
  for (std::uint64_t i = 0; i < 2500; ++i) {
    const auto r = step.run(post, 1, sl::selection(), 1, store, fold_in(sl::key(4), i));
    ASSERT_EQ(r.trouble, "");
    value.push_back(r.value);
    by_m.push_back(r.gradients["m"][0]), by_l.push_back(r.gradients["l"][0]), by_c.push_back(r.gradients["c"][0]);
    by_at.push_back(r.gradients["at"][1]), by_s.push_back(r.gradients["log_s"][0]);
  }
  // E e^(2 c a) and its derivatives, a being normal(m, s).
  const double wide = std::exp(2 * c * m + 2 * c * c * s2), pi2 = std::log(2 * M_PI);
  const double of_v = -0.5 * (0.04 + 0.25 + std::exp(-0.6) + std::exp(0.2)) - 0.3 + 0.1 + 1;
  const double exact = -0.5 * (m * m + s2) - 0.5 * ((y - m) * (y - m) + s2) - pi2 - 0.5 * wide + l + c * m + 0.5 + 0.5 + 0.5 * pi2 + of_v;
  const auto expect = [](const char* what, const std::vector<double>& found, double is) {
    const auto e = mean_of(found);
    EXPECT_LT(std::abs(e.mean - is), 4 * e.error + 1e-9) << what << ": " << e.mean << " +- " << e.error << ", exactly " << is;
    EXPECT_LT(e.error, 0.02) << what;
  };
  expect("value", value, exact);
  expect("m", by_m, -m + (y - m) - c * wide + c);
  expect("l", by_l, -2 * s2 - 2 * c * c * s2 * wide + 1);
  expect("c", by_c, m - (m + 2 * c * s2) * wide);
  expect("at", by_at, 0.5);
  expect("log_s", by_s, 1 - std::exp(-0.6));
}

TEST(closed_entropy, names_the_choice_that_has_none) {
  const auto positive = sl::gen([](auto& trace) { trace("y", sl::normal(trace("z", sl::gamma(2.0, 1.0)), 1.0)); });
  const auto by_gamma = sl::gen([](auto& trace) { trace("z", sl::gamma(sl::exp(trace.param("shape", 0.0)), 1.0)); });
  const auto said = refusal(sl::posterior(positive, sl::args(), sl::observe("y", 1.0)), by_gamma);
  EXPECT_NE(said.find("z is of a distribution (gamma)"), std::string::npos) << said;
  const auto either = sl::gen([](auto& trace) { trace("y", sl::normal(sl::as_real(trace("z", sl::bernoulli(0.5))), 1.0)); });
  const auto by_flip = sl::gen([](auto& trace) { trace("z", sl::bernoulli(sl::inverse_logit(trace.param("p", 0.0)))); });
  EXPECT_NE(refusal(sl::posterior(either, sl::args(), sl::observe("y", 1.0)), by_flip), "");
}
