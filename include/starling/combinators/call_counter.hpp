// A handler that counts how often a body calls itself (recurse.hpp): every choice is zero, every conditional region runs, and calls of
// itself are only counted. Whatever it is given has no values of its own, so it counts the same in all lanes.
#pragma once

#include <starling/models/runs/choice.hpp>
#include <starling/models/runs/handler_defaults.hpp>

namespace starling {

template <class V>
class call_counter : public handler_defaults<call_counter<V>, V> {
 public:
  using handler_defaults<call_counter<V>, V>::operator();
  template <class D>
    requires distribution_type<D>
  auto operator()(const address&, const D& d) {
    return zero_choice<typename D::template value<V>, V>(d);
  }
};

}  // namespace starling
