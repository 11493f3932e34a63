// The table of scalar distributions: how each is made from its parameters, and its row of reference values.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <starling/distributions/distributions.hpp>

#include "distributions/pareto.hpp"

namespace rows {

namespace sl = starling;
using json = nlohmann::json;

inline double number(const json& x) { return x.is_string() ? std::stod(x.get<std::string>()) : x.get<double>(); }

inline std::vector<double> numbers(const json& xs) {
  std::vector<double> r;
  for (const json& x : xs) r.push_back(number(x));
  return r;
}

inline const json& table(const std::string& file) {
  static std::map<std::string, json> tables;
  if (!tables.count(file)) {
    std::ifstream in(std::string(STARLING_SOURCE_DIR) + "/tests/distributions/" + file);
    EXPECT_TRUE(in.good()) << file;
    tables[file] = json::parse(in);
  }
  return tables[file];
}

inline const json& row(const std::string& name) {
  const json& given = table("reference_values.json");
  return given.contains(name) ? given.at(name) : table("own_reference_values.json").at(name);
}

// Calls f(name, arity, make), make(parameters of any number type) giving the distribution.
template <class F> void for_each_distribution(F f) {
  using std::integral_constant;
  const auto one = integral_constant<int, 1>{};
  const auto two = integral_constant<int, 2>{};
  const auto three = integral_constant<int, 3>{};
  f("normal", two, [](auto a, auto b) { return sl::normal(a, b); });
  f("half_normal", one, [](auto a) { return sl::half_normal(a); });
  f("cauchy", two, [](auto a, auto b) { return sl::cauchy(a, b); });
  f("half_cauchy", one, [](auto a) { return sl::half_cauchy(a); });
  f("student_t", three, [](auto a, auto b, auto c) { return sl::student_t(a, b, c); });
  f("uniform", two, [](auto a, auto b) { return sl::uniform(a, b); });
  f("exponential", one, [](auto a) { return sl::exponential(a); });
  f("gamma", two, [](auto a, auto b) { return sl::gamma(a, b); });
  f("inverse_gamma", two, [](auto a, auto b) { return sl::inverse_gamma(a, b); });
  f("beta", two, [](auto a, auto b) { return sl::beta(a, b); });
  f("log_normal", two, [](auto a, auto b) { return sl::log_normal(a, b); });
  f("bernoulli", one, [](auto a) { return sl::bernoulli(a); });
  f("bernoulli_logit", one, [](auto a) { return sl::bernoulli_logit(a); });
  f("binomial", two, [](auto a, auto b) { return sl::binomial(a, b); });
  f("poisson", one, [](auto a) { return sl::poisson(a); });
  f("poisson_log", one, [](auto a) { return sl::poisson_log(a); });
  f("pareto", two, [](auto a, auto b) { return own::pareto(a, b); });
}

// The distribution with the given parameters, held as Real (lane 0 of `in_first_lane` differing where it is given).
template <class Real, int Arity, class Make>
auto made(Make make, std::integral_constant<int, Arity>, const std::vector<double>& p,
          const std::vector<double>& in_first_lane = {}) {
  const auto parameter = [&](std::size_t i) {
    if constexpr (std::is_arithmetic_v<Real>) {
      return Real(p[i]);
    } else {
      Real r(p[i]);
      if (!in_first_lane.empty()) r.set(0, static_cast<sl::scalar_of<Real>>(in_first_lane[i]));
      return r;
    }
  };
  if constexpr (Arity == 1) return make(parameter(0));
  else if constexpr (Arity == 2) return make(parameter(0), parameter(1));
  else return make(parameter(0), parameter(1), parameter(2));
}

// Values from anything a sampler gives, as doubles; `no_value` as NaN.
template <class Value> double lane(const Value& x, int k) {
  if constexpr (std::is_same_v<Value, long>) return x == sl::no_value<long>() ? NAN : static_cast<double>(x);
  else if constexpr (std::is_arithmetic_v<Value>) return static_cast<double>(x);
  else return static_cast<double>(sl::to_real(x)[k]);
}

}  // namespace rows
