// Learning from parts of the data: epochs are whole, derivatives are in the mean those of all data.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/inference/variational/minibatches.hpp>
#include <starling/values/math.hpp>

namespace {

namespace sl = starling;

const std::vector<double> ys{0.3, 1.2, -0.4, 2.2, 0.9, 1.7, -1.1, 0.6, 1.4, 0.2};

// θ and its variance are parameters' and a latent's; each y ~ normal(mean, 1).
const auto model = sl::gen([](auto& trace, const std::vector<double>& y) {
  const auto mean = trace("mean", sl::normal(trace.param("prior", 0.0), 2.0));
  for (std::size_t i = 0; i < y.size(); ++i) trace({"y", i}, sl::normal(mean, 1.0));
});
const auto guide = sl::gen([](auto& trace) { trace("mean", sl::normal(trace.param("m", 0.0), sl::exp(trace.param("l", -1.0)))); });

std::vector<double> chosen(std::span<const std::size_t> which) {
  std::vector<double> r;
  for (const auto i : which) r.push_back(ys[i]);
  return r;
}
auto parts_of(std::size_t size) {
  return sl::minibatches(ys.size(), size, [](std::span<const std::size_t> which) {
    const auto y = chosen(which);
    return sl::posterior(model, sl::args(y), sl::observe("y", y));
  },
                         {.local = sl::select("y", {"y", sl::all})});
}

}  // namespace

TEST(minibatches, go_through_all_items_once_an_epoch) {
  sl::epochs e(10, 4, sl::key(3));
  EXPECT_EQ(e.steps(), 3u);
  std::vector<std::size_t> first;
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    std::multiset<std::size_t> seen;
    std::vector<std::size_t> order;
    for (std::size_t part = 0; part < 3; ++part)
      for (const auto i : e.items_of_step(3 * epoch + part)) seen.insert(i), order.push_back(i);
    EXPECT_EQ(seen.size(), 10u);
    for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(seen.count(i), 1u);
    EXPECT_NE(order, first);
    first = order;
  }
  // The same steps again, in another order of asking.
  sl::epochs again(10, 4, sl::key(3));
  EXPECT_TRUE(std::ranges::equal(again.items_of_step(8), e.items_of_step(8)));
  EXPECT_THROW(sl::epochs(10, 11, sl::key(1)), std::exception);
}

TEST(minibatches, have_the_derivatives_of_all_data_in_the_mean) {
  // Σ (y − mean) counts for all items, the prior and the guide once: ∂/∂m ELBO = Σ y − 10 m − (m − prior)/4.
  sl::parameter_store store;
  store.set("prior", 0.5), store.set("m", 0.2), store.set("l", -1.0);
  const auto parts = parts_of(4);
  sl::minibatch_source<decltype(parts.make)> source(parts, sl::key(1));
  using post = sl::minibatch_source<decltype(parts.make)>::posterior_type;
  const auto objective = sl::objectives::elbo();
  sl::fit_step<sl::native_pack<double>, post, std::remove_cvref_t<decltype(guide)>, sl::objectives::elbo> step(objective, guide, 64);
  double sum = 0, squares = 0, prior = 0;
  const int n = 1500;
  for (int i = 0; i < n; ++i) {
    const auto& now = source.posterior_of_step(static_cast<std::size_t>(i));
    const auto r = step.run(now, source.count(), source.local(), 1, store, fold_in(sl::key(2), static_cast<std::uint64_t>(i)));
    ASSERT_EQ(r.trouble, "");
    sum += r.gradients["m"][0], squares += r.gradients["m"][0] * r.gradients["m"][0];
    prior += r.gradients["prior"][0];
  }
  double total = 0;
  for (const double y : ys) total += y;
  const double exact = total - 10 * 0.2 - (0.2 - 0.5) / 4, mean = sum / n, error = std::sqrt((squares / n - mean * mean) / n);
  // Each part, of 4, 4 and 2 items, stands for all ten.
  EXPECT_LT(std::abs(mean - exact), 4 * error) << mean << " +- " << error << ", exactly " << exact;
  EXPECT_GT(std::abs(0.4 * exact - exact), 10 * error);
  EXPECT_NEAR(prior / n, (0.2 - 0.5) / 4, 0.01);
}

TEST(minibatches, find_the_optimum) {
  const auto f = sl::fit(sl::objectives::elbo(), parts_of(5), guide, sl::adam{.rate = sl::cosine(0.05, 2000)}, {.steps = 2000, .samples = 8, .average_last = 0.5}, sl::key(4));
  // m = prior and m = mean of ys at the optimum, where the posterior's sd is 1/√(10 + ¼).
  double total = 0;
  for (const double y : ys) total += y;
  EXPECT_NEAR(f.parameters["m"][0], total / 10, 0.05);
  EXPECT_NEAR(f.parameters["prior"][0], total / 10, 0.2);
  EXPECT_NEAR(f.parameters["l"][0], -0.5 * std::log(10.25), 0.05);
}

TEST(minibatches, of_a_fit_that_goes_on_are_those_that_come_next) {
  const auto run = [](std::size_t steps, std::size_t first_step, const sl::parameter_store& from) {
    return sl::fit(sl::objectives::elbo(), parts_of(4), guide, sl::adam{.rate = 0.05}, {.steps = steps, .samples = 4, .accumulate = 2, .prior_warm_up = 15, .start = &from, .first_step = first_step},
                   sl::key(3))
        .last;
  };
  const auto whole = run(20, 0, {}), parts = run(11, 9, run(9, 0, {}));
  for (const auto& name : whole.names()) EXPECT_EQ(whole[name], parts[name]) << name;
}
