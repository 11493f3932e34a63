// Every way of inference once: the code of docs/inference.md, and what comes out.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <starling/starling.hpp>

namespace sl = starling;
namespace kernels = sl::kernels;

constexpr auto line = sl::gen([](auto& trace, const auto& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  const auto noise = trace("noise", sl::exponential(1.0));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(slope * xs[i], noise));
});
const std::vector<double> xs{1, 2, 3, 4, 5, 6, 7, 8}, ys{1.9, 4.2, 5.8, 8.1, 10.3, 11.8, 14.1, 15.9};
const sl::posterior post(line, sl::args(xs), sl::observe("y", ys));

void show(const char* method, const sl::result& fit) {
  const auto row = sl::summarise(fit)[0];
  std::printf("%-17s %s %.1f, %s\n", method, row.name.c_str(), row.mean, row.r_hat < 1.05 ? "chains agree" : "chains do not agree");
}

void results() {
  const auto fit = sl::run(kernels::nuts(), post, {.chains = 4, .draws = 1000, .warmup = 1000}, sl::key(1));
  const std::vector<double>& slopes = fit.posterior["slope"].values;            // [chain][draw]
  const std::vector<double>& depths = fit.sample_stats["tree_depth"].values;
  for (const auto& row : sl::summarise(fit))
    std::printf("%-5s mean %.1f, R-hat %.1f\n", row.name.c_str(), row.mean, row.r_hat);
  for (const auto& warning : fit.warnings) std::printf("%s\n", warning.c_str());
  const std::string everything = sl::report(fit);

  std::printf("%zu draws, %zu depths, a report of %s\n", slopes.size(), depths.size(), everything.size() > 100 ? "some length" : "no length");

  const std::vector<sl::choice_map> points = {{{"slope", 2.0}}, {{"slope", -2.0}, {"noise", 0.5}}, {{"slope", 0.0}}, {}};
  const auto elsewhere = sl::run(kernels::nuts(), post, {.chains = 4}, sl::key(1), {.starts = points});   // or sl::init::prior(post, 4, key)
  show("starts by name", elsewhere);
}

// What compositions are made of beside the library's own kernels.
constexpr auto nudge = sl::gen([](auto& trace, const auto& current) { trace("slope", sl::normal(current["slope"], 0.05)); });
constexpr auto factor = sl::gen([](auto& trace, const auto&) { trace("u", sl::normal(0.0, 0.5)); });
constexpr auto stretch = [](auto& move) {
  move.model.set("noise", move.model["noise"] * sl::exp(move.auxiliary["u"]));
  move.auxiliary.set("u", -move.auxiliary["u"]);
};

void compositions() {
  const auto turns = kernels::cycle(kernels::elliptical_slice({.at = "slope"}), kernels::repeat(kernels::slice({.at = "noise"}), 2));
  const auto coin = kernels::mix(std::vector{0.7, 0.3}, kernels::drift(), kernels::regenerate({.at = "noise"}));
  const auto own = kernels::cycle(kernels::proposal(nudge), kernels::involution(factor, stretch));
  const auto fit = sl::run(turns, post, {.chains = 64, .thin = 2}, sl::key(2));

  show("cycle", fit);
  show("mix", sl::run(coin, post, {.chains = 16, .thin = 5}, sl::key(3)));
  show("moves of our own", sl::run(own, post, {.chains = 16, .thin = 5}, sl::key(4)));
}

constexpr auto with_outliers = sl::gen([](auto& trace, const auto& xs) {
  using R = sl::real_of<decltype(trace)>;
  const R slope = trace("slope", sl::normal(0.0, 2.0));
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const auto odd = trace({"odd", i}, sl::bernoulli(0.1));
    trace({"y", i}, sl::normal(slope * xs[i], sl::where(odd, R(5.0), R(0.3))));
  }
});

void discrete_latents() {
  const sl::posterior mixed(with_outliers, sl::args(xs), sl::observe("y", ys));
  const auto kernel = kernels::cycle(kernels::at("slope", kernels::nuts()), kernels::gibbs({.at = "odd"}));

  const auto tempered = sl::run_tempered(kernel, mixed, {.temperatures = 6}, {.chains = 4}, sl::key(22));

  show("nuts and gibbs", sl::run(kernel, mixed, {.chains = 8}, sl::key(5)));
  show("the same, tempered", tempered);
}

void settings() {
  const kernels::nuts careful({.target_acceptance = 0.95, .max_depth = 12, .metric = kernels::metric_kind::dense_e});
  const kernels::hmc paths({.steps = 20, .jitter = 0.2});
  const kernels::nuts from_the_mass({.start = kernels::start_kind::pathfinder});

  show("dense_e", sl::run(careful, post, {}, sl::key(6)));
  show("hmc", sl::run(paths, post, {}, sl::key(7)));
  show("from Pathfinder", sl::run(from_the_mass, post, {}, sl::key(8)));
  show("mala", sl::run(kernels::mala(), post, {.thin = 5}, sl::key(9)));
  show("barker", sl::run(kernels::barker(), post, {.thin = 5}, sl::key(10)));
}

// Modes near −2 and 2.
constexpr auto two_modes = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(0.0, 2.0));
  trace("y", sl::student_t(3.0, x * x, 0.5));
});

void tempering() {
  const sl::posterior modes(two_modes, sl::args(), sl::observe("y", 4.0));
  const auto fit = sl::run_tempered(kernels::nuts(), modes, {.temperatures = 8}, {.chains = 4, .draws = 2000}, sl::key(11));
  const double evidence = *fit.log_evidence, other = std::stod(*fit.attribute("thermodynamic_integral"));

  double right = 0;
  for (const double x : fit.posterior["x"].values) right += x > 0 ? 1.0 / 8000 : 0.0;
  std::printf("tempered: %.1f of the draws in the right mode, log evidence %.0f and %.0f, by importance sampling %.0f\n", right, evidence, other,
              *sl::importance(modes, 1'000'000, sl::key(12)).log_evidence);
}

void approximations() {
  const auto mode = sl::maximize(post, {.starts = 4}, sl::key(13));
  const auto normal = sl::laplace(post, {.draws = 1000, .weighted = true}, sl::key(14));
  const auto paths = sl::pathfinder(post, {.paths = 4, .draws = 1000}, sl::key(15));
  const double k = std::stod(*paths.attribute("pareto_k"));

  std::printf("mode: slope %.1f\n", mode.posterior["slope"].values[0]);
  std::printf("Laplace: log evidence %.0f, %zu weights\n", *normal.log_evidence, normal.log_weights.size());
  std::printf("Pathfinder: slope %.1f, Pareto's k %s\n", sl::summarise(paths)[0].mean, k < 1 ? "below 1" : "above 1");
}

void importance() {
  const auto from_the_prior = sl::importance(post, 100'000, sl::key(16));

  constexpr auto guide = sl::gen([](auto& trace) {
    trace("slope", sl::student_t(4.0, 2.0, 0.03));
    trace("noise", sl::log_normal(-1.5, 0.5));
  });
  const auto fit = sl::importance(post, guide, sl::args(), 20'000, sl::key(17));
  const double evidence = *fit.log_evidence, ess = *fit.ess, k = sl::psis(fit.log_weights).pareto_k;
  const auto equal = sl::resample(fit, 1000, sl::key(18));

  std::printf("importance: log evidence %.1f, ESS %s that of draws from the prior, Pareto's k %s, %zu draws\n", evidence, ess > *from_the_prior.ess ? "above" : "below",
              k < 0.7 ? "below 0.7" : "above 0.7", equal.posterior.draws);
}

void particles() {
  constexpr auto walk = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& x, double step) {
    const auto next = trace("x", sl::normal(x, step));
    trace("y", sl::normal(next, 0.5));
    return next;
  }));
  sl::particle_filter filter(walk, sl::args(0.0, 1.0), {.particles = 10'000}, sl::key(19));
  for (const double y : {0.3, 1.1, 1.9, 1.6}) filter.step({{"y", y}});
  const double now = filter.mean("x"), evidence = filter.log_evidence();

  std::printf("filter: x %.1f, log evidence %.0f\n", now, evidence);
}

void checkpoints(const std::string& file) {
  sl::run_checkpoint saved;
  sl::progress_line watch;
  const auto part = sl::run(kernels::nuts(), post, {.draws = 300}, sl::key(20), watch, {.checkpoint = &saved});
  sl::write_checkpoint(saved, file);

  saved = sl::read_checkpoint(file);  // in another program, on another day
  const auto fit = sl::run(kernels::nuts(), post, {.draws = 500}, sl::key(20), {.checkpoint = &saved});

  const auto at_once = sl::run(kernels::nuts(), post, {.draws = 500}, sl::key(20));
  std::printf("from a checkpoint: %zu draws, then %zu, %s without it\n", part.posterior.draws, fit.posterior.draws,
              fit.posterior["slope"].values == at_once.posterior["slope"].values ? "the same as" : "other ones than");
}

void parameters() {
  constexpr auto trained = sl::gen([](auto& trace, const auto& x) {
    const auto w = trace.param("w", std::vector{0.0, 0.0});
    for (std::size_t i = 0; i < x.size(); ++i) trace({"y", i}, sl::normal(w[0] + w[1] * x[i], 0.5));
  });
  sl::parameter_store store;
  const auto model = sl::with_parameters(trained, store);
  for (int i = 0; i < 2000; ++i)
    store.ascend(sl::gradients(model, sl::args(xs), sl::observe("y", ys)).parameters, sl::adam{.rate = 0.02});

  std::printf("trained: w[1] %.1f\n", store["w"][1]);
}

constexpr auto cube = sl::custom_gradient(
    [](const auto& x, double scale) { return scale * x * x * x; },
    [](const auto& /*value*/, const auto& derivative, const auto& x, double scale) { return derivative * 3.0 * scale * x * x; },
    sl::with_respect_to<true, false>);
constexpr auto cubic = sl::gen([](auto& trace) {
  const auto x = trace("x", sl::normal(0.0, 1.0));
  trace("y", sl::normal(cube(x, 2.0), 0.5));
});

void own_gradients() {
  const auto check = sl::check_gradient([](const auto& x) { return cube(x[0], 2.0) + sl::log(x[1]); }, {0.7, 3.0});
  for (const auto& problem : check.problems) std::printf("%s\n", problem.c_str());

  std::printf("%d derivatives are as differences say\n", check.compared);
  show("custom gradient", sl::run(kernels::nuts(), sl::posterior(cubic, sl::args(), sl::observe("y", 2.0)), {}, sl::key(21)));
}

int main() {
  results();
  compositions();
  discrete_latents();
  settings();
  tempering();
  approximations();
  importance();
  particles();
  const auto file = std::filesystem::temp_directory_path() / ("inference_methods_" + std::to_string(::getpid()));
  checkpoints(file.string());
  std::filesystem::remove(file);
  parameters();
  own_gradients();
}
