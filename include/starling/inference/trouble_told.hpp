// Why a density is 0.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <starling/traces/address.hpp>

namespace starling {

// A sentence on why a density is 0: the address, the value, the distribution and its first parameters, told in this order.
class trouble_told {
 public:
  trouble_told(std::string& to, const path& at);
  void add_value(double value);
  // Of n numbers the first that is not finite, or the first few.
  template <class F> void add_values(std::size_t n, F value) {
    for (std::size_t i = 0; i < n; ++i)
      if (!(value(i) - value(i) == 0)) return add_element(i, value(i));
    for (std::size_t i = 0; i < n && i < 4; ++i) add_element(i, value(i));
  }
  void add_distribution(std::string_view distribution);
  void add_parameter(std::string_view parameter, double value);

 private:
  void add_element(std::size_t i, double value);
  std::string& to_;
  int elements_ = 0;
  int parameters_ = 0;
};

}  // namespace starling
