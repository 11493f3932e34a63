// Nets in guides and models of sl::fit: the derivatives are those of the same functions without nets and of finite differences; optima that are known.
#include <gtest/gtest.h>

#include <cmath>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/variational/items.hpp>
#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>

namespace sl = starling;
namespace nn = starling::neural;

namespace {

using pack = sl::native_pack<double>;

// Two latents, the second given the first, from a net of both; y from a net of the second. The same by hand.
constexpr auto of_y = nn::linear(2, 1).with_doubles(), of_both = nn::linear(3, 1).with_doubles(), of_latent = nn::linear(1, 2).with_doubles();
constexpr auto model = sl::gen([](auto& trace) {
  const auto a = trace("a", sl::normal(0.0, 1.0));
  const auto b = trace("b", sl::normal(a, 0.5));
  trace("y", sl::normal(trace("decoder", of_latent, b), 0.7));
});
constexpr auto guide = sl::gen([](auto& trace, const auto& data) {
  using R = sl::real_of<decltype(trace)>;
  const auto y = data.get("y");
  const auto a = trace("a", sl::normal(trace("first", of_y, y)[0], 0.8));
  sl::vector<R> both(3);
  both[0] = R(y[0]), both[1] = R(y[1]), both[2] = R(a);
  trace("b", sl::normal(trace("second", of_both, both)[0], 0.6));
});
template <class Trace> auto by_hand(Trace& trace, const sl::literal& weight, const sl::literal& bias, std::size_t in, std::size_t out, const auto& x) {
  using R = sl::real_of<Trace>;
  const auto w = trace.param(weight, std::vector<double>(in * out)), b = trace.param(bias, std::vector<double>(out));
  sl::vector<R> y(out);
  for (std::size_t o = 0; o < out; ++o) {
    y[o] = b[o];
    for (std::size_t i = 0; i < in; ++i) y[o] = y[o] + w[o * in + i] * x[i];
  }
  return y;
}
constexpr auto model_by_hand = sl::gen([](auto& trace) {
  using R = sl::real_of<decltype(trace)>;
  const auto a = trace("a", sl::normal(0.0, 1.0));
  sl::vector<R> b(1);
  b[0] = trace("b", sl::normal(a, 0.5));
  trace("y", sl::normal(by_hand(trace, "decoder/weight", "decoder/bias", 1, 2, b), 0.7));
});
constexpr auto guide_by_hand = sl::gen([](auto& trace, const auto& data) {
  using R = sl::real_of<decltype(trace)>;
  const auto y = data.get("y");
  const auto a = trace("a", sl::normal(by_hand(trace, "first/weight", "first/bias", 2, 1, y)[0], 0.8));
  sl::vector<R> both(3);
  both[0] = R(y[0]), both[1] = R(y[1]), both[2] = R(a);
  trace("b", sl::normal(by_hand(trace, "second/weight", "second/bias", 3, 1, both)[0], 0.6));
});

sl::parameter_store some_store() {
  sl::parameter_store s;
  nn::initialise(s, "first", of_y, sl::key(1));
  nn::initialise(s, "second", of_both, sl::key(2));
  nn::initialise(s, "decoder", of_latent, sl::key(3));
  return s;
}
sl::choice_map some_items(std::size_t n) {
  std::vector<double> y(2 * n);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::sin(3.0 * static_cast<double>(i) + 1);
  return {{"y", sl::per_lane(y, 2)}};
}

template <class Objective, class Model, class Guide>
sl::fit_step_result step_of(const Objective& objective, const Model& m, const Guide& g, const sl::parameter_store& store, std::size_t groups, bool with_items) {
  const auto data = some_items(5);
  const auto post = sl::posterior(m, sl::args(), data.lane(0));
  const auto amortised = sl::amortised(g);
  sl::fit_step<pack, std::decay_t<decltype(post)>, std::decay_t<decltype(amortised)>, Objective> step(objective, amortised, groups);
  const std::vector<std::size_t> which{3, 0, 4, 1, 2};
  const auto r = step.run(post, 1, sl::selection(), 1, store, sl::key(7), with_items ? sl::item_rows{&data, which} : sl::item_rows());
  EXPECT_EQ(r.trouble, "");
  return r;
}
template <class Objective> void expect_as_by_hand(const char* name, const Objective& o) {
  SCOPED_TRACE(name);
  const auto store = some_store();
  for (const std::size_t groups : {1u, 7u, 30u})
    for (const bool with_items : {false, true}) {
      const auto net = step_of(o, model, guide, store, groups, with_items), hand = step_of(o, model_by_hand, guide_by_hand, store, groups, with_items);
      EXPECT_NEAR(net.value, hand.value, 1e-12 * (1 + std::abs(hand.value)));
      double length = 0;
      for (const auto& e : hand.gradients.entries)
        for (std::size_t i = 0; i < e.derivatives.size(); ++i) {
          EXPECT_NEAR(net.gradients[e.name][i], e.derivatives[i], 1e-11 * (1 + std::abs(e.derivatives[i]))) << e.name << " " << i << ", " << groups << " groups";
          length += std::abs(e.derivatives[i]);
        }
      EXPECT_GT(length, 0.1);
    }
}

TEST(amortised, derivatives_of_nets_are_those_of_the_same_by_hand) {
  using namespace sl::objectives;
  expect_as_by_hand("elbo", elbo());
  expect_as_by_hand("elbo in total", elbo(false));
  expect_as_by_hand("iwelbo", iwelbo(3));
  expect_as_by_hand("iwelbo in total", iwelbo(8, path_gradient::total));
  expect_as_by_hand("renyi", renyi(0.5, 2));
  expect_as_by_hand("vimco", vimco(5));
  expect_as_by_hand("wake_sleep", wake_sleep(4, 0.5));
  expect_as_by_hand("lecture", lecture());
}

// The objective with its noise held fixed is a function of the parameters: its total derivatives by differences.
TEST(amortised, derivatives_are_those_of_differences) {
  const auto check = [](const auto& objective) {
    auto store = some_store();
    const auto at = step_of(objective, model, guide, store, 2, true);
    for (const auto& name : store.names())
      for (std::size_t i = 0; i < store[name].size(); ++i) {
        const double h = 1e-5;
        const auto value = [&](double by) {
          auto moved = store;
          auto v = store[name];
          v[i] += by;
          moved.set(name, v);
          return step_of(objective, model, guide, moved, 2, true).value;
        };
        EXPECT_NEAR(at.gradients[name][i], (value(h) - value(-h)) / (2 * h), 1e-7) << name << " " << i;
      }
  };
  check(sl::objectives::elbo(false));
  check(sl::objectives::iwelbo(3, sl::objectives::path_gradient::total));
}

// Items with one draw each and a group: the mean over items is the mean of the posteriors of each.
TEST(amortised, items_are_posteriors_of_their_own) {
  const auto data = some_items(5);
  const auto exact = sl::gen([](auto& trace) { trace("z", sl::normal(0.0, 1.0)); trace("y", sl::normal(sl::vector<sl::real_of<decltype(trace)>>(2, sl::real_of<decltype(trace)>(0.5)), 1.0)); });
  const auto prior = sl::gen([](auto& trace, const auto&) { trace("z", sl::normal(0.0, 1.0)); });
  const auto post = sl::posterior(exact, sl::args(), data.lane(0));
  const auto amortised = sl::amortised(prior);
  const auto objective = sl::objectives::elbo();
  sl::fit_step<pack, std::decay_t<decltype(post)>, std::decay_t<decltype(amortised)>, sl::objectives::elbo> step(objective, amortised, 3);
  const std::vector<std::size_t> which{4, 1, 2};
  const double found = step.run(post, 1, sl::selection(), 1, {}, sl::key(1), sl::item_rows{&data, which}).value;
  double expected = 0;  // the guide is the prior: log p(y) alone
  for (const std::size_t i : which)
    for (std::size_t j = 0; j < 2; ++j) {
      const double off = std::sin(3.0 * static_cast<double>(2 * i + j) + 1) - 0.5;
      expected += (-0.5 * off * off - 0.5 * std::log(2 * M_PI)) / 3;
    }
  EXPECT_NEAR(found, expected, 1e-12);
  EXPECT_THROW(sl::items(exact, sl::args(), {{"y", {0.0, 0.0}}}), std::invalid_argument);
}

}  // namespace
