// Chains in the space of a flow: NeuTra (Hoffman, Sountsov, Dillon, Langmore, Tran, Vasudevan 2019).
//
//   const auto fit = sl::neutra(sl::kernels::nuts(), post, {.flow = {.layers = 4, .hidden = 32}}, {}, key);
//
// A coupling flow T (coupling_flow.hpp) is trained so that T(u), u ~ normal(0, 1), is near the posterior of the free numbers; the kernel then moves u, whose density
// p(T(u)) |∂T/∂u| is as near to the normal one as the flow is good. Draws are T(u), by name: they are the posterior's whatever the flow, which changes only how well chains
// mix. Worth its training where a posterior is bent or its scales vary, as in a funnel. T is a coupling flow, then place + width · x with the place and width that advi finds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/result_checks.hpp>
#include <starling/inference/unconstrained_draws.hpp>
#include <starling/inference/variational/step_parameters.hpp>
#include <starling/neural/coupling_flow.hpp>
#include <starling/random/stream.hpp>
#include <starling/values/math.hpp>

namespace starling {

struct neutra_options {
  neural::flow_options flow = {.layers = 4, .hidden = 32};  // without context
  std::size_t steps = 2000, samples = 64;                    // of the training; draws of u a step
  double rate = 0.01;                                        // of Adam, falling to 0
};

namespace neural {

// What a net asks of a run, where there is none: parameters of a store, and where their derivatives are summed up.
template <class R> struct bare_run {
  using real = R;
  const parameter_store* store;
  shared_sums* sums = nullptr;  // null: nobody asks for them
  const parameter_store* parameters() const { return store; }
  double* parameter_sums(const literal& name, std::span<const double> values) { return sums ? sums->of(name, values) : nullptr; }
  const primal_of<R>* lane_weights() const { return nullptr; }
  std::size_t counted_lanes() const { return static_cast<std::size_t>(lanes_of<primal_of<R>>); }
};

// T, with the numbers of a store.
struct fitted_flow {
  coupling_flow flow;
  const parameter_store* store;
  const double *place, *width;

  // u ↦ T(u) in place; log |∂T/∂u| but for the constant of the widths.
  template <class R> R apply(vector<R>& x, shared_sums* sums = nullptr) const {
    bare_run<R> run{store, sums};
    const R log_determinant = flow.with(name("flow"), run).forward(x);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = place[i] + width[i] * x[i];
    return log_determinant;
  }
};

// The density of u: a target's object (inference/target.hpp).
template <class Density> struct flowed_density {
  using real = typename Density::real;
  const Density& of;
  fitted_flow flow;

  std::size_t dimension() const { return of.dimension(); }
  real log_density_and_gradient(const real* u, real* gradient) const { return pull(u, gradient, nullptr, real(1)); }
  std::string trouble_at(const double* u) const {
    const arena_scope memory;
    vector<double> x(dimension());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = u[i];
    flow.apply(x);
    return of.trouble_at(x.data());
  }
  // The same, each lane's derivatives with respect to the flow's parameters added to `sums`, times `weight`. A lane without density counts nothing there.
  real pull(const real* u, real* gradient, shared_sums* sums, const real& weight) const {
    const arena_scope memory;
    tape_scope<real> tape;
    const std::size_t n = dimension();
    real* const cells = tape.cells(n);
    vector<adjoint<real>> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = {u[i], real(1), cells + i};
    const adjoint<real> stretch = flow.apply(x, sums);
    vector<real> at(n), slope(n);
    for (std::size_t i = 0; i < n; ++i) at[i] = x[i].value();
    const real density = of.log_density_and_gradient(static_cast<const real*>(at.data()), slope.data());
    const auto good = density - density == real(0);
    for (std::size_t i = 0; i < n; ++i) x[i].add_derivative(where(good, slope[i] * weight, real(0)));
    stretch.add_derivative(where(good, weight, real(0)));
    tape.sweep();
    for (std::size_t i = 0; i < n; ++i) gradient[i] = cells[i];
    return density + stretch.value();
  }
};

// Draws by the names of the posterior, of points u.
class flowed_draws final : public draw_view {
 public:
  flowed_draws(const draw_view& of, const fitted_flow& flow, std::size_t dimension) : of_(of), flow_(flow), dimension_(dimension) {}
  const draw_layout& layout() const override { return of_.layout(); }
  std::size_t lanes() const override { return of_.lanes(); }
  void write(const double* const* u, double* const* to) const override {
    const arena_scope memory;
    std::array<const double*, target::most_lanes> at{};
    for (std::size_t l = 0; l < lanes(); ++l) {
      vector<double> x(dimension_);
      for (std::size_t i = 0; i < dimension_; ++i) x[i] = u[l][i];
      flow_.apply(x);
      at[l] = x.data();
    }
    of_.write(at.data(), to);
  }

 private:
  const draw_view& of_;
  fitted_flow flow_;
  std::size_t dimension_;
};

// Climbs E[log p(T(u)) + log |∂T/∂u|] over new draws of u in each step; its mean over the last tenth of the steps.
template <class Density> double train_flow(const Density& density, const fitted_flow& flow, parameter_store& store, const neutra_options& o, const key& k) {
  using V = typename Density::real;
  constexpr std::size_t lanes = static_cast<std::size_t>(lanes_of<V>);
  const flowed_density<Density> warped{density, flow};
  const std::size_t n = density.dimension(), blocks = (o.samples + lanes - 1) / lanes, last = o.steps - (o.steps + 9) / 10;
  const V weight(1 / static_cast<double>(blocks * lanes));
  const adam optimizer{.rate = cosine(o.rate, o.steps), .clip = 10.0};
  std::vector<V> u(n), unused(n);
  shared_sums sums;
  parameter_gradients up;
  double total = 0;
  std::size_t counted = 0;
  for (std::size_t step = 0; step < o.steps; ++step) {
    sums.clear();
    for (std::size_t b = 0; b < blocks; ++b) {
      stream<V> numbers(fold_in(k, step), b * lanes);
      for (std::size_t i = 0; i < n; ++i) {
        numbers.visit(static_cast<std::uint32_t>(i));
        u[i] = numbers.normal();
      }
      const V value = warped.pull(u.data(), unused.data(), &sums, weight);
      for (std::size_t l = 0; step >= last && l < lanes; ++l)
        if (const double v = static_cast<double>(lane_of(value, static_cast<int>(l))); v - v == 0) total += v, ++counted;
    }
    sums.give_to(up);
    bool finite = true;
    for (const auto& e : up.entries)
      for (const double d : e.derivatives) finite = finite && d - d == 0;
    if (finite) store.ascend(up, optimizer);
  }
  return total / static_cast<double>(counted);
}

}  // namespace neural

// Chains of nuts, hmc, mala or barker, as sl::run has them, over u. sample_stats lp is of u; the attribute flow_elbo has the evidence lower bound that the flow reached, but for
// what the density leaves out. The same key gives the same draws, for any number of threads. Throws std::invalid_argument for posteriors of fewer than two numbers, flows with
// context, no steps or samples, and as run() does.
template <class Posterior>
result neutra(const kernels::gradient_kernel& kernel, const Posterior& post, const neutra_options& n, const run_options& o, const key& k) {
  if (n.steps == 0 || n.samples == 0) throw std::invalid_argument("neutra: steps and samples must be at least 1");
  if (n.flow.context != 0) throw std::invalid_argument("neutra: its flow depends on nothing else, so .context must be 0");
  const auto in = [&]<class V>(V) {
    const auto erased = freed<V>(post);
    auto found = find_layout<std::conditional_t<lanes_of<V> == 1, gradient_pack, V>>(erased);
    for (std::uint32_t c = 0; c < found.structure->sites().size(); ++c)
      if (found.structure->sites()[c].is_choice() && found.structure->sites()[c].is_conditional())
        throw std::invalid_argument("neutra: the choice at " + found.structure->path_of(c).str() + " exists only under a condition, but a flow moves a fixed set of choices");
    auto layout = [&] {
      if constexpr (lanes_of<V> > 1) return std::make_shared<const posterior_layout<V>>(std::move(found));
      else return std::make_shared<const posterior_layout<V>>(in_one_lane(found));
    }();
    using Density = unconstrained_posterior<V, std::remove_const_t<decltype(erased)>>;
    const Density density(erased, std::move(layout));
    const unconstrained_draws<V, std::remove_const_t<decltype(erased)>> draws(density, o.notes);
    const std::size_t d = density.dimension();
    const auto start = advi(target::of<V>(density), draws, {.draws = 2, .check_chains = 0, .threads = o.threads}, k.scope(hash_text("width")));
    const neural::coupling_flow flow = neural::realnvp(d, n.flow).with_doubles();
    parameter_store store;
    neural::initialise(store, name("flow"), flow, k.scope(hash_text("flow")));
    const std::vector<double> place = start.guide.mean(), width = start.guide.sd();
    const neural::fitted_flow fitted{flow, &store, place.data(), width.data()};
    double elbo = neural::train_flow(density, fitted, store, n, k.scope(hash_text("training")));
    for (const double w : width) elbo += log(w) + half_log_two_pi + 0.5;
    const neural::flowed_density<Density> warped{density, fitted};
    result r = run_gradient(kernel, target::of<V>(warped), neural::flowed_draws(draws, fitted, d), o, k);
    r.attributes.emplace_back("flow_elbo", std::to_string(elbo));
    add_observed(r, erased);
    tell_improper(r, density.structure(), density.layout().latents);
    return r;
  };
  return o.is_single() ? in(double()) : in(gradient_pack());
}

}  // namespace starling
