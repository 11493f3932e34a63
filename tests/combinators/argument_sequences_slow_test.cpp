// Sequences of operations on traces of random models, in which arguments change, traces are copied and moved, updates are taken back and
// bodies throw: after each the trace is what assess makes of its arguments and choices from scratch.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <starling/combinators/combinators.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/models/assess.hpp>
#include <starling/models/regenerate.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/static_model.hpp>
#include <starling/models/update.hpp>

namespace sl = starling;

namespace {

// A statement of a random model, about the result of an earlier one; a model is a list of them.
enum class kind { choice,
                  number,
                  pair,
                  vector,
                  several,
                  map,
                  unfold,
                  scan,
                  repeat,
                  mask,
                  factor,
                  count };
struct statement {
  kind what;
  std::size_t about;
};
using program = std::vector<statement>;

constexpr double too_large = 1e6;
template <class X>
void throw_if_large(const X& x) {
  if constexpr (std::is_same_v<X, double>)
    if (x > too_large) throw std::runtime_error("too large");
}

constexpr auto number = sl::gen([](auto& trace, const auto& m) {
  const auto x = trace("x", sl::normal(m, 1.0));
  throw_if_large(x);
  return x + m;
});
constexpr auto pair = sl::gen([](auto& trace, const auto& m) {
  const auto x = trace("a", number, m);
  return std::pair(x, trace("y", sl::normal(x, 2.0)));
});
constexpr auto vector = sl::gen([](auto& trace, const auto& m) { return trace("v", sl::iid(sl::normal(m, 1.5), 3)); });
constexpr auto several = sl::gen([](auto& trace, const auto& m, int n) {
  auto x = trace("first", number, m);
  for (int i = 0; i < n; ++i) x = trace({"n", i}, i % 2 == 0 ? number : number, x);
  return x;
});
constexpr auto member = sl::gen([](auto& trace, const auto& x, const auto& m) {
  const auto u = trace("u", sl::normal(x + m, 1.0));
  throw_if_large(u);
  return u * x;
});
constexpr auto state = sl::gen([](auto& trace, std::size_t, const auto& x, const auto& m) { return trace("s", sl::normal(0.5 * x + m, 1.0)); });
constexpr auto step = sl::gen([](auto& trace, const auto& x, const auto& y, const auto& m) {
  const auto next = trace("s", sl::normal(x + y, 1.0));
  return std::pair(next, next + m);
});

constexpr auto body = [](auto& trace, const program& statements, const auto& mean, const auto& xs, int n) {
  using V = sl::real_of<decltype(trace)>;
  sl::vector<V> known(statements.size() + 1);
  known[0] = V(mean);
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const V about = known[statements[i].about];
    V now = about;
    const auto k = static_cast<std::int64_t>(i);
    const auto steps = static_cast<std::size_t>(n);
    switch (statements[i].what) {
      case kind::choice:
        now = trace({"x", k}, sl::normal(about, 1.0)), throw_if_large(now);
        break;
      case kind::number:
        now = trace({"f", k}, number, about);
        break;
      case kind::pair:
        now = trace({"f", k}, pair, about).second;
        break;
      case kind::vector:
        now = trace({"f", k}, vector, about)[1];
        break;
      case kind::several:
        now = trace({"f", k}, several, about, n);
        break;
      case kind::map:
        now = trace({"f", k}, sl::map(member), sl::each(xs), about)[0];
        break;
      case kind::unfold:
        if (n > 0) now = trace({"f", k}, sl::unfold(state), steps, about, mean).back();
        break;
      case kind::scan:
        now = trace({"f", k}, sl::scan(step), about, xs, mean).first;
        break;
      case kind::repeat:
        if (n > 0) now = trace({"f", k}, sl::repeat(number, steps), about)[0];
        break;
      case kind::mask:
        now = sl::value_or(trace({"f", k}, sl::mask(number), n % 2 == 1, about), about);
        break;
      default:
        trace.factor(-0.1 * about * about);
        break;
    }
    known[i + 1] = now;
  }
  return known;
};
constexpr auto fixed = sl::gen(sl::fixed, body);
constexpr auto ordinary = sl::gen(body);

using arguments = decltype(sl::args(program(), 0.0, std::vector<double>(), 0));

struct choices_made {
  std::mt19937 numbers;
  std::size_t below(std::size_t n) { return numbers() % n; }
  double real() { return (static_cast<double>(numbers() % 2001) - 1000.0) / 500.0; }
  bool once_in(std::size_t n) { return below(n) == 0; }

  program statements() {
    program p;
    const std::size_t n = 1 + below(4);
    for (std::size_t i = 0; i < n; ++i) p.push_back({static_cast<kind>(below(static_cast<std::size_t>(kind::count))), below(i + 1)});
    return p;
  }
  arguments start() {
    std::vector<double> xs(1 + below(12));
    for (double& x : xs) x = real();
    return sl::args(statements(), real(), xs, static_cast<int>(below(4)));
  }
  arguments changed(const arguments& from) {
    auto [p, mean, xs, n] = from.values;
    if (once_in(4)) p = statements();
    if (once_in(2)) mean = once_in(2) ? 0.0 : real();
    if (once_in(3)) xs[below(xs.size())] = real();
    if (once_in(4)) xs.resize(1 + below(12), 0.5);
    if (once_in(3)) n = static_cast<int>(below(4));
    return sl::args(p, mean, xs, n);
  }
  // Values for some choices of a trace; one too large makes the body throw.
  sl::choice_map some(const sl::choice_map& all, bool throws) {
    sl::choice_map c;
    for (const auto& e : all.entries()) {
      if (!throws && !once_in(3)) continue;
      if (e.value.type.rank == 0) c.set(e.where, throws ? 2 * too_large : real());
      else c.set(e.where, std::vector<double>{real(), real(), real()});
    }
    return c;
  }
};

template <class T>
std::string problem_of(const T& t) {
  const auto fresh = sl::assess(t.model(), t.args(), t.choices());
  if (!(std::abs(t.score() - fresh.score) < 1e-9 * (1 + std::abs(fresh.score))))
    return "score " + std::to_string(t.score()) + " for " + std::to_string(fresh.score);
  if (t.value().size() != fresh.value.size()) return "a value of another size";
  for (std::size_t i = 0; i < fresh.value.size(); ++i)
    if (!(std::abs(t.value()[i] - fresh.value[i]) < 1e-9 * (1 + std::abs(fresh.value[i])))) return "value " + std::to_string(t.value()[i]) + " for " + std::to_string(fresh.value[i]);
  return "";
}
bool same_addresses(const sl::choice_map& a, const sl::choice_map& b) {
  if (a.size() != b.size()) return false;
  for (const auto& e : a.entries())
    if (!b.contains(e.where)) return false;
  return true;
}

// The operations of one sequence on three traces; what went wrong, and after which, or nothing.
template <class G>
std::string run_sequence(const G& model, unsigned seed, int length) {
  choices_made random{std::mt19937(seed)};
  std::vector<decltype(sl::simulate(model, random.start(), sl::key(0)))> traces;
  for (int i = 0; i < 3; ++i) traces.push_back(sl::simulate(model, random.start(), sl::key(seed + static_cast<unsigned>(i))));
  std::vector<char> was_updated(3);
  std::string done;
  for (int i = 0; i < length; ++i) {
    const std::size_t at = random.below(3), other = random.below(3);
    auto& t = traces[at];
    const sl::key key = sl::key(1000 * std::uint64_t{seed} + static_cast<std::uint64_t>(i));
    const auto before = t.choices();
    const double score = t.score();
    double weight = 0;
    const auto take = [&](auto&& u) {
      weight = u.weight;
      t = std::move(u.trace);
      was_updated[at] = true;
    };
    const std::string place = " trace " + std::to_string(at);
    bool is_update = false;
    try {
      switch (random.below(7)) {
        case 0: {
          done += ", new arguments" + place;
          const auto as = random.changed(t.args());
          is_update = true;
          if (random.once_in(2)) take(sl::update(std::move(t), as, {}, key));
          else take(sl::update(t, as, {}, key));
          break;
        }
        case 1: {
          const bool throws = random.once_in(5);
          done += (throws ? ", large choices" : ", choices") + place;
          const auto c = random.some(before, throws);
          is_update = true;
          if (random.once_in(2)) take(sl::update(std::move(t), c, key));
          else take(sl::update(t, c, key));
          break;
        }
        case 2: {
          done += ", regenerate" + place;
          sl::selection s;
          for (const auto& e : before.entries())
            if (random.once_in(3)) s = s | sl::selection(e.where);
          if (random.once_in(2)) take(sl::regenerate(std::move(t), random.changed(t.args()), s, key));
          else take(sl::regenerate(std::move(t), s, key));
          break;
        }
        case 3:
        case 4:
          if (!was_updated[at]) break;
          done += ", rollback" + place;
          t.rollback();
          was_updated[at] = false;
          break;
        case 5:
          done += ", copy of " + std::to_string(other) + place;
          if (other != at) t = traces[other], was_updated[at] = false;
          break;
        default:
          done += ", swap with " + std::to_string(other) + place;
          std::swap(t, traces[other]);
          std::swap(was_updated[at], was_updated[other]);
      }
    } catch (const std::runtime_error&) {
      done += " (thrown)";
      is_update = false;
      was_updated[at] = false;
      if (t.choices() != before || t.score() != score) return done + ": the trace is not as before";
    } catch (const std::logic_error& e) {
      return done + ": " + e.what();
    }
    for (const auto& each : traces)
      if (const auto problem = problem_of(each); !problem.empty()) return done + ": " + problem;
    if (is_update && same_addresses(before, t.choices()) && !(std::abs(weight - (t.score() - score)) < 1e-9 * (1 + std::abs(score))))
      return done + ": weight " + std::to_string(weight) + " for " + std::to_string(t.score() - score);
  }
  return "";
}

template <class G>
void expect_right_sequences(const G& model, int sequences, int length) {
  int wrong = 0;
  for (int i = 0; i < sequences; ++i) {
    const auto problem = run_sequence(model, static_cast<unsigned>(i), length);
    if (problem.empty()) continue;
    if (++wrong <= 3) ADD_FAILURE() << "sequence " << i << problem;
  }
  EXPECT_EQ(wrong, 0) << "of " << sequences;
}

TEST(argument_sequences, a_static_model_is_what_assess_makes_of_it) { expect_right_sequences(fixed, 4000, 12); }
TEST(argument_sequences, an_ordinary_model_is_what_assess_makes_of_it) { expect_right_sequences(ordinary, 4000, 12); }

}  // namespace
