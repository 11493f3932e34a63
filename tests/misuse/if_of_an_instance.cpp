// expect: cannot decide an `if`.*under sl::map that asks `if` of its data takes them as double, or is sl::one_by_one
// at most: 1 errors
#include <starling/combinators/map.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/models/update.hpp>

namespace sl = starling;

constexpr auto plate = sl::map(sl::gen([](auto& trace, const auto& x) {
  if (x > 0.0) return trace({}, sl::normal(x, 1.0));
  return trace({}, sl::normal(x, 2.0));
}));
const auto t = sl::update(sl::simulate(plate, sl::args(sl::each(std::vector{0.5, -0.5})), sl::key(1)), sl::choice_map(), sl::key(2));
