// Training: digits, resumption bit for bit, validation and early stopping, what is not finite.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/neural/initialise.hpp>
#include <starling/neural/layers.hpp>
#include <starling/neural/train.hpp>

#include "digits.hpp"
#include "support/counted_allocations.hpp"

namespace sl = starling;
namespace nn = starling::neural;

namespace {

constexpr auto classifier = nn::mlp({64, 32, 10}, nn::relu);
constexpr auto loss = sl::gen([](auto& trace, const auto& pictures, const auto& labels) { return nn::cross_entropy(trace("net", classifier, pictures), labels); });

double accuracy(const digits& d, const sl::parameter_store& store) {
  const auto& p = nn::prepared<float>(&store, sl::address("net"), {}, classifier.layers);
  std::vector<float> memory(nn::memory_of(classifier.layers, d.size()));
  for (std::size_t i = 0; i < d.pictures.size(); ++i) memory[i] = static_cast<float>(d.pictures[i]);
  const float* logits = nn::forward(p, memory.data(), d.size(), nullptr);
  std::size_t right = 0;
  for (std::size_t r = 0; r < d.size(); ++r) {
    std::size_t best = 0;
    for (std::size_t k = 1; k < 10; ++k)
      if (logits[r * 10 + k] > logits[r * 10 + best]) best = k;
    right += static_cast<double>(best) == d.labels[r];
  }
  return static_cast<double>(right) / static_cast<double>(d.size());
}

TEST(train, digits) {
  const auto [train, test] = read_digits();
  ASSERT_EQ(train.size() + test.size(), 1797u);
  sl::parameter_store store;
  nn::initialise(store, "net", classifier, sl::key(1));
  EXPECT_LT(accuracy(test, store), 0.3);
  const sl::training_rows data(sl::training_columns{train.pictures, 64}, sl::training_columns{train.labels});
  const auto fit = sl::train(loss, data, store, sl::adam{.rate = 3e-3}, {.epochs = 40, .batch = 64, .validation = 0.1}, sl::key(2));
  EXPECT_GE(accuracy(test, fit.best), 0.96);
  EXPECT_EQ(fit.history.size(), 40u);
  EXPECT_LT(fit.history.back().loss, 0.1 * fit.history.front().loss);
  EXPECT_EQ(fit.skipped, 0u);
  for (const auto& e : fit.history) EXPECT_GE(e.validation, fit.history[fit.best_epoch].validation);
}

// A small problem: y = sin 3x with noise, a net with dropout.
constexpr auto curve = nn::sequential(nn::linear(1, 16), nn::tanh, nn::dropout(0.2), nn::linear(16, 1));
constexpr auto curve_loss = sl::gen([](auto& trace, const auto& x, const auto& y) { return nn::squared_error(trace("curve", curve, x), y); });
sl::training_rows<2> curve_rows() {
  std::vector<double> x, y;
  for (int i = 0; i < 103; ++i) {
    x.push_back(0.02 * i - 1);
    y.push_back(std::sin(3 * x.back()) + 0.1 * std::sin(1e4 * i));
  }
  return sl::training_rows(sl::training_columns{x}, sl::training_columns{y});
}
sl::parameter_store curve_store() {
  sl::parameter_store store;
  nn::initialise(store, "curve", curve, sl::key(1));
  return store;
}
void expect_same(const sl::training_result& a, const sl::training_result& b) {
  for (const auto& name : a.last.names()) {
    EXPECT_EQ(a.last[name], b.last[name]) << name;
    EXPECT_EQ(a.best[name], b.best[name]) << name;
  }
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    EXPECT_EQ(a.history[i].loss, b.history[i].loss);
    EXPECT_EQ(a.history[i].validation, b.history[i].validation);
  }
  EXPECT_EQ(a.best_epoch, b.best_epoch);
  EXPECT_EQ(a.steps, b.steps);
}

TEST(train, goes_on_in_the_middle_of_an_epoch_bit_for_bit) {
  const auto data = curve_rows();
  const auto store = curve_store();
  const sl::training_options options{.epochs = 6, .batch = 10, .validation = 0.2};
  const auto whole = sl::train(curve_loss, data, store, sl::adam{.rate = 0.01}, options, sl::key(4));
  EXPECT_TRUE(whole.finished);
  EXPECT_EQ(whole.steps, 54u);  // 83 rows in 9 batches
  for (const std::size_t stop : {1u, 9u, 13u, 53u}) {
    auto first = options;
    first.stop_after = stop;
    const auto part = sl::train(curve_loss, data, store, sl::adam{.rate = 0.01}, first, sl::key(4));
    EXPECT_EQ(part.steps, stop);
    EXPECT_FALSE(part.finished);
    auto rest = options;
    rest.resume = &part;
    expect_same(sl::train(curve_loss, data, store, sl::adam{.rate = 0.01}, rest, sl::key(4)), whole);
  }
  const auto other = sl::train(curve_loss, data, store, sl::adam{.rate = 0.01}, options, sl::key(5));
  EXPECT_NE(other.last["curve/0/weight"], whole.last["curve/0/weight"]);
}

// One step of plain descent is the derivative of the mean loss, worked out by differences.
TEST(train, descends) {
  const auto data = curve_rows();
  constexpr auto line = sl::gen([](auto& trace, const auto& x, const auto& y) { return nn::squared_error(trace("line", nn::linear(1, 1).with_doubles(), x), y); });
  sl::parameter_store store;
  store.set("line/weight", std::vector<double>{0.5}, {1, 1});
  store.set("line/bias", 0.25);
  const auto fit = sl::train(line, data, store, sl::sgd{.rate = 0.1}, {.epochs = 1, .batch = 103}, sl::key(1));
  double dw = 0, db = 0, total = 0;
  for (std::size_t i = 0; i < 103; ++i) {
    const double x = data.groups[0].values[i], off = 0.5 * x + 0.25 - data.groups[1].values[i];
    dw += 2 * off * x / 103;
    db += 2 * off / 103;
    total += off * off / 103;
  }
  EXPECT_NEAR(fit.last["line/weight"][0], 0.5 - 0.1 * dw, 1e-13);
  EXPECT_NEAR(fit.last["line/bias"][0], 0.25 - 0.1 * db, 1e-13);
  EXPECT_NEAR(fit.history[0].loss, total, 1e-13);
}

TEST(train, stops_early_and_keeps_the_best) {
  const auto data = curve_rows();
  const auto fit = sl::train(curve_loss, data, curve_store(), sl::adam{.rate = 0.05}, {.epochs = 500, .batch = 20, .validation = 0.3, .patience = 5}, sl::key(4));
  EXPECT_TRUE(fit.stopped_early);
  EXPECT_LT(fit.history.size(), 500u);
  EXPECT_EQ(fit.history.size(), fit.best_epoch + 6);
  for (const auto& e : fit.history) EXPECT_GE(e.validation, fit.history[fit.best_epoch].validation);
}

std::string said(auto&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "nothing";
}
TEST(train, what_is_not_finite_is_named) {
  auto data = curve_rows();
  auto store = curve_store();
  auto weights = store["curve/3/weight"];
  weights[4] = std::nan("");
  store.set("curve/3/weight", weights);
  const auto fit = sl::train(curve_loss, data, store, sl::adam{}, {.epochs = 2, .batch = 50}, sl::key(1));
  EXPECT_EQ(fit.skipped, 6u);
  EXPECT_EQ(fit.trouble, "step 0: element 4 of the parameter \"curve/3/weight\" is not a finite number");
  data.groups[1].values[7] = INFINITY;
  EXPECT_EQ(said([&] { sl::train(curve_loss, data, curve_store(), sl::adam{}, {}, sl::key(1)); }), "train: row 7, column 0 of column group 1 is not a finite number");
  data.groups[1].values.pop_back();
  EXPECT_NE(said([&] { sl::train(curve_loss, data, curve_store(), sl::adam{}, {}, sl::key(1)); }).find("has 102"), std::string::npos);
}

// The losses against their formulas.
TEST(train, losses) {
  const std::vector<double> y = {0.5, -1.0, 2.0, 0.1, 0.2, -0.7}, t = {0, 1, 0.5, 1, 0, 0.25}, labels = {2, 0};
  double cross = 0, binary = 0, squares = 0;
  for (std::size_t r = 0; r < 2; ++r) {
    double sum = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      const double v = y[r * 3 + j], target = t[r * 3 + j], p = 1 / (1 + std::exp(-v));
      sum += std::exp(v);
      binary -= (target * std::log(p) + (1 - target) * std::log(1 - p)) / 2;
      squares += (v - target) * (v - target) / 2;
    }
    cross += (std::log(sum) - y[r * 3 + static_cast<std::size_t>(labels[r])]) / 2;
  }
  const sl::matrix_view<double> logits(y.data(), 2, 3), targets(t.data(), 2, 3), of(labels.data(), 2, 1);
  EXPECT_NEAR(nn::cross_entropy(logits, of), cross, 1e-14);
  EXPECT_NEAR(nn::binary_cross_entropy(logits, targets), binary, 1e-14);
  EXPECT_NEAR(nn::squared_error(logits, targets), squares, 1e-14);
  const auto derivatives = [&](auto f) {
    const sl::arena_scope memory;
    sl::tape_scope<double> tape;
    sl::matrix<sl::adjoint<double>> x(2, 3);
    for (std::size_t i = 0; i < 6; ++i) x.data()[i] = tape.variable(y[i]);
    tape.differentiate(f(x));
    std::vector<double> d;
    for (std::size_t i = 0; i < 6; ++i) d.push_back(x.data()[i].derivative());
    return d;
  };
  const auto check = [&](auto f) {
    const auto d = derivatives(f);
    for (std::size_t i = 0; i < 6; ++i) {
      const auto at = [&](double h) {
        auto moved = y;
        moved[i] += h;
        return static_cast<double>(f(sl::matrix_view<double>(moved.data(), 2, 3)));
      };
      EXPECT_NEAR(d[i], (at(1e-5) - at(-1e-5)) / 2e-5, 1e-9);
    }
  };
  check([&](const auto& x) { return nn::cross_entropy(x, of); });
  check([&](const auto& x) { return nn::binary_cross_entropy(x, targets); });
  check([&](const auto& x) { return nn::squared_error(x, targets); });
  // Means y[0 … 2], log variances y[3 … 5].
  const auto divergence = [](const auto& x) {
    using A = std::remove_reference_t<decltype(*x.data())>;
    return nn::normal_divergence(sl::matrix<A>(x.data(), 1, 3), sl::matrix<A>(x.data() + 3, 1, 3));
  };
  double expected = 0;
  for (std::size_t i = 0; i < 3; ++i) expected += 0.5 * (y[i] * y[i] + std::exp(y[3 + i]) - 1 - y[3 + i]);
  EXPECT_NEAR(divergence(sl::matrix_view<double>(y.data(), 2, 3)), expected, 1e-14);
  check(divergence);
}

// Choices in a loss are noise that derivatives pass through: E (z − x)² with z around a net of x is least where the net is x, and the deviation 0.
constexpr auto noisy_net = nn::linear(1, 1);
constexpr auto noisy_loss = sl::gen([](auto& trace, const auto& x) {
  using R = sl::real_of<decltype(trace)>;
  const auto m = trace("net", noisy_net, x);
  const R s = sl::exp(trace.param("log_s", -1.0));
  const auto z = trace("z", sl::normal(sl::vector<const R>(m.data(), m.size()), s));
  return nn::squared_error(sl::matrix<const R>(z.data(), x.rows(), 1), x) - 0.02 * sl::log(s);  // least where s² = 0.01
});
TEST(train, derivatives_pass_through_choices_of_the_loss) {
  std::vector<double> x;
  for (int i = 0; i < 64; ++i) x.push_back(std::sin(0.7 * i));
  sl::parameter_store store;
  nn::initialise(store, "net", noisy_net, sl::key(1));
  const sl::training_rows data(sl::training_columns{x});
  const sl::training_options options{.epochs = 400, .batch = 16, .validation = 0.25};
  const sl::adam climb{.rate = sl::cosine(0.02, 1200)};
  const auto whole = sl::train(noisy_loss, data, store, climb, options, sl::key(2));
  EXPECT_NEAR(whole.last["net/weight"][0], 1, 0.03);
  EXPECT_NEAR(whole.last["net/bias"][0], 0, 0.03);
  EXPECT_NEAR(std::exp(whole.last["log_s"][0]), 0.1, 0.01);
  auto first = options, rest = options;
  first.stop_after = 77;
  const auto part = sl::train(noisy_loss, data, store, climb, first, sl::key(2));
  rest.resume = &part;
  expect_same(sl::train(noisy_loss, data, store, climb, rest, sl::key(2)), whole);
  const auto discrete = sl::gen([](auto& trace, const auto& x) {
    const auto b = trace("b", sl::bernoulli(0.5));
    return nn::squared_error(trace("net", noisy_net, x), x) + sl::where(b, 1.0, 0.0);
  });
  EXPECT_NE(said([&] { sl::train(discrete, data, store, climb, options, sl::key(2)); }).find("cannot follow"), std::string::npos);
}

// Parts of a batch: the same bits for any number of threads, the whole batch's derivatives but for rounding, and draws of their own.
constexpr auto exact_curve = nn::sequential(nn::linear(1, 16), nn::tanh, nn::linear(16, 1)).with_doubles();
constexpr auto exact_loss = sl::gen([](auto& trace, const auto& x, const auto& y) { return nn::squared_error(trace("curve", exact_curve, x), y); });
TEST(train, parts_of_batches) {
  sl::parameter_store store;
  nn::initialise(store, "curve", exact_curve, sl::key(1));
  const auto of = [&](std::size_t parts, std::size_t threads) {
    return sl::train(exact_loss, curve_rows(), store, sl::sgd{.rate = 0.05}, {.epochs = 3, .batch = 10, .parts = parts, .threads = threads}, sl::key(2));
  };
  const auto whole = of(1, 1), one = of(4, 1), two = of(4, 2);  // the last batch has three rows: one part has none
  for (const auto& name : store.names()) {
    EXPECT_EQ(one.last[name], two.last[name]);
    for (std::size_t i = 0; i < whole.last[name].size(); ++i) EXPECT_NEAR(one.last[name][i], whole.last[name][i], 1e-12);
    EXPECT_NE(whole.last[name], store[name]);
  }
  for (std::size_t e = 0; e < 3; ++e) EXPECT_NEAR(one.history[e].loss, whole.history[e].loss, 1e-12);
  EXPECT_THROW(of(0, 1), std::invalid_argument);
  // With dropout too.
  nn::initialise(store, "curve", curve, sl::key(1));
  const auto dropped = [&](std::size_t threads) { return sl::train(curve_loss, curve_rows(), store, sl::adam{}, {.epochs = 2, .batch = 10, .parts = 3, .threads = threads}, sl::key(2)).last["curve/0/weight"]; };
  EXPECT_EQ(dropped(1), dropped(2));
}
constexpr auto noise = sl::gen([](auto& trace, const auto& x) {
  const auto z = trace("z", sl::iid(sl::normal(0.0, 1.0), x.rows()));
  return trace.param("p", 0.0) * sum(z) / static_cast<double>(x.rows());
});
TEST(train, parts_draw_by_themselves) {
  const auto moved = [](std::size_t rows, std::size_t parts) {
    sl::parameter_store store;
    store.set("p", 0.0);
    return sl::train(noise, sl::training_rows(sl::training_columns{std::vector<double>(rows, 1.0)}), store, sl::sgd{.rate = 1}, {.epochs = 1, .batch = rows, .parts = parts}, sl::key(3)).last["p"][0];
  };
  EXPECT_NE(moved(2, 1), 0);
  EXPECT_GT(std::abs(moved(4, 2) - moved(2, 1)), 1e-3);  // equal where both parts had the same draws
}

// Steps allocate nothing: a longer run makes no more allocations than a shorter one.
TEST(train, steps_are_free) {
  const auto data = curve_rows();
  const auto made = [&](std::size_t steps) {
    const std::size_t before = allocations_made;
    sl::train(curve_loss, data, curve_store(), sl::adam{.rate = 0.01}, {.epochs = 2, .batch = 4, .stop_after = steps}, sl::key(4));
    return allocations_made - before;
  };
  made(10);
  EXPECT_GT(made(5), 20u);
  EXPECT_EQ(made(24), made(4));
}

}  // namespace
