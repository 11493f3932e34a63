// Work on batches: an unfold extended by a step at a time, and an update of one of twenty sites.
#include <cmath>
#include <memory>
#include <optional>

#include <starling/combinators/unfold.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/models/assess.hpp>
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
constexpr auto twenty = sl::gen([](auto& trace) {
  auto x = trace({"x", 0}, sl::normal(0.0, 1.0));
  for (int i = 1; i < 20; ++i) x = trace({"x", i}, sl::normal(0.9 * x, 1.0));
  return x;
});

using chain_batch = decltype(sl::simulate(chain, sl::args(std::size_t{1}), sl::key(1), sl::lanes(1)));
using sites_batch = decltype(sl::simulate(twenty, sl::args(), sl::key(1), sl::lanes(1)));

verdict compared(double a, double b) {
  return {"score of lane 7 off by " + std::to_string(a - b), std::abs(a - b) < 1e-9 * (1 + std::abs(b))};
}

}  // namespace

// 10,000 lanes of --lanes steps, extended by ten more, one at a time; the batch is moved in.
prepared_work prepare_batch_extend(const work_options& o) {
  struct state {
    std::optional<chain_batch> b, longer;
  };
  constexpr std::size_t lanes = 10'000, more = 10;
  const std::size_t steps = o.lanes;
  const auto s = std::make_shared<state>();
  s->b = sl::simulate(chain, sl::args(std::size_t{1}), sl::key(1), sl::lanes(lanes));
  for (std::size_t t = 2; t <= steps; ++t) s->b = std::move(sl::update(std::move(*s->b), sl::args(t), {}, sl::fold_in(sl::key(1), t)).traces);
  return {[=] {
            s->longer.reset();
            s->longer.emplace(*s->b);
            for (std::size_t t = steps + 1; t <= steps + more; ++t)
              s->longer = std::move(sl::update(std::move(*s->longer), sl::args(t), {}, sl::fold_in(sl::key(1), t)).traces);
          },
          [=] {
            const auto lane = s->longer->lane(7);
            return compared(s->longer->scores()[7], sl::assess(chain, sl::args(steps + more), lane.choices()).score);
          },
          more};
}

// One of twenty sites of 10^6 lanes is set; the batch is moved in. The time is that of one site of one lane.
prepared_work prepare_batch_update(const work_options&) {
  struct state {
    std::optional<sites_batch> b;
    sl::choice_map change;
    std::size_t runs = 0;
  };
  constexpr std::size_t lanes = 1'000'000;
  const auto s = std::make_shared<state>();
  s->b = sl::simulate(twenty, sl::args(), sl::key(1), sl::lanes(lanes));
  return {[=] {
            s->change.set({"x", 9}, ++s->runs % 2 ? 0.3 : 0.4);
            s->b = std::move(sl::update(std::move(*s->b), s->change, sl::key(2)).traces);
          },
          [=] { return compared(s->b->scores()[7], sl::assess(twenty, sl::args(), s->b->lane(7).choices()).score); },
          20 * lanes};
}

}  // namespace bench
