#include <starling/diagnostics/energy.hpp>

#include <cstddef>
#include <limits>

#include <starling/diagnostics/moments.hpp>

namespace starling {

double ebfmi(std::span<const double> energies) {
  double squares = 0;
  for (std::size_t i = 1; i < energies.size(); ++i) squares += (energies[i] - energies[i - 1]) * (energies[i] - energies[i - 1]);
  const double spread = variance(energies);
  if (!(spread > 0)) return std::numeric_limits<double>::quiet_NaN();
  return squares / static_cast<double>(energies.size() - 1) / spread;
}

}  // namespace starling
