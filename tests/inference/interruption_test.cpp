// Runs that are saved while they go on, and runs that are asked to stop: wherever they are, at once, and nothing is lost.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include <starling/distributions/normal.hpp>
#include <starling/inference/advi.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/kernels/at.hpp>
#include <starling/inference/kernels/barker.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/laplace.hpp>
#include <starling/inference/maximize.hpp>
#include <starling/inference/pathfinder.hpp>
#include <starling/inference/posterior_gradient.hpp>
#include <starling/inference/run_gradient.hpp>
#include <starling/inference/run_tempered.hpp>
#include <starling/inference/run_tempered_kernel.hpp>

#include "gradient_fits.hpp"

using namespace gradient_fits;

namespace {

const closed_form::gaussian scaled{{1, -2, 100, 0, 0.5}, {0.1, 1, 10, 100, 1}, 0.6};

// Keeps all that it is given.
struct album final : sl::checkpoint_sink {
  std::vector<sl::run_checkpoint> pictures;
  void write(const sl::run_checkpoint& state) override {
    pictures.push_back(state);
    pictures.back().sink = nullptr;
  }
};

using seconds = std::chrono::duration<double>;
double now() { return seconds(std::chrono::steady_clock::now().time_since_epoch()).count(); }
void wait(double time) { std::this_thread::sleep_for(seconds(time)); }

struct impatient final : sl::progress {
  double until;
  explicit impatient(double patience) : until(now() + patience) {}
  bool stop_requested() const override { return now() > until; }
};

// A standard normal that takes its time, or is nowhere.
struct slow {
  double time;
  bool nowhere = false;
  std::size_t dimension() const { return 2; }
  double log_density_and_gradient(const double* q, double* g) const {
    wait(time);
    g[0] = -q[0];
    g[1] = -1e4 * q[1];
    return nowhere ? -INFINITY : -0.5 * (q[0] * q[0] + 1e4 * q[1] * q[1]);
  }
};

// The same density, at a speed at which a run lasts long enough to be seen often.
struct leisurely {
  const closed_form::gaussian& of;
  std::size_t dimension() const { return of.dimension(); }
  template <class V>
  V log_density_and_gradient(const V* q, V* g) const {
    wait(1e-4);
    return of.log_density_and_gradient(q, g);
  }
};

}  // namespace

TEST(interruption, a_run_goes_on_from_wherever_it_was_saved) {
  const closed_form::identity_view view(5);
  const auto t = sl::target::of<pack>(scaled);
  const kernels::nuts nuts;
  const kernels::hmc hmc({.steps = 9});
  const kernels::barker barker;
  for (const kernels::gradient_kernel* kernel : {static_cast<const kernels::gradient_kernel*>(&nuts), static_cast<const kernels::gradient_kernel*>(&hmc),
                                                 static_cast<const kernels::gradient_kernel*>(&barker)}) {
    const sl::run_options o{.chains = 7, .draws = 60, .warmup = 150, .thin = 2};
    const auto whole = sl::run_gradient(*kernel, t, view, o, sl::key(1));
    album seen;
    sl::run_checkpoint saved{.sink = &seen, .every = 1e-9};
    const leisurely slower{scaled};
    EXPECT_EQ(sl::run_gradient(*kernel, sl::target::of<pack>(slower), view, o, sl::key(1), {.checkpoint = &saved}).posterior["x"].values, whole.posterior["x"].values);
    ASSERT_GT(seen.pictures.size(), 4u);
    std::size_t begun = 0;
    for (auto& picture : seen.pictures) {
      for (const auto& chain : picture.chains) begun += !chain.empty();
      const auto rest = sl::run_gradient(*kernel, t, view, o, sl::key(1), {.checkpoint = &picture});
      EXPECT_EQ(rest.posterior["x"].values, whole.posterior["x"].values);
      for (const char* name : {"lp", "energy", "n_steps", "step_size"}) EXPECT_EQ(rest.sample_stats[name].values, whole.sample_stats[name].values) << name;
    }
    EXPECT_GT(begun, seen.pictures.size());
  }
}

TEST(interruption, a_checkpoint_of_another_target_or_machine_is_refused) {
  const closed_form::identity_view view(2);
  const closed_form::gaussian a{{1, 2}, {1, 1}, 0}, b{{2, 1}, {1, 1}, 0};  // of the same density at 0
  const sl::run_options o{.chains = 2, .draws = 20, .warmup = 20};
  sl::run_checkpoint saved;
  sl::run_gradient(kernels::nuts(), sl::target::of<pack>(a), view, o, sl::key(1), {.checkpoint = &saved});
  const auto message = [&](const closed_form::gaussian& of, sl::run_checkpoint from) -> std::string {
    try {
      sl::run_gradient(kernels::nuts(), sl::target::of<pack>(of), view, o, sl::key(1), {.checkpoint = &from});
    } catch (const std::exception& e) {
      return e.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message(a, saved), "accepted");
  EXPECT_NE(message(b, saved).find("the log density at a saved place is not what it was"), std::string::npos);
  saved.machine = "abacus";
  EXPECT_NE(message(a, saved).find("is of a program for abacus instructions"), std::string::npos);
}

TEST(interruption, of_a_gradient_run_takes_no_longer_than_a_density) {
  const closed_form::identity_view view(2);
  struct point {
    bool nowhere;
    kernels::nuts kernel;
  };
  const point points[] = {{true, kernels::nuts()},                                                    // in the search for a start
                          {false, kernels::nuts({.step_size = 1e-9})},                                 // within one trajectory of 1,023 steps
                          {false, kernels::nuts({.start = kernels::start_kind::pathfinder})},         // in Pathfinder
                          {true, kernels::nuts({.start = kernels::start_kind::pathfinder})}};         // in its starts
  for (const auto& [nowhere, kernel] : points) {
    const slow density{0.02, nowhere};
    impatient watch(0.15);
    const double begun = now();
    const auto r = sl::run_gradient(kernel, sl::target::of<double>(density), view, {.chains = 4, .draws = 1000, .warmup = 0, .threads = 1}, sl::key(1), watch);
    EXPECT_LT(now() - begun, 0.6);
    EXPECT_TRUE(r.interrupted);
  }
}

TEST(interruption, of_searches_takes_no_longer_than_a_density) {
  const closed_form::identity_view view(2);
  for (const bool nowhere : {false, true}) {
    const slow density{0.02, nowhere};
    for (const auto method : {sl::optimizer::lbfgs, sl::optimizer::adam}) {
      impatient watch(0.15);
      const double begun = now();
      const auto found = sl::maximize(sl::target::of<double>(density), {.starts = 3, .method = method, .threads = 1}, sl::key(1), {}, &watch);
      EXPECT_LT(now() - begun, 0.6);
      ASSERT_EQ(found.size(), 3u);
      for (const auto& m : found) {
        EXPECT_TRUE(m.interrupted);
        EXPECT_FALSE(m.converged);
        EXPECT_EQ(m.reason, "it was stopped");
      }
      EXPECT_EQ(found[0].point.size(), nowhere ? 0u : 2u);
      const auto r = sl::named_mode(found[0], view);
      EXPECT_TRUE(r.interrupted);
      EXPECT_EQ(r.posterior.draws, nowhere ? 0u : 1u);
      EXPECT_EQ(r.warnings.size(), 1u);
    }
  }
  // Beyond the mode: in the search of its scales, and in Laplace's differences and draws.
  const slow density{0.005};
  const auto t = sl::target::of<double>(density);
  const auto mode = sl::maximize(t, {.starts = 1, .threads = 1}, sl::key(1)).front();
  ASSERT_TRUE(mode.converged);
  for (const double patience : {0.03, 0.3}) {
    impatient watch(patience);
    const double begun = now();
    const auto r = sl::laplace(t, mode, view, {.draws = 10'000, .threads = 1}, sl::key(1), &watch);
    EXPECT_LT(now() - begun, patience + 0.3);
    EXPECT_TRUE(r.interrupted);
    EXPECT_EQ(r.posterior.draws, 0u);
  }
  impatient patient(1e9);
  EXPECT_EQ(sl::maximize(t, {.starts = 1, .threads = 1}, sl::key(1), {}, &patient).front().point, mode.point);
}

TEST(interruption, of_tempering_takes_no_longer_than_a_density) {
  const closed_form::identity_view view(2);
  for (const bool nowhere : {true, false}) {
    const slow density{0.01, nowhere}, prior{0.01};
    for (const double step_size : {0.0, 1e-9}) {  // in the starts, in the search for a step size; within one trajectory of 1,023 steps
      impatient watch(0.3);
      const double begun = now();
      const auto r = sl::run_tempered(kernels::nuts({.step_size = step_size}), sl::target::of<double>(density), sl::target::of<double>(prior), view, {.temperatures = 4},
                                      {.chains = 2, .draws = 1000, .warmup = 0, .threads = 1}, sl::key(1), watch);
      EXPECT_LT(now() - begun, 0.8);
      EXPECT_TRUE(r.interrupted);
    }
  }
}

TEST(interruption, of_advi_keeps_the_guide) {
  const closed_form::identity_view view(2);
  const slow quick{0};
  const auto whole = sl::advi(sl::target::of<double>(quick), view, {.threads = 1}, sl::key(1));
  ASSERT_TRUE(whole.converged);
  for (const auto engine : {sl::advi_engine::fixed_draws, sl::advi_engine::stochastic})
    for (const bool nowhere : {false, true})
      for (const double patience : {0.05, 1.0}) {
        const slow density{nowhere || patience < 1 ? 0.01 : 1e-4, nowhere};
        impatient watch(patience);
        const double begun = now();
        const auto r = sl::advi(sl::target::of<double>(density), view, {.engine = engine, .max_steps = 1'000'000, .rate = 1e-9, .threads = 1}, sl::key(1), &watch);
        EXPECT_LT(now() - begun, patience + 0.3);
        if (engine == sl::advi_engine::fixed_draws && patience == 1) continue;  // it may have been done
        EXPECT_TRUE(r.interrupted);
        EXPECT_FALSE(r.converged);
        EXPECT_EQ(r.posterior.draws, 0u);
        ASSERT_EQ(r.warnings.size(), 1u);
        if (patience < 1) {
          EXPECT_EQ(r.guide.dimension(), 0u);
        }
        if (patience == 1 && !nowhere) {
          EXPECT_NEAR(r.guide.sd()[1], 0.01, 1e-3);
        }
      }
  impatient patient(1e9);
  EXPECT_EQ(sl::advi(sl::target::of<double>(quick), view, {.threads = 1}, sl::key(1), &patient).posterior["x"].values, whole.posterior["x"].values);
}

// Of posteriors: a body that takes its time.
TEST(interruption, of_searches_and_tempering_of_posteriors_takes_no_longer_than_a_density) {
  constexpr auto model = sl::gen([](auto& trace) {
    wait(0.005);
    trace("y", sl::normal(trace("m", sl::normal(0.0, 1.0)), 1.0));
  });
  const auto post = sl::posterior(model, sl::args(), sl::observe("y", 0.5));
  const auto expect_stop = [](double patience, auto&& f) {
    impatient watch(patience);
    const double begun = now();
    const sl::result r = f(watch);
    EXPECT_LT(now() - begun, patience + 0.4);
    EXPECT_TRUE(r.interrupted);
    EXPECT_FALSE(r.warnings.empty());
    return r;
  };
  EXPECT_EQ(expect_stop(0.02, [&](auto& watch) { return sl::maximize(post, {.starts = 50}, sl::key(1), &watch); }).posterior.draws, 0u);
  EXPECT_EQ(expect_stop(0.3, [&](auto& watch) { return sl::laplace(post, {.draws = 100'000}, sl::key(1), &watch); }).posterior.draws, 0u);
  expect_stop(0.3, [&](auto& watch) { return sl::pathfinder(post, {.draws = 100'000, .draws_per_path = 100'000}, sl::key(1), &watch); });
  expect_stop(0.3, [&](auto& watch) { return sl::advi(post, {.draws = 100'000}, sl::key(1), &watch); });
  for (const std::size_t warmup : {0u, 1000u}) {
    const auto r = expect_stop(0.3, [&](auto& watch) {
      return sl::run_tempered(sl::kernels::drift(), post, {.temperatures = 4}, {.chains = 2, .draws = 100'000, .warmup = warmup, .threads = 1}, sl::key(1), watch);
    });
    EXPECT_LT(r.posterior.draws, 100'000u);
  }
}

// A step of half a second and more, of a kernel among others: it is left in its middle, and begun again by whoever goes on.
std::atomic<double> delay{0};
struct stopper final : sl::progress {
  mutable std::atomic<int> left;
  mutable double asked = 0;
  explicit stopper(int n) : left(n) {}
  bool stop_requested() const override {
    if (--left > 0) return false;
    if (asked == 0) asked = now();
    return true;
  }
};
TEST(interruption, of_a_kernel_among_others_does_not_wait_for_the_end_of_its_step) {
  constexpr auto model = sl::gen([](auto& trace) {
    if (delay > 0) wait(delay);
    const auto a = trace("a", sl::normal(0.0, 1.0));
    trace("y", sl::normal(a + trace("b", sl::normal(a, 1.0)), 1.0));
  });
  const auto post = sl::posterior(model, sl::args(), sl::observe("y", 0.5));
  const auto kernel = kernels::cycle(kernels::at("a", kernels::hmc({.steps = 60})), kernels::repeat(kernels::at("b", kernels::hmc({.steps = 60})), 2));
  const sl::run_options o{.chains = 2, .draws = 3, .warmup = 3, .threads = 1};
  const auto whole = sl::run(kernel, post, o, sl::key(1));
  for (const bool keeps : {false, true})
    for (const int n : {1, 7, 25}) {
      delay = 0.01;
      sl::run_checkpoint saved;
      stopper watch(n);
      const auto part = sl::run(kernel, post, o, sl::key(1), watch, {.checkpoint = keeps ? &saved : nullptr});
      EXPECT_LT(now() - watch.asked, 0.3);
      EXPECT_TRUE(part.interrupted);
      delay = 0;
      if (!keeps) continue;
      const auto rest = sl::run(kernel, post, o, sl::key(1), {.checkpoint = &saved});
      for (const char* name : {"a", "b"}) EXPECT_EQ(rest.posterior[name].values, whole.posterior[name].values) << n;
    }
  delay = 0.01;
  stopper watch(3);
  const auto tempered = sl::run_tempered(kernel, post, {.temperatures = 2}, {.chains = 1, .draws = 3, .warmup = 0, .threads = 1}, sl::key(1), watch);
  EXPECT_LT(now() - watch.asked, 0.3);
  EXPECT_TRUE(tempered.interrupted);
  delay = 0;
}

TEST(interruption, of_importance_sampling_keeps_the_particles) {
  // The particles of one pack at a time take 4 ms.
  const auto model = sl::gen([](auto& trace) {
    const auto x = trace("x", sl::normal(0.0, 1.0));
    wait(0.004);
    trace("y", sl::normal(x, 1.0));
  });
  const sl::posterior post(model, sl::args(), sl::observe("y", 0.5));
  const double begun = now();
  impatient watch(0.3);
  const auto r = sl::importance(post, 100'000, {.threads = 1}, sl::key(1), watch);
  EXPECT_LT(now() - begun, 0.8);
  EXPECT_TRUE(r.interrupted);
  ASSERT_GT(r.posterior.draws, 20u);
  ASSERT_LT(r.posterior.draws, 10'000u);
  EXPECT_EQ(r.posterior["x"].values.size(), r.posterior.draws);
  EXPECT_EQ(r.log_weights.size(), r.posterior.draws);
  EXPECT_TRUE(r.log_evidence.has_value());
  // They are those that a run of as many has.
  const auto whole = sl::importance(post, r.posterior.draws, {.threads = 1}, sl::key(1));
  EXPECT_EQ(whole.posterior["x"].values, r.posterior["x"].values);
  EXPECT_EQ(whole.log_weights, r.log_weights);
  EXPECT_EQ(whole.log_evidence, r.log_evidence);
}

TEST(interruption, particles_of_parts_move_together) {
  sl::result r;
  r.posterior = {1, 9, {{"x", {2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}}}};
  r.log_weights = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  sl::keep_drawn({2, 0, 1}, 4, r);
  EXPECT_EQ(r.log_weights, (std::vector<double>{0, 1, 8}));
  EXPECT_EQ(r.posterior.variables[0].values, (std::vector<double>{0, 1, 2, 3, 16, 17}));
  EXPECT_EQ(r.posterior.draws, 3u);
}
