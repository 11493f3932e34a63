// A hierarchical model whose choices know what they depend on: the code of docs/static_models.md.
#include <cstdio>
#include <string>
#include <vector>

#include <starling/combinators/map.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/models/dependencies.hpp>
#include <starling/models/generate.hpp>
#include <starling/models/static_model.hpp>
#include <starling/models/update.hpp>

namespace sl = starling;

constexpr auto school = sl::gen([](auto& trace, const auto& sigma, const auto& mu) {
  const auto theta = trace("theta", sl::normal(mu, 2.0));
  trace("y", sl::normal(theta, sigma));
  return theta;
});
constexpr auto schools = sl::gen(sl::fixed, [](auto& trace, const auto& sigmas) {
  const auto mu = trace("mu", sl::normal(0.0, 5.0));
  const auto thetas = trace("school", sl::map(school), sl::each(sigmas), mu);
  trace("best", sl::normal(sl::max(thetas[0], thetas[1]), 1.0));
});

std::string names(const std::vector<sl::path>& paths) {
  std::string text;
  for (const auto& p : paths) text += " " + p.str();
  return text;
}

int main() {
  const auto arguments = sl::args(std::vector{1.0, 2.0, 1.5});
  const auto theta = [](std::size_t i) { return sl::path("school", i) / sl::address("theta"); };

  const auto graph = sl::dependencies(schools, arguments);
  std::printf("best depends on:%s\n", names(graph.parents("best")).c_str());
  std::printf("a change of mu scores again:%s\n", names(graph.cone({"mu"})).c_str());
  std::printf("a change of school[2]/theta:%s\n", names(graph.cone({theta(2)})).c_str());
  std::printf("%s", graph.to_dot().c_str());

  sl::choice_map start{{"mu", 0.0}, {"best", 1.0}};
  for (std::size_t i = 0; i < 3; ++i) {
    start.set(theta(i), 0.5);
    start.set(sl::path("school", i) / sl::address("y"), 1.0);
  }
  auto t = sl::generate(schools, arguments, start, sl::key(1)).trace;
  const auto [next, weight, discard] = sl::update(std::move(t), {{theta(2), 1.0}}, sl::key(2));  // runs school[2], nothing else
  std::printf("log weight %.4f, score %.4f\n", weight, next.score());
}
