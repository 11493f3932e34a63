// Expectations as programs: what a baker should bake, and at what price, by derivatives of the expected profit (docs/expectations.md).
#include <cstdio>
#include <tuple>

#include <starling/starling.hpp>

namespace sl = starling;

// Customers come as a Poisson number that falls with the price; the weather halves it on some days. What is not sold by the evening is lost.
constexpr auto day = sl::gen([](auto& trace, const auto& price, const auto& loaves) {
  const auto rain = trace("rain", sl::bernoulli(0.3));                                     // two values: enumerated
  const auto wish = 80.0 * sl::exp(-0.4 * price) * sl::where(rain, 0.5, 1.0);
  const auto customers = sl::as_real(trace("customers", sl::perturbed(sl::poisson(wish))));
  const auto flour = trace("flour", sl::log_normal(-0.5, 0.2));                            // the cost of a loaf: follows its parameters
  return price * sl::min(customers, loaves) - flour * loaves;                              // not smooth in the customers
});

// The same, at other strategies for the customers.
template <class Strategy> auto day_by(Strategy strategy) {
  return sl::gen([strategy](auto& trace, const auto& price, const auto& loaves) {
    const auto rain = trace("rain", sl::bernoulli(0.3));
    const auto wish = 80.0 * sl::exp(-0.4 * price) * sl::where(rain, 0.5, 1.0);
    const auto customers = sl::as_real(trace("customers", strategy(sl::poisson(wish))));
    const auto flour = trace("flour", sl::log_normal(-0.5, 0.2));
    return price * sl::min(customers, loaves) - flour * loaves;
  });
}

int main() {
  const auto profit = sl::expectation(day, sl::args(2.0, 30.0));
  const auto v = profit.value(sl::key(1), sl::lanes(100'000));
  std::printf("profit at 2.00 with 30 loaves: %.1f +- %.2f\n", v.mean, v.standard_error);

  const auto g = profit.gradient(sl::key(2), sl::lanes(100'000));
  const auto [by_price, by_loaves] = g.arguments;
  std::printf("one more on the price: %.0f, one more loaf: %.2f\n", by_price, by_loaves);

  std::printf("\nstandard error of the derivative by the price, from 10,000 days\n");
  const auto tell = [](const char* name, const auto& strategy) {
    const auto d = sl::expectation(day_by(strategy), sl::args(2.0, 30.0)).gradient(sl::key(3), sl::lanes(10'000));
    std::printf("%-16s %5.2f\n", name, std::get<0>(d.argument_errors));
  };
  tell("perturbed", [](const auto& d) { return sl::perturbed(d); });
  tell("measure_valued", [](const auto& d) { return sl::measure_valued(d); });
  tell("reinforce", [](const auto& d) { return sl::reinforce(d); });

  // Uphill, by 300 steps of Adam.
  sl::parameter_store store;
  store.set("price", 2.0), store.set("loaves", 30.0);
  const auto chosen = sl::with_parameters(sl::gen([](auto& trace) { return trace("day", day, trace.param("price", 2.0), trace.param("loaves", 30.0)); }), store);
  for (std::size_t step = 0; step < 300; ++step)
    store.ascend(sl::expectation(chosen).gradient(fold_in(sl::key(4), step), sl::lanes(512)).parameters, sl::adam{.rate = sl::cosine(0.2, 300)});
  const auto best = sl::expectation(chosen).value(sl::key(5), sl::lanes(100'000));
  std::printf("\nbest: %.1f loaves at %.1f, profit %.0f\n", store["loaves"][0], store["price"][0], best.mean);
}
