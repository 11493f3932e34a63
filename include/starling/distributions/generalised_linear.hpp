// Generalised linear models as one vector-valued choice: y_i given η_i = intercept + Σ_j X(i, j) coefficients_j, independently.
//
//   bernoulli_logit_glm(X, intercept, coefficients)      y_i true with probability 1 / (1 + exp(−η_i))
//   poisson_log_glm(X, intercept, coefficients)          y_i a count with mean exp(η_i)
//   normal_glm(X, intercept, coefficients, scale)        y_i normal with mean η_i; scale one number
//
// X is a matrix_view of data, one row an element of y; it must outlive the distribution, and be the same in all runs of one posterior. On adjoints
// the density and all its derivatives come from one pass over X and are one tape entry. Chains that follow a gradient pass over X and
// y of a normal_glm once for all gradients: what its density needs of them is kept (linear_summary.hpp).
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <tuple>

#include <starling/distributions/bernoulli_logit.hpp>
#include <starling/distributions/fused.hpp>
#include <starling/distributions/linear_pass.hpp>
#include <starling/distributions/linear_summary.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/distributions/poisson_log.hpp>

namespace starling {

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_wrong_design(std::string_view name, std::size_t columns, std::size_t coefficients) {
  throw std::invalid_argument(std::string(name) + ": the design matrix has " + std::to_string(columns) + " columns but there are " +
                              std::to_string(coefficients) + " coefficients");
}

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
    if (y.size() != size()) [[unlikely]]
      throw_wrong_size("a generalised linear model", size(), y.size());
    using real = promote<element_of<Y>, Intercept, element_of<Coefficients>, Further...>;
    if constexpr (is_adjoint<element_of<Y>>) return log_density_of_latent<real>(y);
    else return log_density_of_data<real>(y);
  }

  // The log density of element i of y by itself: elements are independent.
  template <class Y> auto element_log_density(const Y& y, std::size_t i) const {
    using real = promote<element_of<Y>, Intercept, element_of<Coefficients>, Further...>;
    return never_nan(std::apply([&](const auto&... f) { return Formulas::log_density(element_at{i}(y), predictor_of<real>(i), f...); }, further_));
  }

  // The log density of data; its derivatives are added to the parameters' cells at once: nothing is put on the tape.
  template <class Y> auto pass_on_log_density(const Y& y) const
    requires(!is_adjoint<element_of<Y>> && (is_adjoint<Intercept> || is_adjoint<element_of<Coefficients>> || (is_adjoint<Further> || ...)))
  {
    if (y.size() != size()) [[unlikely]]
      throw_wrong_size("a generalised linear model", size(), y.size());
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
  template <class real> real predictor_of(std::size_t i) const {
    real eta(intercept_);
    for (std::size_t j = 0; j < x_.cols(); ++j) eta = eta + x_(i, j) * element_at{j}(coefficients_);
    return eta;
  }
  // A latent value, element by element.
  template <class real, class Y> real log_density_of_latent(const Y& y) const {
    real total(0.0);
    for (std::size_t i = 0; i < size(); ++i) {
      const real eta = predictor_of<real>(i);
      total = total + std::apply([&](const auto&... f) { return Formulas::log_density(y[i], eta, f...); }, further_);
    }
    return total;
  }
  template <class real, class Y> real log_density_of_data(const Y& y) const {
    using V = primal_of<real>;
    V* by = nullptr;
    if constexpr (is_adjoint<real>) {
      if (!tape<V>::current) [[unlikely]]
        throw_no_tape();
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
    fused_derivatives<V> of[3] = {};  // before the entry: they may make some themselves
    if constexpr (is_adjoint<Intercept>) of[0] = one_number(pass.by_intercept(), intercept_);
    if constexpr (is_adjoint<element_of<Coefficients>>) of[1] = derivatives_of(coefficients_, by);
    if constexpr ((is_adjoint<Further> || ...)) of[2] = one_number(pass.by_further(), std::get<0>(further_));
    auto* const e = tape<V>::current->template push<entry_type>(entry_type::pull_all);
    e->own = V(0);
    for (std::size_t k = 0; k < 3; ++k) e->of[k] = of[k];
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

  // What many gradients with the same observations y need of X and y. Worth it where there are many more rows than columns.
  bool has_summary() const { return this->x_.rows() > 2 * (this->x_.cols() + 1); }
  template <class V> linear_summary<V> summarize(const vector<const V>& y, arena& memory) const {
    if (y.size() != this->size()) [[unlikely]]
      throw_wrong_size("a generalised linear model", this->size(), y.size());
    return linear_summary<V>(this->x_, !has_no_intercept(), y.data(), memory);
  }
  template <class V> bool is_summary(const linear_summary<V>& s) const { return s.is_of(this->x_) && (s.has_ones() || has_no_intercept()); }
  // As pass_on_log_density of the observations: rows · log normal(0; 0, scale) − |y − η|² / (2 scale²).
  template <class V> V pass_on_summary(const linear_summary<V>& s) const {
    const arena_scope scratch;
    const std::size_t ones = s.has_ones() ? 1 : 0;
    vector<V> coefficients(s.columns()), by(s.room());
    if (ones) coefficients[0] = V(primal(this->intercept_));
    for (std::size_t j = 0; j < this->x_.cols(); ++j) coefficients[j + ones] = V(primal(as_real(element_at{j}(this->coefficients_))));
    const auto& scale = std::get<0>(this->further_);
    const V factor = V(1) / V(primal(scale)), rows(static_cast<scalar_of<V>>(s.rows()));
    const V squares = s.squares(coefficients.data(), factor, by.data()) * factor * factor;
    if constexpr (is_adjoint<element_of<Coefficients>>) derivatives_of(this->coefficients_, by.data() + ones).pull(V(1));
    if constexpr (is_adjoint<Intercept>) this->intercept_.add_derivative(by[0]);
    const auto at_mean = normal_formulas::log_density(V(0), V(0), as_dual_variable<0>(scale));
    if constexpr (is_adjoint<Scale>) scale.add_derivative(multiply_add(rows, at_mean.template by<0>(), squares * factor));
    return never_nan(multiply_add(rows, V(primal(at_mean)), V(-0.5) * squares));
  }

 private:
  bool has_no_intercept() const {
    if constexpr (std::is_same_v<Intercept, double>) return this->intercept_ == 0;
    else return false;
  }
};
template <class A, class B, class S> normal_glm(matrix_view<double>, A&&, B&&, S&&) -> normal_glm<held<A>, held<B>, held<S>>;

}  // namespace starling
