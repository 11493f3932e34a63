#pragma once
// Simulation-based calibration of a guide that takes the data: is what it draws the posterior?
//
//   std::cout << sl::calibrate(sl::amortised(sl::with_parameters(guide, fit.parameters)), post, {}, sl::key(1));

#include <starling/inference/calibrate.hpp>
#include <starling/inference/proposed_importance.hpp>

namespace starling {

/// As calibrate with a kernel (calibrate.hpp); of o.run, chains × draws are how many draws of the guide are ranked among, as they come, without weights.
template <class G, class Posterior>
calibration calibrate(const amortised_guide<G>& guide, const Posterior& post, const calibration_options& o, const key& k) {
  progress silent;
  return calibrate_by(
      [&](const Posterior& simulated, const key& here) {
        result r = importance(simulated, guide, o.run.chains * o.run.draws, here, {.defensive = 0});
        r.log_weights.clear();
        r.ess.reset();
        return r;
      },
      post, o, k, silent);
}

}  // namespace starling
