#include <starling/inference/gradient_steps.hpp>

#include <algorithm>
#include <stdexcept>
#include <variant>
#include <vector>

#include "inference/sampling_chain.hpp"
#include <starling/inference/pulse.hpp>
#include "inference/trajectories/barker_jump.hpp"
#include "inference/trajectories/hamiltonian_path.hpp"
#include "inference/trajectories/nuts_tree.hpp"

namespace starling {

namespace {

template <class Transition>
using chains = std::vector<std::unique_ptr<sampling_chain<Transition>>>;

template <class Transition>
bool step_all(chains<Transition>& all, std::size_t d, const key& k, const target& density, double* const* q, gradient_step_info* info, const progress* watch, pulse& clock) {
  using events = typename sampling_chain<Transition>::events;
  const double* points[target::most_lanes];
  double* gradients[target::most_lanes];
  double log_densities[target::most_lanes];
  bool busy[target::most_lanes];
  for (std::size_t l = 0; l < all.size(); ++l) {
    all[l]->go_on_from(q[l], k);
    busy[l] = true;
  }
  for (std::size_t running = all.size(); running > 0;) {
    for (std::size_t l = 0; l < all.size(); ++l) {
      points[l] = all[l]->point();
      gradients[l] = all[l]->gradient();
    }
    density.evaluate(points, log_densities, gradients);
    for (std::size_t l = 0; l < all.size(); ++l) {
      if (!busy[l]) continue;
      const auto event = all[l]->receive(log_densities[l]);
      if (event == events::none) continue;
      busy[l] = false;
      --running;
      info[l] = {0, 0, false};
      if (event == events::lost) continue;
      std::copy_n(all[l]->state().q, d, q[l]);
      info[l] = {all[l]->info().acceptance_rate, all[l]->info().n_steps, all[l]->info().diverging};
    }
    if (watch && running > 0 && clock.beat() && watch->stop_requested()) [[unlikely]]
      return false;
  }
  return true;
}

}  // namespace

struct gradient_steps::state {
  kernels::gradient_settings settings;
  chain_plan plan;
  pulse clock;
  std::variant<chains<trajectories::nuts_tree>, chains<trajectories::hamiltonian_path>, chains<trajectories::barker_jump>> all;

  state(const kernels::gradient_settings& s, std::size_t d, std::size_t warmup)
      : settings(s), plan{settings, d, warmup, static_cast<std::size_t>(-1) - warmup, key(0), nullptr} {}

  template <class Transition>
  void fill(const typename Transition::settings& s, std::size_t lanes, std::size_t first_chain) {
    auto& to = all.emplace<chains<Transition>>();
    for (std::size_t l = 0; l < lanes; ++l) to.push_back(std::make_unique<sampling_chain<Transition>>(plan, s, first_chain + l));
  }
};

gradient_steps::gradient_steps(const kernels::gradient_kernel& kernel, std::size_t dimension, std::size_t lanes, std::size_t first_chain, std::size_t warmup)
    : state_(std::make_unique<state>(kernel.settings(), dimension, warmup)) {
  const auto& s = state_->settings;
  check_inverse_metric(s, dimension);
  switch (s.transition) {
    case kernels::gradient_settings::transitions::tree:
      state_->fill<trajectories::nuts_tree>({s.max_depth, s.max_energy_error, s.jitter}, lanes, first_chain);
      break;
    case kernels::gradient_settings::transitions::path:
      state_->fill<trajectories::hamiltonian_path>({s.steps, s.jitter, s.max_energy_error, s.integration_time}, lanes, first_chain);
      break;
    case kernels::gradient_settings::transitions::jump:
      state_->fill<trajectories::barker_jump>({}, lanes, first_chain);
      break;
  }
}
gradient_steps::gradient_steps(gradient_steps&&) noexcept = default;
gradient_steps& gradient_steps::operator=(gradient_steps&&) noexcept = default;
gradient_steps::~gradient_steps() = default;

void gradient_steps::end_warmup() {
  std::visit(
      [](auto& all) {
        for (auto& chain : all) chain->end_warmup();
      },
      state_->all);
}

void gradient_steps::archive(archive_writer& a) {
  std::visit(
      [&](auto& all) {
        for (auto& chain : all) a(*chain);
      },
      state_->all);
}
void gradient_steps::archive(archive_reader& a) {
  std::visit(
      [&](auto& all) {
        for (auto& chain : all) a(*chain);
      },
      state_->all);
}

bool gradient_steps::step(const key& k, const target& density, double* const* q, gradient_step_info* info, const progress* watch) {
  return std::visit(
      [&](auto& all) {
        if (all.size() != density.lanes() || state_->plan.dimension != density.dimension())
          throw std::logic_error("gradient_steps: the target has other lanes or another dimension than were announced");
        return step_all(all, state_->plan.dimension, k, density, q, info, watch, state_->clock);
      },
      state_->all);
}

}  // namespace starling
