// One gradient on adjoints beside the same written out by hand: in plain operators (a robust regression, on one lane and on a pack), and where the bulk is
// single tape entries (logistic regression, on a pack).
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <starling/distributions/generalised_linear.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/inference/posterior_gradient.hpp>

#include "works/logistic_data.hpp"
#include "works/robust_regression.hpp"
#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

using pack = sl::gradient_pack;

// f of adjoints: its value, and its gradient at x to `slope`.
template <class V, class F> V on_adjoints(F f, const V* x, std::size_t n, V* slope) {
  const sl::arena_scope memory;
  sl::tape_scope<V> tape;
  V* const cells = tape.cells(n);
  sl::vector<sl::adjoint<V>> variables(n);
  for (std::size_t i = 0; i < n; ++i) variables[i] = {x[i], V(1), cells + i};
  const auto y = f(variables);
  tape.differentiate(y);
  std::copy_n(cells, n, slope);
  return y.value();
}

struct operators {
  robust_regression data;
  template <class V> V adjoints(const V* x, V* slope) const {
    return on_adjoints([&](const auto& v) { return data.density(v.data()); }, x, 3, slope);
  }
  template <class V> V by_hand(const V* x, V* slope) const { return data.density_by_hand(x, slope); }
  static std::vector<double> point() { return {0.3, 0.7, 1.1}; }
};

struct bulk {
  logistic_by_hand hand;
  template <class V> V adjoints(const V* x, V* slope) const {
    return on_adjoints(
        [&](const auto& q) {
          const sl::vector<sl::adjoint<V>> coefficients(q.data() + 1, covariates);
          return sl::normal(0.0, 1.0).log_density(q[0]) + sl::iid(sl::normal(0.0, 1.0), covariates).log_density(coefficients) +
                 sl::bernoulli_logit_glm(hand.data.view(), q[0], coefficients).log_density(hand.data.y);
        },
        x, covariates + 1, slope);
  }
  template <class V> V by_hand(const V* x, V* slope) const { return hand.log_density_and_gradient(x, slope); }
  static std::vector<double> point() {
    std::vector<double> q;
    for (std::size_t j = 0; j <= covariates; ++j) q.push_back(0.1 * std::sin(static_cast<double>(j) + 1));
    return q;
  }
};

// Both must give the same.
template <class V, class Function> prepared_work gradient_work(bool by_hand, std::size_t repetitions) {
  struct state {
    Function f;
    std::vector<V> x, slope;
  };
  const auto s = std::make_shared<state>();
  for (const double x : Function::point()) s->x.push_back(V(x));
  s->slope.resize(s->x.size());
  return {[=] {
            for (std::size_t r = 0; r < repetitions; ++r)
              if (by_hand) s->f.by_hand(s->x.data(), s->slope.data());
              else s->f.adjoints(s->x.data(), s->slope.data());
          },
          [=] {
            std::vector<V> other(s->x.size()), one = other;
            const V a = s->f.by_hand(s->x.data(), one.data()), b = s->f.adjoints(s->x.data(), other.data());
            double worst = sl::max_lane(sl::abs((a - b) / a));
            for (std::size_t i = 0; i < one.size(); ++i) worst = std::max(worst, static_cast<double>(sl::max_lane(sl::abs((one[i] - other[i]) / (1.0 + sl::abs(one[i]))))));
            return verdict{"they differ by " + std::to_string(worst), worst < 1e-10};
          },
          repetitions};
}

}  // namespace

prepared_work prepare_adjoint_pack(const work_options&) { return gradient_work<pack, operators>(false, 2000); }
prepared_work prepare_adjoint_pack_by_hand(const work_options&) { return gradient_work<pack, operators>(true, 2000); }
prepared_work prepare_adjoint_double(const work_options&) { return gradient_work<double, operators>(false, 2000); }
prepared_work prepare_adjoint_double_by_hand(const work_options&) { return gradient_work<double, operators>(true, 2000); }
prepared_work prepare_adjoint_bulk(const work_options&) { return gradient_work<pack, bulk>(false, 200); }
prepared_work prepare_adjoint_bulk_by_hand(const work_options&) { return gradient_work<pack, bulk>(true, 200); }

}  // namespace bench
