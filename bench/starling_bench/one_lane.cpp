// One trace of 40 sites, handed back by move; and the same densities, or draws, in plain loops with run-time parameters.
#include <starling/starling.hpp>

#include "works.hpp"

namespace sl = starling;

namespace bench {
namespace {

constexpr std::size_t sites = 40;
constexpr int repetitions = 20'000;

constexpr auto chain_of_sites = sl::gen([](auto& trace, const auto& scales) {
  const auto a = trace("a", sl::normal(0.0, scales[0]));
  const auto b = trace("b", sl::normal(a, scales[1]));
  for (std::size_t i = 2; i < sites; ++i) trace({"y", i - 2}, sl::normal(a + b * scales[i], scales[i]));
});

std::vector<double> scales() {
  std::vector<double> s(sites);
  for (std::size_t i = 0; i < sites; ++i) s[i] = 0.5 + 0.05 * static_cast<double>(i);
  return s;
}

sl::choice_map constraints() {
  sl::choice_map c;
  for (std::size_t i = 2; i < sites; ++i) c.set({"y", i - 2}, 0.01 * static_cast<double>(i));
  return c;
}

std::string update(const settings&) {
  auto t = sl::simulate(chain_of_sites, sl::args(scales()), sl::key(1));
  auto c = constraints();
  double total = 0;
  for (int r = 0; r < repetitions; ++r) {
    auto u = sl::update(std::move(t), c, sl::key(2));
    total += u.weight;
    t = std::move(u.trace);
  }
  return number(total);
}

std::string generate(const settings&) {
  auto t = sl::simulate(chain_of_sites, sl::args(scales()), sl::key(1));
  auto c = constraints();
  double total = 0;
  for (int r = 0; r < repetitions; ++r) {
    auto g = sl::generate(std::move(t), c, sl::fold_in(sl::key(2), static_cast<std::uint64_t>(r)));
    total += g.weight;
    t = std::move(g.trace);
  }
  return number(total);
}

std::string simulate(const settings&) {
  auto t = sl::simulate(chain_of_sites, sl::args(scales()), sl::key(1));
  double total = 0;
  for (int r = 0; r < repetitions; ++r) {
    t = sl::simulate(std::move(t), sl::fold_in(sl::key(2), static_cast<std::uint64_t>(r)));
    total += t.score();
  }
  return number(total);
}

// What the compiler must not know.
void hide(void* p) { asm volatile("" : : "r"(p) : "memory"); }

double plain_score(const std::vector<double>& x, const std::vector<double>& s) {
  double total = sl::normal(0.0, s[0]).log_density(x[0]) + sl::normal(x[0], s[1]).log_density(x[1]);
  for (std::size_t i = 2; i < sites; ++i) total += sl::normal(x[0] + x[1] * s[i], s[i]).log_density(x[i]);
  return total;
}

std::string plain(const settings&) {
  auto s = scales();
  std::vector<double> x(sites);
  for (std::size_t i = 0; i < sites; ++i) x[i] = 0.01 * static_cast<double>(i);
  double total = 0;
  for (int r = 0; r < repetitions; ++r) {
    hide(s.data());
    hide(x.data());
    total += plain_score(x, s);
  }
  return number(total);
}

std::string plain_draws(const settings&) {
  auto s = scales();
  std::vector<double> x(sites);
  double total = 0;
  for (int r = 0; r < repetitions; ++r) {
    hide(s.data());
    sl::stream<double> numbers(sl::fold_in(sl::key(2), static_cast<std::uint64_t>(r)));
    for (std::size_t i = 0; i < sites; ++i) {
      numbers.visit(static_cast<std::uint32_t>(i));
      x[i] = i == 0 ? s[0] * numbers.normal() : i == 1 ? x[0] + s[1] * numbers.normal() : x[0] + x[1] * s[i] + s[i] * numbers.normal();
    }
    hide(x.data());
    total += x[sites - 1];
  }
  return number(total);
}

}  // namespace

const std::vector<work>& one_lane_works() {
  static const std::vector<work> works = {{"update", update, repetitions},         {"update_plain", plain, repetitions},
                                          {"generate", generate, repetitions},     {"generate_plain", plain, repetitions},
                                          {"simulate", simulate, repetitions},     {"simulate_plain", plain_draws, repetitions}};
  return works;
}

}  // namespace bench
