// expect: the backward function must return one derivative for each flag that is true
#include <starling/starling.hpp>

namespace sl = starling;

constexpr auto f = sl::custom_gradient([](const auto& x, const auto& y) { return x * y; },
                                       [](const auto&, const auto& d, const auto& x, const auto& y) { return std::tuple(d * y, d * x); },
                                       sl::with_respect_to<true, false>);
const auto use = [] {
  sl::tape_scope<double> scope;
  return f(scope.variable(1.0), scope.variable(2.0)).value();
}();
