// flat(support, {.start = x}): log density 0 on the support, improper: it has a density and no draws. Inference starts
// at .start; operations that would have to draw it throw.
#pragma once

#include <concepts>
#include <cstddef>

#include <starling/distributions/iid.hpp>
#include <starling/distributions/structured_supports.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// Where a chain starts, in each element of a vector, on the diagonal of a covariance; NaN: a point inside the support that it has of
// its own (0 on the real line, at a distance of 1 from the end on half lines, the middle of intervals, the identity). Correlation
// factors start at the identity.
struct flat_options {
  double start = not_a_number;
};

// What a value in a support is where reals are V, and a point inside.
template <class Support> struct values_in {
  template <class V> using value = V;
  static double start(const Support&) { return 0; }
};
template <> struct values_in<positive> : values_in<real_line> {
  static double start(const positive&) { return 1; }
};
template <> struct values_in<nonnegative> : values_in<real_line> {
  static double start(const nonnegative&) { return 1; }
};
template <> struct values_in<unit_interval> : values_in<real_line> {
  static double start(const unit_interval&) { return 0.5; }
};
template <class Lo, class Hi> struct values_in<interval<Lo, Hi>> : values_in<real_line> {
  static auto start(const interval<Lo, Hi>& s) { return 0.5 * s.lo + 0.5 * s.hi; }
};
template <class Lo> struct values_in<at_least<Lo>> : values_in<real_line> {
  static auto start(const at_least<Lo>& s) { return s.lo + 1.0; }
};
template <class Hi> struct values_in<at_most<Hi>> : values_in<real_line> {
  static auto start(const at_most<Hi>& s) { return s.hi - 1.0; }
};
struct whole_values_in {
  template <class V> using value = whole_of<V>;
};
template <> struct values_in<nonnegative_whole> : whole_values_in {
  static double start(const nonnegative_whole&) { return 0; }
};
template <class Lo, class Hi> struct values_in<whole_range<Lo, Hi>> : whole_values_in {
  static auto start(const whole_range<Lo, Hi>& s) { return as_real(s.lo); }
};
template <> struct values_in<boolean> {
  template <class V> using value = mask_of<V>;
  static double start(const boolean&) { return 0; }
};
template <> struct values_in<simplex> {
  template <class V> using value = vector<V>;
  static double start(const simplex& s) { return 1.0 / static_cast<double>(s.n); }
};
struct vector_values_in {
  template <class V> using value = vector<V>;
};
template <> struct values_in<ordered> : vector_values_in {
  static double start(const ordered&, std::size_t i) { return static_cast<double>(i); }
};
template <> struct values_in<positive_ordered> : vector_values_in {
  static double start(const positive_ordered&, std::size_t i) { return static_cast<double>(i + 1); }
};
template <> struct values_in<unit_vector> : vector_values_in {
  static double start(const unit_vector&, std::size_t i) { return i == 0 ? 1 : 0; }
};
template <class Of> struct values_in<vector_of<Of>> {
  using element = decltype(std::declval<const vector_of<Of>&>().element(0));
  template <class V> using value = vector<typename values_in<element>::template value<V>>;
};

// Element (i, j).
struct matrix_values_in {
  template <class V> using value = matrix<V>;
  template <class Support> static double start(const Support&, std::size_t i, std::size_t j) { return i == j ? 1 : 0; }
};
template <> struct values_in<correlation_cholesky> : matrix_values_in {};
template <> struct values_in<covariance> : matrix_values_in {};

template <class Support> struct flat : distribution {
  static constexpr std::string_view name = "flat";
  static constexpr bool improper = true;
  static constexpr bool is_matrix = std::derived_from<values_in<Support>, matrix_values_in>;
  static constexpr bool is_vector = !is_matrix && requires(const Support& s) { s.n; };
  template <class V> using value = typename values_in<Support>::template value<V>;

  Support on;
  flat_options options;

  explicit flat(Support s, flat_options o = {}) : on(s), options(o) {
    if constexpr (is_vector) require_count(name, "the size", on.n, 0, largest_size);
    if constexpr (is_matrix) require_count(name, "the number of rows", on.n, 0, largest_rows);
  }

  std::size_t size() const
    requires(is_vector)
  {
    return on.n;
  }
  std::size_t rows() const
    requires(is_matrix)
  {
    return on.n;
  }
  std::size_t cols() const
    requires(is_matrix)
  {
    return on.n;
  }

  // The starting point, as real numbers: one, or for a vector that of element i, for a matrix that of element (i, j).
  auto start() const
    requires(!is_vector && !is_matrix)
  {
    return chosen(values_in<Support>::start(on));
  }
  auto start(std::size_t i) const
    requires(is_vector)
  {
    if constexpr (std::same_as<Support, simplex>) return chosen(values_in<simplex>::start(on));
    else if constexpr (requires { values_in<Support>::start(on, i); }) return chosen(values_in<Support>::start(on, i));
    else return chosen(values_in<std::remove_cvref_t<decltype(on.element(i))>>::start(on.element(i)));
  }
  double start(std::size_t i, std::size_t j) const
    requires(is_matrix)
  {
    const double own = values_in<Support>::start(on, i, j);
    return std::same_as<Support, covariance> && i == j ? chosen(own) : own;
  }

  template <class X> auto log_density(const X& x) const {
    if constexpr (is_vector)
      if (x.size() != size()) throw_wrong_size(name, size(), x.size());
    if constexpr (is_matrix)
      if (x.rows() != on.n || x.cols() != on.n) throw_wrong_matrix(name, on.n, x.rows(), x.cols());
    const auto inside = on.contains(x);
    return where(inside, zero_like(inside), negative_infinity);
  }

  auto support() const { return on; }

 private:
  template <class Mask> static auto zero_like(const Mask&) { return real_type_of<Mask>(0); }
  template <class Default> auto chosen(const Default& own) const {
    return options.start == options.start ? Default(options.start) : own;
  }
};
template <class Support> flat(Support) -> flat<Support>;
template <class Support> flat(Support, flat_options) -> flat<Support>;

// iid(flat(support), n) is flat on vectors of n numbers, each in the support.
template <class Support> struct iid<flat<Support>> : flat<vector_of<Support>> {
  static_assert(!flat<Support>::is_vector && !flat<Support>::is_matrix, "sl::iid(d, n) repeats a scalar distribution: d must be a distribution, and not of vectors");
  template <std::integral Size>
  iid(const flat<Support>& d, Size size) : flat<vector_of<Support>>(vector_of<Support>{d.on, static_cast<std::size_t>(size)}, d.options) {}
};

}  // namespace starling
