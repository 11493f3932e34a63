// Incremental work on a long chain: an update of its last step, and its extension step by step; beside the latter a loop by hand.
#include <cmath>
#include <memory>
#include <optional>

#include <starling/combinators/unfold.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/models/project.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/update.hpp>

#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr auto walk = sl::unfold(sl::gen([](auto& trace, std::size_t, const auto& x) {
  const auto next = trace("x", sl::normal(0.9 * x, 1.0));
  trace("y", sl::normal(next, 0.5));
  return next;
}));
constexpr auto chain = sl::gen([](auto& trace, std::size_t steps) { return trace("steps", walk, steps, 0.0).back(); });

using chain_trace = decltype(sl::simulate(chain, sl::args(std::size_t{1}), sl::key(1)));

std::size_t steps_of(const work_options& o) { return o.lanes; }

}  // namespace

// One update of an observation at the last of --lanes steps; the trace is moved in.
prepared_work prepare_unfold_update(const work_options& o) {
  struct state {
    chain_trace t;
    sl::choice_map change;
    double score = 0, expected = 0;
  };
  const std::size_t steps = steps_of(o);
  const auto s = std::make_shared<state>(state{sl::simulate(chain, sl::args(steps), sl::key(1)), {}, 0, 0});
  const sl::path last_y = sl::path("steps", steps - 1) / sl::address("y");
  s->change.set(last_y, 0.3);
  const auto once = sl::update(s->t, s->change, sl::key(2));
  s->expected = s->t.score() + once.weight;
  constexpr std::size_t operations = 10'000;
  return {[=] {
            for (std::size_t i = 0; i < operations; ++i) {
              s->change.set(last_y, i % 2 ? 0.3 : 0.4);
              s->t = std::move(sl::update(std::move(s->t), s->change, sl::key(i)).trace);
            }
          },
          [=] {
            const double error = s->t.score() - s->expected;
            return verdict{"score off by " + std::to_string(error), std::abs(error) < 1e-9 * (1 + std::abs(s->expected))};
          },
          operations};
}

// From one step to --lanes, one at a time: every step is an update with new arguments.
prepared_work prepare_unfold_extend(const work_options& o) {
  struct state {
    std::optional<chain_trace> t;
  };
  const auto s = std::make_shared<state>();
  const std::size_t steps = steps_of(o);
  return {[=] {
            s->t = sl::simulate(chain, sl::args(std::size_t{1}), sl::key(1));
            for (std::size_t i = 2; i <= steps; ++i) *s->t = std::move(sl::update(std::move(*s->t), sl::args(i), {}, sl::fold_in(sl::key(1), i)).trace);
          },
          [=] {
            const double whole = sl::project(*s->t, sl::all), score = s->t->score();
            return verdict{"score " + std::to_string(score), std::abs(whole - score) < 1e-9 * std::abs(score)};
          },
          steps};
}

// The same chain by hand: the same numbers drawn from the same generator, and the columns x, y, their log densities, the score.
prepared_work prepare_unfold_extend_loop(const work_options& o) {
  struct columns {
    std::vector<double> x, y, x_density, y_density, score;
  };
  const auto s = std::make_shared<columns>();
  const std::size_t steps = steps_of(o);
  return {[=] {
            *s = {};
            double x = 0;
            for (std::size_t i = 1; i <= steps; ++i) {
              sl::stream<double> numbers(sl::fold_in(sl::key(1), i).scope(i));
              numbers.visit(0);
              const sl::normal px(0.9 * x, 1.0);
              x = px.sample(numbers);
              numbers.visit(1);
              const sl::normal py(x, 0.5);
              const double y = py.sample(numbers);
              s->x.push_back(x), s->y.push_back(y);
              s->x_density.push_back(px.log_density(x)), s->y_density.push_back(py.log_density(y));
              s->score.push_back(s->x_density.back() + s->y_density.back());
            }
          },
          [=] {
            double score = 0;
            for (const double lp : s->score) score += lp;
            return verdict{"score " + std::to_string(score), std::isfinite(score) && s->x.size() == steps};
          },
          steps};
}

}  // namespace bench
