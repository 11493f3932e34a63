#include "draws_checksum.hpp"

#include "checksum.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace starling {

std::string draws_checksum(const draws& of) {
  // By name: files give their variables in an order of their own.
  std::vector<const variable*> all;
  for (const variable& v : of.variables) all.push_back(&v);
  std::sort(all.begin(), all.end(), [](const variable* a, const variable* b) { return a->name < b->name; });
  std::uint64_t sum = 0;
  std::size_t elements = 0;
  for (const variable* v : all) {
    sum = checksum_of(v->name.data(), v->name.size(), sum);
    sum = checksum_of(v->shape.data(), v->shape.size() * sizeof(std::size_t), sum);
    sum = checksum_of(v->values.data(), v->values.size() * sizeof(double), sum);
    elements += v->elements();
  }
  return fmt::format("format 1 of {} x {} x {} numbers, {:016x}", of.chains, of.draws, elements, sum);
}

}  // namespace starling
