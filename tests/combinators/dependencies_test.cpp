// The dependency graphs of models against graphs written by hand.
#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <sstream>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/models/dependencies.hpp>
#include <starling/values/linear_algebra.hpp>

#include "models/law_models.hpp"

using namespace laws;

namespace {

using paths = std::vector<sl::path>;
std::string names(const paths& p) {
  std::string s;
  for (const auto& e : p) s += (s.empty() ? "" : " ") + e.str();
  return s;
}
// The same in any order: C++ leaves that of the operands of one expression open.
std::set<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}
sl::path in(const char* call, std::size_t i, const char* name) { return sl::path(sl::name(call), i) / sl::address(sl::name(name)); }

constexpr auto person = sl::gen([](auto& trace, const auto& sigma, const auto& mu, const auto& tau) {
  const auto theta = trace("theta", sl::normal(mu, tau));
  trace("y", sl::normal(theta, sigma));
  return theta;
});
constexpr auto people = sl::gen([](auto& trace, const auto& sigmas) {
  const auto mu = trace("mu", sl::normal(0.0, 5.0));
  const auto tau = trace("tau", sl::exponential(1.0));
  const auto thetas = trace("person", sl::map(person), sl::each(sigmas), mu, tau);
  trace("second", sl::normal(thetas[1], 1.0));
  trace("sum", sl::normal(sl::sum(thetas), 1.0));
});

}  // namespace

TEST(dependencies, of_a_flat_model) {
  const auto g = sl::dependencies(dependent_body, sl::args(xs));
  EXPECT_EQ(names(g.parents("slope")), "");
  EXPECT_EQ(names(g.parents({"y", 1})), "slope noise");
  EXPECT_EQ(g.arguments_of({"y", 1}), std::vector<std::size_t>{0});
  EXPECT_TRUE(g.arguments_of("slope").empty());
  EXPECT_EQ(names(g.children("slope")), "y[0] y[1] y[2]");
  EXPECT_EQ(names(g.children({"y", 0})), "");
  EXPECT_EQ(names(g.cone({"noise"})), "noise y[0] y[1] y[2]");
  EXPECT_EQ(names(g.cone({{"y", 2}, {"y", 0}})), "y[0] y[2]");
  EXPECT_FALSE(g.is_conditional());
  EXPECT_THROW(g.parents("slop"), std::out_of_range);
}

TEST(dependencies, go_through_calls) {
  const auto g = sl::dependencies(nested_body, sl::args());
  EXPECT_EQ(words(names(g.parents(at("a", "deep", "x")))), words(""));
  EXPECT_EQ(words(names(g.parents(at("b", "deep", "x")))), words("a/deep/x a/x"));
  EXPECT_EQ(words(names(g.parents(at("b", "x")))), words("a/deep/x a/x"));
  EXPECT_EQ(words(names(g.parents("x"))), words("b/deep/x b/x"));
  EXPECT_EQ(words(names(g.cone({at("a", "x")}))), words("a/x b/deep/x b/x"));
}

TEST(dependencies, of_a_hierarchical_map) {
  const auto g = sl::dependencies(people, sl::args(std::vector{1.0, 2.0, 3.0}));
  EXPECT_EQ(names(g.parents(in("person", 1, "theta"))), "mu tau");
  EXPECT_EQ(names(g.parents(in("person", 1, "y"))), "person[1]/theta");
  EXPECT_EQ(g.arguments_of(in("person", 1, "y")), std::vector<std::size_t>{0});
  EXPECT_EQ(names(g.parents("second")), "person[1]/theta");
  EXPECT_EQ(names(g.parents("sum")), "person[0]/theta person[1]/theta person[2]/theta");
  EXPECT_EQ(names(g.cone({in("person", 0, "theta")})), "person[0]/theta person[0]/y sum");
  EXPECT_EQ(names(g.cone({in("person", 1, "theta")})), "person[1]/theta person[1]/y second sum");
  EXPECT_EQ(names(g.children("mu")), "person[0]/theta person[1]/theta person[2]/theta");
}

TEST(dependencies, of_a_chain_reach_one_step) {
  constexpr auto step = sl::gen([](auto& trace, std::size_t, const auto& x, const auto& scale) {
    const auto next = trace("x", sl::normal(x, scale));
    trace("y", sl::normal(sl::exp(next), 1.0));
    return next;
  });
  const auto model = sl::gen([step](auto& trace) {
    const auto scale = trace("scale", sl::exponential(1.0));
    trace("steps", sl::unfold(step), 3, 0.0, scale);
  });
  const auto g = sl::dependencies(model, sl::args());
  EXPECT_EQ(names(g.parents(in("steps", 0, "x"))), "scale");
  EXPECT_EQ(names(g.parents(in("steps", 2, "x"))), "scale steps[1]/x");
  EXPECT_EQ(names(g.cone({in("steps", 1, "x")})), "steps[1]/x steps[1]/y steps[2]/x");
}

TEST(dependencies, follow_conditions_and_indices) {
  const auto model = sl::gen([](auto& trace) {
    using R = sl::real_of<decltype(trace)>;
    const auto x = trace("x", sl::normal(0.0, 1.0));
    const auto z = trace("z", sl::categorical(std::vector{0.5, 0.5}));
    const auto b = trace("b", sl::bernoulli(0.5));
    trace("sign", sl::normal(sl::where(x > 0.0, R(1.0), R(-1.0)), 1.0));
    trace("picked", sl::normal(sl::pick(std::vector{1.0, 2.0}, z), 1.0));
    trace("both", sl::normal(sl::where(b & (x < 1.0), R(1.0), R(-1.0)), 1.0));
  });
  const auto g = sl::dependencies(model, sl::args());
  EXPECT_EQ(names(g.parents("sign")), "x");
  EXPECT_EQ(names(g.parents("picked")), "z");
  EXPECT_EQ(names(g.parents("both")), "x b");
  EXPECT_FALSE(g.is_conditional());
}

TEST(dependencies, go_through_both_branches) {
  const auto model = sl::gen([](auto& trace) {
    const auto b = trace("b", sl::bernoulli(0.5));
    const auto m = trace("m", sl::normal(0.0, 1.0));
    const auto r = trace("r", sl::cond(sl::gen([](auto& t, const auto& x) { return t("one", sl::normal(x, 1.0)); }), sl::gen([](auto& t, const auto&) { return t("two", sl::normal(0.0, 1.0)); })),
                         b, m);
    trace("y", sl::normal(r, 1.0));
  });
  const auto g = sl::dependencies(model, sl::args());
  EXPECT_TRUE(g.is_conditional());
  EXPECT_EQ(g.first_condition().str(), "r");
  EXPECT_EQ(names(g.parents(at("r", "one"))), "b m");
  EXPECT_EQ(names(g.parents(at("r", "two"))), "b");
  EXPECT_EQ(names(g.parents("y")), "b r/one r/two");
}

// A choice of every distribution depends on all its parameters, and on nothing else.
TEST(dependencies, of_every_distribution) {
  const auto model = sl::gen([](auto& trace) {
    using R = sl::real_of<decltype(trace)>;
    const auto p = trace("p", sl::uniform(0.0, 1.0));
    const auto q = trace("q", sl::uniform(0.0, 1.0));
    const auto r = trace("r", sl::uniform(1.0, 2.0));
    const auto n = trace("n", sl::poisson(3.0));
    trace("alone", sl::normal(0.0, 1.0));
    const sl::vector<R> two{p, q};
    trace("1 p", sl::bernoulli(p)), trace("2 p", sl::bernoulli_logit(p)), trace("3 p n", sl::binomial(n, p));
    trace("4 p q", sl::beta(p, q)), trace("5 p q", sl::cauchy(p, q)), trace("6 p", sl::exponential(p)), trace("7 p q", sl::gamma(p, q));
    trace("8 p", sl::half_cauchy(p)), trace("9 p", sl::half_normal(p)), trace("10 p q", sl::inverse_gamma(p, q));
    trace("11 p q", sl::log_normal(p, q)), trace("12 p q r", sl::student_t(p, q, r)), trace("13 p r", sl::uniform(p, r));
    trace("14 p", sl::poisson(p)), trace("15 p", sl::poisson_log(p)), trace("16 p q", sl::categorical(two));
    trace("17 p q", sl::categorical_logit(two)), trace("18 p q", sl::dirichlet(two)), trace("19 p q", sl::iid(sl::normal(p, q), 3));
    trace("20 p q", sl::normal(two, 1.0));
    sl::matrix<R> covariance(2, 2);
    covariance(0, 0) = p, covariance(1, 1) = q, covariance(0, 1) = covariance(1, 0) = 0.1 * r;
    trace("21 p q r n", sl::multivariate_normal(sl::vector<R>{R(n), R(0.0)}, covariance));
    const auto factor = sl::cholesky(covariance);
    trace("22 p q r n", sl::multivariate_normal_cholesky(sl::vector<R>{R(n), R(0.0)}, factor));
    trace("23", sl::flat(sl::positive()));
    trace("24 p q", sl::normal(sl::log_sum_exp(two) + sl::softmax(two)[0], 1.0));
    trace("25 q", normal_table(sl::pow(q, 2) + sl::lgamma(q)));
    trace("26 p q r", sl::normal(sl::quadratic_form(two, covariance) + sl::log_determinant(covariance), 1.0));
    trace("27 p q r", sl::normal(sl::solve_lower(factor, two)[1], 1.0));
  });
  const auto g = sl::dependencies(model, sl::args());
  std::size_t seen = 0;
  for (const auto& v : g.vertices()) {
    const std::string name = v.where.str();
    if (name[0] < '0' || name[0] > '9') continue;
    const auto space = name.find(' ');
    EXPECT_EQ(names(g.parents(v.where)), space == std::string::npos ? "" : name.substr(space + 1)) << name;
    ++seen;
  }
  EXPECT_EQ(seen, 27u);
}

TEST(dependencies, bodies_that_take_numbers_of_their_own_are_run_with_numbers) {
  const auto model = sl::gen([](auto& trace, double scale, const auto& m, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) trace({"x", i}, sl::normal(m, scale));
  });
  const auto g = sl::dependencies(model, sl::args(1.0, 2.0, std::size_t{2}));
  EXPECT_EQ(g.arguments_of({"x", 1}), std::vector<std::size_t>{1});
}

TEST(dependencies, as_dot) {
  EXPECT_EQ(sl::dependencies(factor_body, sl::args()).to_dot(),
            "digraph dependencies {\n  \"x\";\n  \"factor 0\" [shape=box];\n  \"x\" -> \"factor 0\";\n}\n");
  EXPECT_EQ(sl::dependencies(leaf, sl::args(1.0)).to_dot(),
            "digraph dependencies {\n  \"argument 0\" [shape=box];\n  \"x\";\n  \"argument 0\" -> \"x\";\n}\n");
}

// Symbols and doubles visit the same addresses, whatever the model.
TEST(dependencies, have_the_addresses_of_every_model) {
  for_each_model([](const auto& r) {
    if constexpr (!std::decay_t<decltype(r.model)>::is_dynamic) {
      const auto g = sl::dependencies(r.model, r.as);
      const auto t = sl::simulate(r.model, r.as, sl::key(1));
      std::size_t choices = 0;
      for (const auto& v : g.vertices()) choices += v.what == sl::dependency_graph::vertex::kind::choice;
      EXPECT_EQ(choices, t.choices().size()) << r.name;
      for (const auto& e : t.choices().entries()) EXPECT_GE(g.find(e.where.hash()), 0) << r.name << " " << e.where.str();
    }
  });
}
