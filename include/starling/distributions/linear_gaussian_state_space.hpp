// linear_gaussian_state_space({mean, covariance, transition, noise, observation, observation_noise}, n): a series of n observations, an n × m matrix y with
//   x_0 normal(mean, covariance),  x_(t+1) = transition x_t + normal(0, noise),  y_t = observation x_t + normal(0, observation_noise),
// the d states x_t integrated out (Kalman's filter). mean: d numbers; covariance, transition, noise: d × d, observation: m × d, observation_noise: m × m matrices.
// The covariance and the noise may be singular, observation_noise must not be. On adjoints the density is one tape entry. draw_states(rng, y): n × d states given y.
#pragma once

#include <concepts>
#include <cstdint>

#include <starling/distributions/kalman.hpp>
#include <starling/distributions/matrix_parameters.hpp>
#include <starling/distributions/matrix_supports.hpp>
#include <starling/values/counts.hpp>

namespace starling {

// The parameters: any of them may be plain numbers, or drawn ones.
template <class Mean, class Covariance, class Transition, class Noise, class Observation, class ObservationNoise> struct state_space {
  Mean mean;
  Covariance covariance;
  Transition transition;
  Noise noise;
  Observation observation;
  ObservationNoise observation_noise;
};
template <class M, class P, class A, class Q, class C, class R> state_space(M, P, A, Q, C, R) -> state_space<M, P, A, Q, C, R>;

template <class Model> class linear_gaussian_state_space : public distribution {
 public:
  static constexpr std::string_view name = "linear_gaussian_state_space";
  static constexpr auto draws_follow = draw_derivative::location_scale;
  template <class V> using value = matrix<V>;

  // Throws std::invalid_argument where the sizes do not fit.
  template <std::integral Size> linear_gaussian_state_space(Model model, Size steps) : of_(std::move(model)), n_(static_cast<std::size_t>(steps)) {
    require_count(name, "the number of steps", n_, 1, largest_size);
    require_count(name, "the number of states", states(), 1, largest_rows);
    require_shape(name, "covariance", of_.covariance, states(), states());
    require_shape(name, "transition", of_.transition, states(), states());
    require_shape(name, "noise", of_.noise, states(), states());
    require_shape(name, "observation", of_.observation, cols(), states());
    require_shape(name, "observation noise", of_.observation_noise, cols(), cols());
  }

  std::size_t rows() const { return n_; }
  std::size_t cols() const { return of_.observation.rows(); }
  std::size_t states() const { return of_.mean.size(); }
  auto support() const { return matrix_of{real_line{}, rows(), cols()}; }

  template <class Rng> auto sample(Rng& rng) const {
    using V = typename Rng::real;
    matrix<V> y(rows(), cols());
    const auto good = is_good();
    const arena_scope scratch;
    matrix<V> x(rows(), states());
    simulate(rng, x, y);
    for (V& e : y) e = where(good, into_finite(e), V(not_a_number));
    return y;
  }

  // The states given the series y, a matrix: those of another series from the model, moved by how far the smoothed states of both differ (Durbin and Koopman 2002).
  template <class Rng, class Y> auto draw_states(Rng& rng, const Y& y) const {
    using V = typename Rng::real;
    require_value(y);
    matrix<V> x(rows(), states());
    const arena_scope scratch;
    matrix<V> other(rows(), cols());
    simulate(rng, x, other);
    for (std::size_t t = 0; t < rows(); ++t)
      for (std::size_t i = 0; i < cols(); ++i) other(t, i) = V(as_real(y(t, i))) - other(t, i);
    auto numbers = plain<V>();
    const vector<V> zeros(states(), V(0));
    numbers.mean = zeros.data();
    const kalman_smoother<V> smoothed(kalman_filter<V>(numbers, other.data()), arena::current());
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = x.data()[i] + smoothed.states[i];
    return x;
  }

  template <class Y> auto log_density(const Y& y) const {
    require_value(y);
    using real = promote<matrix_element<Y>, parameter>;
    using V = primal_of<real>;
    if constexpr (!is_adjoint<real>) {
      const arena_scope scratch;
      vector<V> values(rows() * cols());
      for (std::size_t t = 0; t < rows(); ++t)
        for (std::size_t i = 0; i < cols(); ++i) values[t * cols() + i] = V(as_real(y(t, i)));
      return never_nan(real(where(is_good(), kalman_filter<V>(plain<V>(), values.data()).log_density, negative_infinity)));
    } else {
      return never_nan(real(where(is_good(), log_density_on_tape<V>(y), negative_infinity)));
    }
  }

  template <class Visit> void parameters(Visit&& visit) const {
    visit_elements(visit, "mean", of_.mean, finite_element, "must be finite");
    visit("covariance", as_real(of_.covariance(0, 0)), semidefinite(of_.covariance), "must be symmetric and positive semidefinite");
    visit_matrix_elements(visit, "transition", of_.transition, finite_element, "must be finite");
    visit("noise", as_real(of_.noise(0, 0)), semidefinite(of_.noise), "must be symmetric and positive semidefinite");
    visit_matrix_elements(visit, "observation", of_.observation, finite_element, "must be finite");
    visit("observation noise", as_real(of_.observation_noise(0, 0)), covariance{cols()}.contains(of_.observation_noise), "must be symmetric and positive definite");
  }

 private:
  using parameter = promote<element_of<decltype(Model::mean)>, matrix_element<decltype(Model::covariance)>, matrix_element<decltype(Model::transition)>,
                            matrix_element<decltype(Model::noise)>, matrix_element<decltype(Model::observation)>, matrix_element<decltype(Model::observation_noise)>>;

  template <class Y> void require_value(const Y& y) const {
    if (y.rows() != rows() || y.cols() != cols()) [[unlikely]]
      throw_wrong_value(name, rows(), cols(), y.rows(), y.cols());
  }
  auto is_good() const {
    mask_of<parameter> good(true);
    parameters([&](std::string_view, const auto&, const auto& ok, std::string_view) { good = both(good, ok); });
    return good;
  }

  // A lower L with L Lᵀ = the matrix, which may be singular: a column is 0 where its pivot is less than 1e-12 (float: 1e-5) of the diagonal element. NaN where it
  // is not semidefinite, or not symmetric.
  template <class V, class M> static matrix<V> root_of(const M& m) {
    const std::size_t n = m.rows();
    const matrix<V> l(n, n);
    const V small(sizeof(scalar_of<V>) == 8 ? 1e-12 : 1e-5);
    for (std::size_t j = 0; j < n; ++j) {
      const V diagonal(primal(as_real(m(j, j))));
      V pivot = diagonal;
      for (std::size_t k = 0; k < j; ++k) pivot = pivot - l(j, k) * l(j, k);
      const auto is_zero = both(abs(pivot) <= small * diagonal, diagonal >= V(0));
      const V root = sqrt(where(pivot > V(0), pivot, where(is_zero, V(0), V(not_a_number))));
      for (std::size_t i = 0; i < n; ++i) {
        if (i < j) {
          l(i, j) = V(0);
          continue;
        }
        V sum(primal(as_real(m(i, j))));
        const V mirrored(primal(as_real(m(j, i))));
        sum = where(abs(sum - mirrored) <= V(1e-8) * (abs(sum) + abs(mirrored)), sum, V(not_a_number));
        for (std::size_t k = 0; k < j; ++k) sum = sum - l(i, k) * l(j, k);
        if (i == j) l(i, j) = where(is_zero, V(0), root);
        else l(i, j) = where(is_zero, where(sum == sum, V(0), sum), V(sum / root));
      }
    }
    return l;
  }
  template <class M> static auto semidefinite(const M& m) {
    using V = primal_of<matrix_element<M>>;
    const arena_scope scratch;
    return all_matrix_elements(root_of<V>(m), finite_element);
  }

  template <class V, class M> static const V* elements(const M& m) {
    vector<V> e(m.rows() * m.cols());
    for (std::size_t i = 0; i < m.rows(); ++i)
      for (std::size_t j = 0; j < m.cols(); ++j) e[i * m.cols() + j] = V(primal(as_real(m(i, j))));
    return e.data();
  }
  template <class V> state_space_numbers<V> plain() const {
    vector<V> mean(states());
    for (std::size_t i = 0; i < states(); ++i) mean[i] = V(primal(element_at{i}(of_.mean)));
    return {rows(), states(), cols(), mean.data(), elements<V>(of_.covariance), elements<V>(of_.transition), elements<V>(of_.noise), elements<V>(of_.observation),
            elements<V>(of_.observation_noise)};
  }

  // Element t of the site gives the state and the observation of step t.
  template <class Rng, class V> void simulate(Rng& rng, const matrix<V>& x, const matrix<V>& y) const {
    const auto start = root_of<V>(of_.covariance), step = root_of<V>(of_.noise), seen = root_of<V>(of_.observation_noise);
    const vector<V> z(states()), e(cols());
    for (std::size_t t = 0; t < rows(); ++t) {
      rng.element(static_cast<std::uint32_t>(t));
      for (V& a : z) a = rng.normal();
      for (V& a : e) a = rng.normal();
      for (std::size_t i = 0; i < states(); ++i) {
        V sum = t == 0 ? V(element_at{i}(of_.mean)) : V(0);
        for (std::size_t j = 0; t > 0 && j < states(); ++j) sum = into_finite(V(sum + into_finite(V(V(as_real(of_.transition(i, j))) * x(t - 1, j)))));  // ∞ − ∞ is none
        for (std::size_t j = 0; j <= i; ++j) sum = sum + (t == 0 ? start : step)(i, j) * z[j];
        x(t, i) = into_finite(sum);
      }
      for (std::size_t i = 0; i < cols(); ++i) {
        V sum(0);
        for (std::size_t j = 0; j < states(); ++j) sum = into_finite(V(sum + into_finite(V(V(as_real(of_.observation(i, j))) * x(t, j)))));
        for (std::size_t j = 0; j <= i; ++j) sum = sum + seen(i, j) * e[j];
        y(t, i) = sum;
      }
    }
  }

  template <class V, class M> static captured_values<V> captured(const M& m) {
    using element = matrix_element<M>;
    vector<element> e(m.rows() * m.cols());
    for (std::size_t i = 0; i < m.rows(); ++i)
      for (std::size_t j = 0; j < m.cols(); ++j) e[i * m.cols() + j] = as_real(m(i, j));
    return capture<V>(static_cast<const element*>(e.data()), e.size());
  }
  template <class V, class Y> adjoint<V> log_density_on_tape(const Y& y) const {
    require_tape<V>();
    using element = element_of<decltype(Model::mean)>;
    const vector<element> means(states());
    for (std::size_t i = 0; i < states(); ++i) means[i] = element_at{i}(of_.mean);
    const auto mean = capture<V>(static_cast<const element*>(means.data()), states());
    const auto p = captured<V>(of_.covariance), a = captured<V>(of_.transition), q = captured<V>(of_.noise), c = captured<V>(of_.observation),
               r = captured<V>(of_.observation_noise), values = captured<V>(y);
    const kalman_filter<V> filter({rows(), states(), cols(), mean.values, p.values, a.values, q.values, c.values, r.values}, values.values);
    const kalman_smoother<V> by(filter, *tape<V>::current);
    return reduced<V>(filter.log_density, reduction_part<V>{values.cells, by.by_y}, reduction_part<V>{mean.cells, by.by_mean}, reduction_part<V>{p.cells, by.by_covariance},
                      reduction_part<V>{a.cells, by.by_transition}, reduction_part<V>{q.cells, by.by_noise}, reduction_part<V>{c.cells, by.by_observation},
                      reduction_part<V>{r.cells, by.by_observation_noise});
  }

  Model of_;
  std::size_t n_;
};
template <class Model, class Size> linear_gaussian_state_space(Model, Size) -> linear_gaussian_state_space<Model>;

}  // namespace starling
