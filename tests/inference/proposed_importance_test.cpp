// Importance sampling with a proposal, against a closed form.
#include <starling/distributions/normal.hpp>
#include <starling/inference/proposed_importance.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace sl = starling;

namespace {

// a, b ~ normal(0, 1), y ~ normal(a + b, 0.5), y = 2: a has posterior mean 2/2.25, evidence normal(2; 0, sqrt(2.25)).
constexpr auto two = sl::gen([](auto& trace) {
  const auto a = trace("a", sl::normal(0.0, 1.0));
  const auto b = trace("b", sl::normal(0.0, 1.0));
  trace("y", sl::normal(a + b, 0.5));
});
const sl::posterior post(two, sl::args(), sl::observe("y", 2.0));
const double evidence = -0.5 * 4 / 2.25 - 0.5 * std::log(2.25) - 0.91893853320467274;

constexpr auto all_latents = sl::gen([](auto& trace, double y) {
  const auto b = trace("b", sl::normal(0.4 * y, 0.9));  // in another order than the model
  trace("a", sl::normal((y - b) * 0.8, 0.6));
});
constexpr auto one_latent = sl::gen([](auto& trace, double y) { trace("a", sl::normal(0.4 * y, 1.0)); });

void expect_exact(const sl::result& r, double n) {
  const auto rows = sl::summarise(r);
  const auto& a = rows[0].name == "a" ? rows[0] : rows[1];
  EXPECT_NEAR(a.mean, 2 / 2.25, 4.9 * a.mcse_mean);
  EXPECT_LT(a.mcse_mean, 0.02);
  // The relative error of the evidence: sqrt(1/ESS − 1/N).
  const double error = std::sqrt(1 / *r.ess - 1 / n);
  EXPECT_NEAR(*r.log_evidence, evidence, 4.9 * error + 1e-6);
  EXPECT_GT(std::abs(*r.log_evidence - evidence - 0.1), 4.9 * error);  // negative control
}

TEST(ProposedImportance, AllLatents) {
  const auto r = sl::importance(post, all_latents, sl::args(2.0), 50001, sl::key(1));
  ASSERT_EQ(r.log_weights.size(), 50001u);
  expect_exact(r, 50001);
  EXPECT_GT(*r.ess, 2 * *sl::importance(post, 50001, sl::key(1)).ess);  // a good proposal pays
}
TEST(ProposedImportance, OneLatentTheOtherFromTheModel) { expect_exact(sl::importance(post, one_latent, sl::args(2.0), 50000, sl::key(2)), 50000); }

constexpr auto of_data = sl::gen([](auto& trace) { trace("y", sl::normal(0.0, 1.0)); });
constexpr auto misspelled = sl::gen([](auto& trace) { trace("aa", sl::normal(0.0, 1.0)); });
template <class P>
std::string refusal(const P& proposal) {
  try {
    sl::importance(post, proposal, sl::args(), 10, sl::key(1));
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "accepted";
}
TEST(ProposedImportance, SaysWhatIsWrong) {
  EXPECT_NE(refusal(of_data).find("y, which is observed"), std::string::npos) << refusal(of_data);
  EXPECT_NE(refusal(misspelled).find("aa, which the model does not have"), std::string::npos) << refusal(misspelled);
}

}  // namespace
