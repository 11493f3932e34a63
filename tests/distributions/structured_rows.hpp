// Makes rows of the table of distributions of vectors and matrices (structured_table.hpp):
//   const structured::add walk("gaussian_random_walk", [](const auto& p) { return sl::gaussian_random_walk(p[0], 6); });
// p holds the parameters as numbers of any type; take(p, …) reads vectors and matrices off them.
#pragma once

#include "distributions/rows.hpp"
#include "distributions/structured_table.hpp"

#include <starling/distributions/matrix_supports.hpp>

namespace structured {

// Reads numbers one after the other.
template <class R> struct reader {
  const sl::vector<R>& p;
  std::size_t at = 0;

  R number() { return p[at++]; }
  auto constant() { return sl::primal(p[at++]); }
  std::size_t left() const { return p.size() - at; }
  sl::vector<R> vector(std::size_t n) {
    at += n;
    return sl::vector<R>(p.data() + at - n, n);
  }
  sl::matrix<R> matrix(std::size_t n, std::size_t m) {
    at += n * m;
    return sl::matrix<R>(p.data() + at - n * m, n, m);
  }
  // The lower triangle, row by row; a symmetric matrix is given by it.
  sl::matrix<R> lower(std::size_t n, bool symmetric = false) {
    sl::matrix<R> m(n, n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        m(i, j) = number();
        if (i != j) m(j, i) = symmetric ? m(i, j) : R(0);
      }
    return m;
  }
  sl::matrix<R> symmetric(std::size_t n) { return lower(n, true); }
};
template <class R> reader<R> read(const sl::vector<R>& p) { return {p}; }

template <class Make> class entry_of : public entry {
  using distribution = std::invoke_result_t<Make, const sl::vector<double>&>;
  using drawn = sl::drawn_type<distribution, double>;
  using support_type = std::remove_cvref_t<decltype(std::declval<const distribution&>().support())>;
  static constexpr bool matrix_valued = requires(const drawn& x) { x.rows(); };
  static constexpr bool is_discrete = !std::is_same_v<typename drawn::value_type, double>;

 public:
  entry_of(std::string of, Make make) : make_(make) {
    name = std::move(of);
    discrete = is_discrete;
    is_matrix = matrix_valued;
    has_moments = sl::has_mean<distribution> && sl::has_variance<distribution>;
  }

  std::size_t rows(const numbers_of& p) const override {
    const sl::arena_scope memory;
    const auto d = made<double>(p);
    if constexpr (matrix_valued) return d.rows();
    else return d.size();
  }
  std::size_t cols(const numbers_of& p) const override {
    const sl::arena_scope memory;
    if constexpr (matrix_valued) return made<double>(p).cols();
    else return 1;
  }
  double log_density(const numbers_of& p, const numbers_of& x) const override {
    const sl::arena_scope memory;
    const auto d = made<double>(p);
    return d.log_density(value<double>(d, x));
  }
  doubles log_density_in_lanes(const numbers_of& p, const numbers_of& p_in_first_lane, const numbers_of& x, const numbers_of& x_in_first_lane) const override {
    const sl::arena_scope memory;
    const auto at = value<doubles>(made<double>(p), x, x_in_first_lane);
    if (p_in_first_lane.empty()) return doubles(made<double>(p).log_density(at));
    return doubles(made<doubles>(p, p_in_first_lane).log_density(at));
  }
  double log_density_in_floats(const numbers_of& p, const numbers_of& x) const override {
    const sl::arena_scope memory;
    const auto d = made<floats>(p);
    return static_cast<double>(floats(d.log_density(value<floats>(d, x)))[1]);
  }
  numbers_of mean(const numbers_of& p) const override {
    const sl::arena_scope memory;
    if constexpr (sl::has_mean<distribution>) return list(sl::mean(made<double>(p)));
    else return {};
  }
  numbers_of variance(const numbers_of& p) const override {
    const sl::arena_scope memory;
    if constexpr (sl::has_variance<distribution>) return list(sl::variance(made<double>(p)));
    else return {};
  }
  bool contains(const numbers_of& p, const numbers_of& x) const override {
    const sl::arena_scope memory;
    const auto d = made<double>(p);
    return sl::all(d.support().contains(value<double>(d, x)));
  }
  std::vector<std::string> bad_parameters(const numbers_of& p) const override {
    const sl::arena_scope memory;
    std::vector<std::string> bad;
    made<double>(p).parameters([&](std::string_view parameter, const auto&, const auto& ok, std::string_view) {
      if (!sl::all(ok)) bad.emplace_back(parameter);
    });
    return bad;
  }
  std::vector<numbers_of> draws(drawing how, const numbers_of& p, const numbers_of& in_first_lane, const sl::key& k, std::uint64_t first, std::uint32_t visit, int n,
                                ::rows::lanes_active active) const override {
    const sl::arena_scope memory;
    switch (how) {
      case drawing::in_one_lane:
        return drawn_in<double>(made<double>(p), k, first, visit, n, active);
      case drawing::in_lanes:
        return drawn_in<doubles>(made<double>(p), k, first, visit, n, active);
      case drawing::with_parameters_in_lanes:
        return drawn_in<doubles>(made<doubles>(p, in_first_lane), k, first, visit, n, active);
      default:
        return drawn_in<floats>(made<floats>(p), k, first, visit, n, active);
    }
  }
  std::size_t free_size(const numbers_of& p) const override {
    const sl::arena_scope memory;
    if constexpr (sl::has_bijector<support_type>) return sl::bijector<support_type>::free_size(made<double>(p).support());
    else return 0;
  }
  numbers_of to_free(const numbers_of& p, const numbers_of& x) const override {
    const sl::arena_scope memory;
    numbers_of u(free_size(p));
    const auto d = made<double>(p);
    if constexpr (sl::has_bijector<support_type>) sl::bijector<support_type>::from_support(d.support(), value<double>(d, x), u.data());
    return u;
  }
  numbers_of from_free(const numbers_of& p, const numbers_of& u) const override {
    const sl::arena_scope memory;
    sl::no_log_jacobian none;
    if constexpr (sl::has_bijector<support_type>) {
      const auto x = sl::bijector<support_type>::template to_support<double>(made<double>(p).support(), u.data(), none);
      return numbers_of(x.begin(), x.end());
    } else {
      return {};
    }
  }
  double log_density_of(const sl::vector<double>& all, const numbers_of& given) const override { return density_of(all, given); }
  doubles log_density_of(const sl::vector<doubles>& all, const numbers_of& given) const override { return density_of(all, given); }
  sl::adjoint<double> log_density_of(const sl::vector<sl::adjoint<double>>& all, const numbers_of& given) const override { return density_of(all, given); }
  sl::adjoint<doubles> log_density_of(const sl::vector<sl::adjoint<doubles>>& all, const numbers_of& given) const override { return density_of(all, given); }

 private:
  template <class Many> static numbers_of list(const Many& xs) { return numbers_of(xs.data(), xs.data() + xs.size()); }
  template <class Real> auto made(const numbers_of& p, const numbers_of& in_first_lane = {}) const {
    sl::vector<Real> held(p.size());
    for (std::size_t i = 0; i < p.size(); ++i) held[i] = number<Real>(p, in_first_lane, i);
    return make_(held);
  }
  template <class Real> static Real number(const numbers_of& p, const numbers_of& in_first_lane, std::size_t i) {
    Real x(static_cast<sl::scalar_of<Real>>(p[i]));
    if constexpr (sl::lanes_of<Real> > 1)
      if (!in_first_lane.empty()) x.set(0, static_cast<sl::scalar_of<Real>>(in_first_lane[i]));
    return x;
  }
  template <class V, class D> static auto value(const D& d, const numbers_of& x, const numbers_of& in_first_lane = {}) {
    sl::vector<V> elements(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) elements[i] = number<V>(x, in_first_lane, i);
    if constexpr (matrix_valued) return sl::matrix<V>(elements.data(), d.rows(), x.size() / d.rows());
    else return elements;
  }
  template <class V, class D>
  static std::vector<numbers_of> drawn_in(const D& d, const sl::key& k, std::uint64_t first, std::uint32_t visit, int n, ::rows::lanes_active active) {
    using mask = sl::mask_of<V>;
    mask taking_part(active != ::rows::lanes_active::none);
    if constexpr (sl::lanes_of<V> > 1)
      if (active == ::rows::lanes_active::last) taking_part = !mask::first(sl::lanes_of<V> - 1);
    std::vector<numbers_of> xs;
    xs.reserve(static_cast<std::size_t>(n));
    for (int done = 0; done < n; done += sl::lanes_of<V>) {
      const sl::arena_scope memory;
      sl::stream<V> rng(k, first + static_cast<std::uint64_t>(done), taking_part);
      rng.visit(visit);
      const auto x = d.sample(rng);
      for (int l = 0; l < sl::lanes_of<V>; ++l) {
        xs.emplace_back();
        for (const auto& e : x) xs.back().push_back(::rows::lane(e, l));
      }
    }
    return xs;
  }
  template <class R> R density_of(const sl::vector<R>& all, const numbers_of& given) const {
    if constexpr (is_discrete || !sl::has_bijector<support_type>) {
      const auto d = make_(all);
      return R(d.log_density(value<double>(d, given)));
    } else {
      const support_type support = make_(sl::vector<double>(const_cast<double*>(given.data()), given.size())).support();
      const std::size_t free = sl::bijector<support_type>::free_size(support);
      const auto d = make_(sl::vector<R>(all.data() + free, all.size() - free));
      sl::log_jacobian_sum<R> sum;
      const auto x = sl::bijector<support_type>::template to_support<R>(support, all.data(), sum);
      return R(d.log_density(x)) + sum.total;
    }
  }

  Make make_;
};

// Adds a row while the program starts.
struct add {
  template <class Make> add(const char* name, Make make) { all_entries().push_back(std::make_unique<entry_of<Make>>(name, make)); }
};

}  // namespace structured
