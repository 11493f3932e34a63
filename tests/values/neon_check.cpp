// The accuracy table and the packs' basics without GoogleTest, for machines that are emulated: returns the number of failures.
#include <cstdio>

#include <starling/values/math.hpp>
#include "values/references.hpp"

namespace sl = starling;

namespace {

int failures = 0;

template <class T, class F> void check(const char* name, double bound, F f) {
  using P = sl::native_pack<T>;
  double worst = 0;
  for (const auto& r : values_tests::references().at(name)) {
    if (static_cast<double>(static_cast<T>(r.x)) != r.x || static_cast<double>(static_cast<T>(r.y)) != r.y || r.x < -1e3 || (bound > 2 && r.x < 0)) continue;
    const double places = values_tests::error_in_last_places<T>(f(P(r.x), P(r.y))[P::lanes - 1], r);
    worst = places > worst ? places : worst;
  }
  std::printf("%-16s %s %.2f\n", name, sizeof(T) == 8 ? "double" : "float", worst);
  failures += worst > bound;
}
template <class T> void check_all() {
  check<T>("exp", 2, [](auto x, auto) { return sl::exp(x); });
  check<T>("expm1", 2, [](auto x, auto) { return sl::expm1(x); });
  check<T>("log", 2, [](auto x, auto) { return sl::log(x); });
  check<T>("log1p", 2, [](auto x, auto) { return sl::log1p(x); });
  check<T>("pow", 2, [](auto x, auto y) { return sl::pow(x, y); });
  check<T>("sin", 2, [](auto x, auto) { return sl::sin(x); });
  check<T>("cos", 2, [](auto x, auto) { return sl::cos(x); });
  check<T>("tan", 2, [](auto x, auto) { return sl::tan(x); });
  check<T>("tanh", 2, [](auto x, auto) { return sl::tanh(x); });
  check<T>("atan", 2, [](auto x, auto) { return sl::atan(x); });
  check<T>("sqrt", 0.501, [](auto x, auto) { return sl::sqrt(x); });
  check<T>("erf", 8, [](auto x, auto) { return sl::erf(x); });
  check<T>("erfc", 8, [](auto x, auto) { return sl::erfc(x); });
  check<T>("lgamma", 8, [](auto x, auto) { return sl::lgamma(x); });
  check<T>("normal_quantile", 8, [](auto x, auto) { return sl::normal_quantile(x); });
  using P = sl::native_pack<T>;
  const P a = P::iota(1);
  failures += !(all(sl::floor(a + 0.5) == a) && all(sl::where(a < 2.0, 7.0, a) > 1.5) && sum(a) == P::lanes * (P::lanes + 1) / 2);
}

}  // namespace

int main() {
  check_all<double>();
  check_all<float>();
  static_assert(std::same_as<sl::isa::native, sl::isa::neon>);
  return failures;
}
