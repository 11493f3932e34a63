// Makes rows of the table of scalar distributions (table.hpp):
//   const rows::add normal("normal", [](const auto& p) { return sl::normal(p[0], p[1]); });
// p holds the parameters, numbers of any type; `rows::constant(p[0])` is one that has no derivative, `rows::part(p, 1)` those from 1 on.
#pragma once

#include "distributions/table.hpp"

#include <starling/distributions/probabilities.hpp>
#include <starling/random/adjoint_stream.hpp>

namespace rows {

template <class R> sl::vector<R> part(const sl::vector<R>& p, std::size_t first) { return sl::vector<R>(p.data() + first, p.size() - first); }
template <class R> auto constant(const R& p) { return sl::primal(p); }
template <class R> sl::vector<sl::primal_of<R>> constants(const sl::vector<R>& p) {
  sl::vector<sl::primal_of<R>> r(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) r[i] = sl::primal(p[i]);
  return r;
}

// Values from anything a sampler gives, as doubles; `no_value` as NaN.
template <class Value> double lane(const Value& x, int k) {
  if constexpr (std::is_same_v<Value, long>) return x == sl::no_value<long>() ? NAN : static_cast<double>(x);
  else if constexpr (std::is_arithmetic_v<Value>) return static_cast<double>(x);
  else return static_cast<double>(sl::to_real(x)[k]);
}

template <class Make> class entry_of : public entry {
  using distribution = std::invoke_result_t<Make, const sl::vector<double>&>;

 public:
  entry_of(std::string of, Make make) : make_(make) {
    name = std::move(of);
    discrete = !std::is_same_v<sl::drawn_type<distribution, double>, double>;
    is_boolean = std::is_same_v<sl::drawn_type<distribution, double>, bool>;
    has_mean = sl::has_mean<distribution>, has_variance = sl::has_variance<distribution>;
    has_tails = sl::has_log_tails<distribution>, has_quantile = sl::has_quantile<distribution>;
    is_enumerable = sl::is_enumerable<decltype(std::declval<const distribution&>().support())>;
    can_follow = sl::can_follow<std::invoke_result_t<Make, const sl::vector<sl::adjoint<double>>&>>;
    if constexpr (requires { distribution::draws_follow; }) draws_follow = sl::name_of(distribution::draws_follow);
    else if constexpr (requires { distribution::formulas::draws_follow; }) draws_follow = sl::name_of(distribution::formulas::draws_follow);
  }

  double log_density(const numbers_of& p, double x) const override {
    const sl::arena_scope memory;
    return made<double>(p).log_density(x);
  }
  doubles log_density_of_lanes(const numbers_of& p, const doubles& xs) const override {
    const sl::arena_scope memory;
    return doubles(made<double>(p).log_density(xs));
  }
  doubles log_density_in_lanes(const numbers_of& p, const numbers_of& in_first_lane, const doubles& xs) const override {
    const sl::arena_scope memory;
    return doubles(made<doubles>(p, in_first_lane).log_density(xs));
  }
  double log_density_in_floats(const numbers_of& p, double x) const override {
    const sl::arena_scope memory;
    return static_cast<double>(floats(made<floats>(p).log_density(floats(x)))[1]);
  }
  bool contains(const numbers_of& p, double x) const override {
    const sl::arena_scope memory;
    return sl::all(made<double>(p).support().contains(x));
  }
  std::vector<std::string> bad_parameters(const numbers_of& p) const override {
    const sl::arena_scope memory;
    std::vector<std::string> bad;
    made<double>(p).parameters([&](std::string_view parameter, const auto&, const auto& ok, std::string_view) {
      if (!sl::all(ok)) bad.emplace_back(parameter);
    });
    return bad;
  }
  numbers_of draws(drawing how, const numbers_of& p, const numbers_of& in_first_lane, const sl::key& k, std::uint64_t first, std::uint32_t visit,
                   int n, lanes_active active) const override {
    const sl::arena_scope memory;
    switch (how) {
      case drawing::in_one_lane:
        return drawn<double>(made<double>(p), k, first, visit, n, active);
      case drawing::in_lanes:
        return drawn<doubles>(made<double>(p), k, first, visit, n, active);
      case drawing::with_parameters_in_lanes:
        return drawn<doubles>(made<doubles>(p, in_first_lane), k, first, visit, n, active);
      case drawing::in_floats:
        return drawn<floats>(made<double>(p), k, first, visit, n, active);
      default:
        return drawn<portable>(made<double>(p), k, first, visit, n, active);
    }
  }

  std::vector<following_draw> following_draws(bool in_lanes, const numbers_of& p, const sl::key& k, int n) const override {
    return in_lanes ? followed<doubles>(p, k, n) : followed<double>(p, k, n);
  }

  double log_density_of(const sl::vector<double>& all) const override { return density_of(all); }
  doubles log_density_of(const sl::vector<doubles>& all) const override { return density_of(all); }
  sl::adjoint<double> log_density_of(const sl::vector<sl::adjoint<double>>& all) const override { return density_of(all); }
  sl::adjoint<doubles> log_density_of(const sl::vector<sl::adjoint<doubles>>& all) const override { return density_of(all); }
  sl::adjoint<double> log_density_of_constant(double x, const sl::vector<sl::adjoint<double>>& p) const override { return make_(p).log_density(x); }

  double mean(const numbers_of& p) const override {
    const sl::arena_scope memory;
    if constexpr (sl::has_mean<distribution>) return sl::mean(made<double>(p));
    else return NAN;
  }
  double variance(const numbers_of& p) const override {
    const sl::arena_scope memory;
    if constexpr (sl::has_variance<distribution>) return sl::variance(made<double>(p));
    else return NAN;
  }
  double log_cdf(const numbers_of& p, double x) const override {
    const sl::arena_scope memory;
    if constexpr (sl::has_log_tails<distribution>) return sl::log_cdf(made<double>(p), x);
    else return NAN;
  }
  double log_survival(const numbers_of& p, double x) const override {
    const sl::arena_scope memory;
    if constexpr (sl::has_log_tails<distribution>) return sl::log_survival(made<double>(p), x);
    else return NAN;
  }
  double quantile(const numbers_of& p, double probability) const override {
    const sl::arena_scope memory;
    if constexpr (sl::has_quantile<distribution>) return static_cast<double>(sl::quantile(made<double>(p), probability));
    else return NAN;
  }
  double quantile_of_logs(const numbers_of& p, double below, double above) const override {
    const sl::arena_scope memory;
    if constexpr (sl::has_quantile<distribution>) return static_cast<double>(sl::quantile(made<double>(p), sl::log_tails<double>{below, above}));
    else return NAN;
  }
  doubles quantile_in_lanes(const numbers_of& p, const doubles& probability) const override {
    const sl::arena_scope memory;
    if constexpr (sl::has_quantile<distribution>) return doubles(sl::quantile(made<double>(p), probability));
    else return doubles(NAN);
  }

 private:
  template <class Real> auto made(const numbers_of& p, const numbers_of& in_first_lane = {}) const {
    sl::vector<Real> held(p.size());
    for (std::size_t i = 0; i < p.size(); ++i) {
      held[i] = Real(static_cast<sl::scalar_of<Real>>(p[i]));
      if constexpr (!std::is_arithmetic_v<Real>)
        if (!in_first_lane.empty()) held[i].set(0, static_cast<sl::scalar_of<Real>>(in_first_lane[i]));
    }
    return make_(held);
  }
  template <class V, class D>
  static numbers_of drawn(const D& d, const sl::key& k, std::uint64_t first, std::uint32_t visit, int n, lanes_active active) {
    using mask = sl::mask_of<V>;
    mask taking_part(active != lanes_active::none);
    if constexpr (!std::is_arithmetic_v<V>)
      if (active == lanes_active::last) taking_part = !mask::first(sl::lanes_of<V> - 1);
    numbers_of xs;
    xs.reserve(static_cast<std::size_t>(n));
    for (int done = 0; done < n; done += sl::lanes_of<V>) {
      sl::stream<V> rng(k, first + static_cast<std::uint64_t>(done), taking_part);
      rng.visit(visit);
      const auto x = d.sample(rng);
      for (int l = 0; l < sl::lanes_of<V>; ++l) xs.push_back(lane(x, l));
    }
    return xs;
  }
  template <class V> std::vector<following_draw> followed(const numbers_of& p, const sl::key& k, int n) const {
    using R = sl::adjoint<V>;
    std::vector<following_draw> draws;
    for (int done = 0; done < n; done += sl::lanes_of<V>) {
      const sl::arena_scope memory;
      sl::tape_scope<V> tape;
      sl::vector<R> held(p.size());
      for (std::size_t i = 0; i < p.size(); ++i) held[i] = tape.variable(V(p[i]));
      sl::stream<R> rng(k, static_cast<std::uint64_t>(done));
      rng.visit(3);
      const auto x = make_(held).sample(rng);
      if constexpr (sl::is_adjoint<std::remove_cvref_t<decltype(x)>>) tape.differentiate(x);
      for (int l = 0; l < sl::lanes_of<V>; ++l) {
        draws.push_back({});
        if constexpr (sl::is_adjoint<std::remove_cvref_t<decltype(x)>>) draws.back().x = lane(x.value(), l);
        else draws.back().x = lane(x, l);
        for (const R& q : held) draws.back().by.push_back(lane(q.derivative(), l));
      }
    }
    return draws;
  }
  template <class R> R density_of(const sl::vector<R>& all) const {
    if constexpr (std::is_same_v<sl::drawn_type<distribution, double>, double>) return R(make_(part(all, 1)).log_density(all[0]));
    else return R(make_(part(all, 1)).log_density(sl::primal(all[0])));
  }

  Make make_;
};

// Adds a row while the program starts.
struct add {
  template <class Make> add(const char* name, Make make) { all_entries().push_back(std::make_unique<entry_of<Make>>(name, make)); }
};

}  // namespace rows
