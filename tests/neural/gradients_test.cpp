// Gradients through nets in bodies: choices, arguments, parameters, in one lane and in many, against finite differences; static models; what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include <starling/combinators/map.hpp>
#include <starling/models/assess.hpp>
#include <starling/models/gradient_batch.hpp>
#include <starling/models/regenerate.hpp>
#include <starling/models/static_model.hpp>
#include <starling/models/update.hpp>

#include "net_models.hpp"

namespace sl = starling;
namespace nn = starling::neural;

namespace {

template <class F>
double difference(F f, double h = 1e-3) {
  return (45 * (f(h) - f(-h)) - 9 * (f(2 * h) - f(-2 * h)) + (f(3 * h) - f(-3 * h))) / (60 * h);
}
void expect_close(double got, double expected, const std::string& what) { EXPECT_NEAR(got, expected, 1e-8 * (1 + std::abs(expected))) << what; }

template <class G>
double score(const G& body, const sl::parameter_store& store, const std::vector<double>& xs, const sl::choice_map& choices) {
  return sl::assess(sl::with_parameters(body, store), sl::args(xs), choices).score;
}
template <class Gradients, class G>
void expect_parameter_gradients(const Gradients& g, const G& body, const std::vector<sl::choice_map>& lanes) {
  EXPECT_EQ(g.parameters.entries.size(), 8u);
  for (const auto& e : g.parameters.entries) {
    EXPECT_EQ(e.values, nets::store[e.name]);
    for (std::size_t i = 0; i < e.values.size(); ++i) {
      const double expected = difference([&](double h) {
        sl::parameter_store moved = nets::store;
        auto values = e.values;
        values[i] += h;
        moved.set(e.name, values);
        double total = 0;
        for (const auto& c : lanes) total += score(body, moved, nets::data, c);
        return total;
      });
      expect_close(e.derivatives[i], expected, e.name + " " + std::to_string(i));
    }
  }
}

TEST(net_gradients, one_lane) {
  const auto model = sl::with_parameters(nets::regression, nets::store);
  const auto t = sl::simulate(model, sl::args(nets::data), sl::key(5));
  const auto choices = t.choices();
  const auto g = sl::gradients(t);
  expect_close(g.choices["shift"], difference([&](double h) {
                 auto moved = choices;
                 moved.set("shift", choices["shift"] + h);
                 return score(nets::regression, nets::store, nets::data, moved);
               }),
               "shift");
  const sl::path where = sl::address("inner") / "z";
  const auto z = choices.get<std::vector<double>>(where), dz = g.choices.get<std::vector<double>>(where);
  for (std::size_t i = 0; i < 2; ++i)
    expect_close(dz[i], difference([&](double h) {
                   auto moved = choices;
                   auto there = z;
                   there[i] += h;
                   moved.set(where, there);
                   return score(nets::regression, nets::store, nets::data, moved);
                 }),
                 "z");
  expect_parameter_gradients(g, nets::regression, {choices});
}

TEST(net_gradients, lanes_and_their_padding) {
  const auto model = sl::with_parameters(nets::regression, nets::store);
  const auto b = sl::simulate(model, sl::args(nets::data), sl::key(6), sl::lanes(11));
  const auto g = sl::gradients(b);
  const sl::path where = sl::address("inner") / "z";
  std::vector<sl::choice_map> lanes;
  for (std::size_t l = 0; l < b.size(); ++l) {
    lanes.push_back(b.lane(l).choices());
    const auto alone = sl::gradients(model, sl::args(nets::data), lanes.back());
    EXPECT_NEAR(g.choices.find("shift").at(0, l), alone.choices["shift"], 1e-11);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(g.choices.find(where).at(i, l), alone.choices.get<std::vector<double>>(where)[i], 1e-11);
  }
  expect_parameter_gradients(g, nets::regression, lanes);
}

constexpr auto of_arguments = sl::gen([](auto& trace, const auto& xs) {
  const auto y = trace("net", nn::mlp({3, 5, 2}, nn::gelu).with_doubles(), xs);
  trace("x", sl::normal(y[0], 1.0));
  return y;
});
TEST(net_gradients, arguments_and_return_values) {
  sl::parameter_store store;
  nn::initialise(store, "net", nn::mlp({3, 5, 2}, nn::gelu), sl::key(1));
  const std::vector<double> xs = {0.5, -1.0, 0.25};
  const auto model = sl::with_parameters(of_arguments, store);
  const sl::choice_map x = {{"x", 0.3}};
  const auto g = sl::argument_gradients(model, sl::args(xs), x, sl::all, std::vector<double>{0.5, -2.0});
  for (std::size_t i = 0; i < 3; ++i)
    expect_close(std::get<0>(g.arguments)[i], difference([&](double h) {
                   auto moved = xs;
                   moved[i] += h;
                   const auto r = sl::assess(model, sl::args(moved), x);
                   return r.score + 0.5 * r.value[0] - 2.0 * r.value[1];
                 }),
                 "argument");
}

// A float net in a model of doubles: one cast in, one cast out.
constexpr auto in_floats = sl::gen([](auto& trace, const auto& xs) {
  const auto y = trace("net", nn::mlp({3, 5, 2}, nn::silu), xs);
  return trace("x", sl::normal(y[0], sl::exp(y[1])));
});
constexpr auto in_doubles = sl::gen([](auto& trace, const auto& xs) {
  const auto y = trace("net", nn::mlp({3, 5, 2}, nn::silu).with_doubles(), xs);
  return trace("x", sl::normal(y[0], sl::exp(y[1])));
});
TEST(net_gradients, float_nets_follow_double_ones) {
  sl::parameter_store store;
  nn::initialise(store, "net", nn::mlp({3, 5, 2}, nn::silu), sl::key(1));
  const std::vector<double> xs = {0.5, -1.0, 0.25};
  const sl::choice_map x = {{"x", 0.3}};
  const auto f = sl::argument_gradients(sl::with_parameters(in_floats, store), sl::args(xs), x), d = sl::argument_gradients(sl::with_parameters(in_doubles, store), sl::args(xs), x);
  EXPECT_NEAR(f.score, d.score, 1e-6);
  EXPECT_NE(f.score, d.score);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(std::get<0>(f.arguments)[i], std::get<0>(d.arguments)[i], 1e-6);
  for (const auto& e : d.parameters.entries)
    for (std::size_t i = 0; i < e.values.size(); ++i) EXPECT_NEAR(f.parameters[e.name][i], e.derivatives[i], 2e-6) << e.name;
}

// Instances share the parameters; a static model evaluates a net only where its arguments changed.
constexpr auto instance = sl::gen([](auto& trace, const auto& x, const auto& shift) {
  const auto y = trace("link", nets::link, x);
  return trace("y", sl::normal(y[0] + shift, 0.5));
});
constexpr auto mapped = [](auto& trace, const std::vector<double>& xs) {
  const auto shift = trace("shift", sl::normal(0.0, 1.0));
  const auto other = trace("other", sl::normal(0.0, 1.0));
  const auto y = trace("link", nets::link, other);
  trace("rows", sl::map(instance), sl::each(xs), shift);
  return trace("last", sl::normal(y[0] + shift, 1.0));
};
TEST(net_gradients, instances_and_static_models) {
  sl::parameter_store store = nets::store;
  std::vector<double> xs;
  for (int i = 0; i < 21; ++i) xs.push_back(0.1 * i - 1);
  const auto plain = sl::with_parameters(sl::gen(mapped), store);
  const auto fixed = sl::with_parameters(sl::gen(sl::fixed, mapped), store);
  const auto t = sl::simulate(plain, sl::args(xs), sl::key(2));
  auto u = sl::simulate(fixed, sl::args(xs), sl::key(2));
  EXPECT_EQ(t.choices(), u.choices());
  const auto by_hand = [&](const sl::choice_map& c) {
    const auto density = [](double x, double m, double s) { return -0.5 * (x - m) * (x - m) / (s * s) - std::log(s) - 0.5 * std::log(2 * 3.14159265358979323846); };
    double total = density(c["shift"], 0, 1) + density(c["other"], 0, 1) + density(c["last"], nets::mlp_by_hand(store, "link", {c["other"]})[0] + c["shift"], 1);
    for (std::size_t i = 0; i < xs.size(); ++i) total += density(c[sl::path("rows") / sl::address(static_cast<std::int64_t>(i)) / "y"], nets::mlp_by_hand(store, "link", {xs[i]})[0] + c["shift"], 0.5);
    return total;
  };
  EXPECT_NEAR(t.score(), by_hand(t.choices()), 1e-10);
  EXPECT_NEAR(u.score(), by_hand(u.choices()), 1e-10);
  for (int step = 0; step < 4; ++step) {
    const double before = u.score();
    auto changed = sl::update(std::move(u), {{step % 2 ? "shift" : "other", 0.3 * step}}, sl::key(3));
    u = std::move(changed.trace);
    EXPECT_NEAR(u.score(), by_hand(u.choices()), 1e-10);
    EXPECT_NEAR(changed.weight, u.score() - before, 1e-10);
    auto values = store["link/0/weight"];  // parameters that change are seen
    values[0] += 0.5;
    store.set("link/0/weight", values);
    u = sl::update(std::move(u), {}, sl::key(4)).trace;
    EXPECT_NEAR(u.score(), by_hand(u.choices()), 1e-10);
  }
  EXPECT_NEAR(sl::gradients(t).score, by_hand(t.choices()), 1e-10);
}

// Numbers are read where a store has them: copies, also at the place where another store was, are told apart.
TEST(net_gradients, copies_of_stores) {
  sl::parameter_store store;
  nn::initialise(store, "net", nn::mlp({3, 5, 2}, nn::silu), sl::key(1));
  const std::vector<double> xs = {0.5, -1.0, 0.25};
  const double first = sl::simulate(sl::with_parameters(in_doubles, store), sl::args(xs), sl::key(1)).score();
  std::vector<std::vector<double>> others;
  for (int i = 0; i < 5; ++i) {
    const sl::parameter_store copy = store;
    EXPECT_NE(copy.identity(), store.identity());
    EXPECT_EQ(copy.version(), store.version());
    EXPECT_EQ(sl::simulate(sl::with_parameters(in_doubles, copy), sl::args(xs), sl::key(1)).score(), first);
    others.emplace_back(15, 1e3);  // takes memory that a copy gives back
  }
}

std::string said(auto&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "nothing";
}
TEST(net_gradients, what_is_missing_is_named) {
  const std::vector<double> xs = {0.5, -1.0, 0.25};
  EXPECT_NE(said([&] { sl::simulate(in_floats, sl::args(xs), sl::key(1)); }).find("net/0/weight"), std::string::npos);
  sl::parameter_store store;
  EXPECT_NE(said([&] { sl::simulate(sl::with_parameters(in_floats, store), sl::args(xs), sl::key(1)); }).find("which the store does not have"), std::string::npos);
  nn::initialise(store, "net", nn::mlp({3, 5, 2}, nn::silu), sl::key(1));
  EXPECT_EQ(store.shape_of("net/0/weight"), (std::vector<std::size_t>{5, 3}));
  store.set("net/2/bias", {1.0, 2.0, 3.0});
  EXPECT_NE(said([&] { sl::simulate(sl::with_parameters(in_floats, store), sl::args(xs), sl::key(1)); }).find("\"net/2/bias\" has 3 numbers in the store, but the net's is 2"), std::string::npos);
  store.set("net/2/bias", {1.0, 2.0});
  EXPECT_NE(said([&] { sl::simulate(sl::with_parameters(in_floats, store), sl::args(std::vector{1.0}), sl::key(1)); }).find("takes 3 numbers a row, but got 1"), std::string::npos);
  EXPECT_NE(said([&] { nn::sequential(nn::linear(3, 4), nn::linear(5, 2)); }).find("a layer takes another number"), std::string::npos);
  store.set("net/2/bias", {1.0, std::nan("")});
  const auto net = nn::mlp({3, 5, 2}, nn::silu);
  const auto& p = nn::prepared<float>(&store, sl::address("net"), {}, net.layers);
  const std::vector<float> rows = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(nn::find_not_a_number(p, std::span<const float>(rows), 2), "element 1 of the parameter \"net/2/bias\" is not a finite number");
}

}  // namespace
