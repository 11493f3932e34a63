// Generalised linear models as one vector-valued choice: y_i given η_i = intercept + Σ_j X(i, j) coefficients_j, independently.
//
//   bernoulli_logit_glm(X, intercept, coefficients)      y_i true with probability 1 / (1 + exp(−η_i))
//   poisson_log_glm(X, intercept, coefficients)          y_i a count with mean exp(η_i)
//   normal_glm(X, intercept, coefficients, scale)        y_i normal with mean η_i; scale one number
//
// X is a matrix_view of data, one row an element of y; it must outlive the distribution. On adjoints the density and all its
// derivatives come from one pass over X and are one tape entry.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <tuple>

#include <starling/distributions/bernoulli_logit.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/poisson_log.hpp>
#include <starling/values/matrix.hpp>
#include <starling/values/matrix_kernels.hpp>
#include <starling/values/two_in_one.hpp>

namespace starling {

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_wrong_design(std::string_view name, std::size_t columns, std::size_t coefficients) {
  throw std::invalid_argument(std::string(name) + ": the design matrix has " + std::to_string(columns) + " columns but there are " +
                              std::to_string(coefficients) + " coefficients");
}

// Adds up the density over blocks of rows, and where wanted its derivatives: with respect to η (times the rows of X, to `by`) and to
// the further parameters of the formulas.
template <class Formulas, class V, bool Slopes, class... Further> class linear_pass {
 public:
  // In one lane the η of neighbouring rows stand side by side in a pack.
  static constexpr bool one_lane = std::is_arithmetic_v<V>;
  template <bool, class W> struct work_type { using type = W; };
  template <class W> struct work_type<true, W> { using type = native_pack<W>; };
  using work = typename work_type<one_lane, V>::type;
  using pairs = typename two_in_one<V>::type;      // of rows, or void
  static constexpr std::size_t rows_at_once = 32;  // they stay in the cache from η to the derivatives

  linear_pass(const matrix_view<double>& x, const V& intercept, const V* coefficients, V* by)
      : x_(x), intercept_(intercept), coefficients_(coefficients), by_(by) {}

  template <class Y> void run(const Y& y, const Further&... further) {
    if constexpr (one_lane && Slopes) {
      if (by_ && x_.cols() == 2) return run_narrow<2>(y, further...);
      if (by_ && x_.cols() == 3) return run_narrow<3>(y, further...);
    }
    sums<work> total;
    [[maybe_unused]] std::conditional_t<std::is_void_v<pairs>, int, sums<pairs>> total_of_pairs;
    for (std::size_t first = 0; first < x_.rows(); first += rows_at_once) {
      const std::size_t rows = x_.rows() - first < rows_at_once ? x_.rows() - first : rows_at_once;
      const double* const x = x_.data() + first * x_.cols();
      V eta[rows_at_once];
      multiply(x, rows, x_.cols(), coefficients_, eta);
      if constexpr (one_lane) {
        for (std::size_t r = 0; r < rows; r += width) {
          const int count = rows - r < width ? static_cast<int>(rows - r) : lanes_of<work>;
          for (std::size_t k = r + static_cast<std::size_t>(count); k < r + width; ++k) eta[k] = eta[r];
          total.add(elements_at<work>{first + r, count}(y), work::load(eta + r) + intercept_, count, as_further<work>(further)...).store(eta + r);
        }
      } else {
        std::size_t r = 0;
        if constexpr (comes_in_pairs<Y>) r = total_of_pairs.add_pairs(y, first, rows, eta, intercept_, as_further<pairs>(further)...);
        for (; r < rows; ++r) eta[r] = total.add(element_at{first + r}(y), eta[r] + intercept_, 1, as_further<work>(further)...);
      }
      if constexpr (Slopes)
        if (by_) add_transposed(x, rows, x_.cols(), eta, by_);
    }
    sums_ = total;
    if constexpr (!std::is_void_v<pairs>) sums_.add_both(total_of_pairs);
  }

  V value() const { return total(sums_.value); }
  V by_intercept() const { return total(sums_.by_intercept); }
  V by_further() const { return total(sums_.by_further); }

 private:
  static constexpr std::size_t width = static_cast<std::size_t>(lanes_of<work>);
  static V total(const work& w) {
    if constexpr (one_lane) return sum(w);
    else return w;
  }
  // A further parameter beside packs W.
  template <class W, class P> static auto as_further(const P& p) {
    if constexpr (is_adjoint<P>) return dual_variable<1>(in_pack<W>(p.value()));
    else if constexpr (std::is_same_v<W, pairs> && std::is_same_v<P, V>) return in_pack<W>(p);
    else return p;
  }

  // Whether elements of y are packs, whole numbers or masks like V, in an array.
  template <class Y> static constexpr bool comes_in_pairs = [] {
    if constexpr (!std::is_void_v<pairs> && requires(const Y& y) { y.data(); }) return !std::is_arithmetic_v<element_of<Y>>;
    else return false;
  }();
  template <class W> struct sums {
    W value = W(0), by_intercept = W(0), by_further = W(0);

    // Adds the density of the elements in a pack; returns its derivative with respect to η.
    template <class Y, class... F> [[gnu::always_inline]] W add(const Y& y, const W& eta, int count, const F&... further) {
      const auto valid = [&](const W& w) { return !one_lane || count == lanes_of<W> ? w : where(mask_of<W>::first(count), w, W(0)); };
      if constexpr (Slopes) {
        const auto result = Formulas::log_density(y, dual_variable<0>(eta), further...);
        const W d = valid(result.template by<0>());
        value = value + valid(result.value());
        by_intercept = by_intercept + d;
        if constexpr ((is_adjoint<Further> || ...)) by_further = by_further + valid(result.template by<1>());
        return d;
      } else {
        value = value + valid(W(Formulas::log_density(y, eta, further...)));
        return W(0);
      }
    }
    // The same of rows first, first + 1, … two by two; how many it added.
    template <class Y, class... F> std::size_t add_pairs(const Y& y, std::size_t first, std::size_t rows, V* eta, const V& intercept, const F&... further) {
      const W shift = in_pack<W>(intercept);
      std::size_t r = 0;
      for (; r + 2 <= rows; r += 2)
        add(as_real(load_two<W>(y.data() + first + r)), load_two<W>(eta + r) + shift, lanes_of<W>, further...).store(reinterpret_cast<double*>(eta + r));
      return r;
    }
    template <class Pairs> void add_both(const Pairs& p) {
      value = value + sum_of_two<W>(p.value);
      by_intercept = by_intercept + sum_of_two<W>(p.by_intercept);
      by_further = by_further + sum_of_two<W>(p.by_further);
    }
  };

  // Few columns: rows stand side by side in the lanes, and X is read once.
  template <std::size_t Columns, class Y> void run_narrow(const Y& y, const Further&... further) {
    sums<work> total;
    work b[Columns], by[Columns];
    for (std::size_t j = 0; j < Columns; ++j) b[j] = work(coefficients_[j]), by[j] = work(0);
    const auto add_rows = [&](std::size_t first, int count) __attribute__((always_inline)) {
      work column[Columns], eta(intercept_);
      load_columns<Columns>(x_.data() + first * Columns, column, count);
      for (std::size_t j = 0; j < Columns; ++j) eta = multiply_add(column[j], b[j], eta);
      const work d = total.add(elements_at<work>{first, count}(y), eta, count, as_further<work>(further)...);
      for (std::size_t j = 0; j < Columns; ++j) by[j] = multiply_add(column[j], d, by[j]);
    };
    std::size_t first = 0;
    for (; first + width <= x_.rows(); first += width) add_rows(first, lanes_of<work>);
    if (first < x_.rows()) add_rows(first, static_cast<int>(x_.rows() - first));
    for (std::size_t j = 0; j < Columns; ++j) by_[j] += sum(by[j]);
    sums_ = total;
  }

  matrix_view<double> x_;
  V intercept_;
  const V* coefficients_;
  V* by_;
  sums<work> sums_;
};

// Formulas: those of the scalar distribution, in which η is the first parameter. Further: none or one more parameter, a number.
template <class Formulas, class Intercept, class Coefficients, class... Further> class generalised_linear : public distribution {
 public:
  template <class V> using value = vector<typename Formulas::template value<V>>;
  static_assert(sizeof...(Further) <= 1);

  generalised_linear(std::string_view name, matrix_view<double> x, Intercept intercept, Coefficients coefficients, Further... further)
      : x_(x), intercept_(intercept), coefficients_(std::move(coefficients)), further_(further...) {
    if (x_.cols() != coefficients_.size()) throw_wrong_design(name, x_.cols(), coefficients_.size());
  }

  std::size_t size() const { return x_.rows(); }
  auto support() const {
    return vector_of{Formulas::support(0.0, Further(1.0)...), size()};
  }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    const vector<V> eta = linear_predictor<V>();
    return std::apply(
        [&](const auto&... f) {
          return draw_elements<typename Formulas::template value<V>>(rng, size(), [&](auto& r, auto at) { return draw_element<Formulas>(r, at(eta), f...); });
        },
        further_);
  }

  template <class Y> auto log_density(const Y& y) const {
    if (y.size() != size()) [[unlikely]] throw_wrong_size("a generalised linear model", size(), y.size());
    using real = promote<element_of<Y>, Intercept, element_of<Coefficients>, Further...>;
    if constexpr (is_adjoint<element_of<Y>>) return log_density_of_latent<real>(y);
    else return log_density_of_data<real>(y);
  }

  // The log density of data; its derivatives are added to the parameters' cells at once: nothing is put on the tape.
  template <class Y> auto pass_on_log_density(const Y& y) const
    requires(!is_adjoint<element_of<Y>> && (is_adjoint<Intercept> || is_adjoint<element_of<Coefficients>> || (is_adjoint<Further> || ...)))
  {
    if (y.size() != size()) [[unlikely]] throw_wrong_size("a generalised linear model", size(), y.size());
    using real = promote<element_of<Y>, Intercept, element_of<Coefficients>, Further...>;
    using V = primal_of<real>;
    V *by = nullptr, *cells = nullptr;
    if constexpr (with_slopes) {
      cells = cells_in_a_row<V>(coefficients_);
      by = cells ? cells : tape<V>::current->cells(x_.cols());
    }
    const auto pass = pass_over<real>(y, by);
    if constexpr (with_slopes)
      if (!cells) derivatives_of(coefficients_, by).pull(V(1));
    if constexpr (is_adjoint<Intercept>) intercept_.add_derivative(pass.by_intercept());
    if constexpr ((is_adjoint<Further> || ...)) std::get<0>(further_).add_derivative(pass.by_further());
    return never_nan(pass.value());
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit("intercept", intercept_, is_finite(intercept_), "must be finite");
    for (std::size_t j = 0; j < x_.cols(); ++j) {
      const auto b = element_at{j}(coefficients_);
      visit("coefficients", b, is_finite(b), "must be finite");
    }
    std::apply([&](const auto&... f) { ((visit("scale", f, is_positive_finite(f), "must be positive and finite")), ...); }, further_);
  }

 protected:
  // A latent value, element by element.
  template <class real, class Y> real log_density_of_latent(const Y& y) const {
    real total(0.0);
    for (std::size_t i = 0; i < size(); ++i) {
      real eta(intercept_);
      for (std::size_t j = 0; j < x_.cols(); ++j) eta = eta + x_(i, j) * element_at{j}(coefficients_);
      total = total + std::apply([&](const auto&... f) { return Formulas::log_density(y[i], eta, f...); }, further_);
    }
    return total;
  }
  template <class real, class Y> real log_density_of_data(const Y& y) const {
    using V = primal_of<real>;
    V* by = nullptr;
    if constexpr (is_adjoint<real>) {
      if (!tape<V>::current) [[unlikely]] throw_no_tape();
      if constexpr (with_slopes) by = tape<V>::current->cells(x_.cols());
    }
    const auto pass = pass_over<real>(y, by);
    const V lp = never_nan(pass.value());
    if constexpr (is_adjoint<real>) return entry(lp, pass, by);
    else return lp;
  }
  static constexpr bool with_slopes = is_adjoint<element_of<Coefficients>>;
  template <class real, class Y, class V> auto pass_over(const Y& y, V* by) const {
    const arena_scope scratch;
    vector<V> coefficients(x_.cols());
    for (std::size_t j = 0; j < coefficients.size(); ++j) coefficients[j] = V(primal(as_real(element_of<Coefficients>(coefficients_[j]))));
    linear_pass<Formulas, V, is_adjoint<real>, Further...> pass(x_, V(primal(intercept_)), coefficients.data(), by);
    std::apply([&](const auto&... f) { pass.run(y, f...); }, further_);
    return pass;
  }

  template <class V> vector<V> linear_predictor() const {
    vector<V> coefficients(x_.cols()), eta(size());
    for (std::size_t j = 0; j < coefficients.size(); ++j) coefficients[j] = V(element_at{j}(coefficients_));
    multiply(x_.data(), x_.rows(), x_.cols(), coefficients.data(), eta.data());
    for (V& e : eta) e = e + intercept_;
    return eta;
  }
  template <class V, class Pass> adjoint<V> entry(const V& lp, const Pass& pass, V* by) const {
    using entry_type = fused_entry<V, 3>;
    auto* const e = tape<V>::current->template push<entry_type>(entry_type::pull_all);
    e->own = V(0);
    for (auto& d : e->of) d = {};
    if constexpr (is_adjoint<Intercept>) e->of[0] = one_number(pass.by_intercept(), intercept_);
    if constexpr (is_adjoint<element_of<Coefficients>>) e->of[1] = derivatives_of(coefficients_, by);
    if constexpr ((is_adjoint<Further> || ...)) e->of[2] = one_number(pass.by_further(), std::get<0>(further_));
    return {lp, V(1), &e->own};
  }

  matrix_view<double> x_;
  Intercept intercept_;
  Coefficients coefficients_;
  std::tuple<Further...> further_;
};

template <class Intercept, class Coefficients>
struct bernoulli_logit_glm : generalised_linear<bernoulli_logit_formulas, Intercept, Coefficients> {
  static constexpr std::string_view name = "bernoulli_logit_glm";
  bernoulli_logit_glm(matrix_view<double> x, Intercept a, Coefficients b)
      : generalised_linear<bernoulli_logit_formulas, Intercept, Coefficients>(name, x, std::move(a), std::move(b)) {}
};
template <class A, class B> bernoulli_logit_glm(matrix_view<double>, A&&, B&&) -> bernoulli_logit_glm<held<A>, held<B>>;

template <class Intercept, class Coefficients>
struct poisson_log_glm : generalised_linear<poisson_log_formulas, Intercept, Coefficients> {
  static constexpr std::string_view name = "poisson_log_glm";
  poisson_log_glm(matrix_view<double> x, Intercept a, Coefficients b)
      : generalised_linear<poisson_log_formulas, Intercept, Coefficients>(name, x, std::move(a), std::move(b)) {}
};
template <class A, class B> poisson_log_glm(matrix_view<double>, A&&, B&&) -> poisson_log_glm<held<A>, held<B>>;

template <class Intercept, class Coefficients, class Scale>
struct normal_glm : generalised_linear<normal_formulas, Intercept, Coefficients, Scale> {
  static constexpr std::string_view name = "normal_glm";
  normal_glm(matrix_view<double> x, Intercept a, Coefficients b, Scale s)
      : generalised_linear<normal_formulas, Intercept, Coefficients, Scale>(name, x, std::move(a), std::move(b), std::move(s)) {}
};
template <class A, class B, class S> normal_glm(matrix_view<double>, A&&, B&&, S&&) -> normal_glm<held<A>, held<B>, held<S>>;

}  // namespace starling
