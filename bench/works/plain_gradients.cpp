// Gradients of regressions as people write them, four chains in lanes, and of one chain.
#include "works/plain_gradients.hpp"
#include "works/plain_models.hpp"

namespace bench {

namespace {
using pack = sl::gradient_pack;
template <class Model> auto line_posterior(const Model& model, std::size_t n) {
  return sl::posterior(model, sl::args(numbers(n, 400, -2, 2)), sl::observe("y", line_data(n)));
}
}  // namespace

prepared_work prepare_plain_sites(const work_options&) { return gradient_of<pack>(line_posterior(line_of_sites, 1000), 200); }
prepared_work prepare_plain_map(const work_options&) { return gradient_of<pack>(line_posterior(line_of_map, 1000), 200); }
prepared_work prepare_plain_vector(const work_options&) { return gradient_of<pack>(line_posterior(line_of_vector, 1000), 200); }
prepared_work prepare_plain_large(const work_options&) { return gradient_of<pack>(line_posterior(line_of_vector, 100'000), 3); }
prepared_work prepare_plain_one_sites(const work_options&) { return gradient_of<double>(line_posterior(line_of_sites, 1000), 200); }
prepared_work prepare_plain_one_vector(const work_options&) { return gradient_of<double>(line_posterior(line_of_vector, 1000), 200); }

prepared_work prepare_groups(const work_options&) {
  const grouped_data d;
  return gradient_of<pack>(sl::posterior(grouped, sl::args(d), sl::observe("y", grouped_ys(d))), 100);
}
prepared_work prepare_field(const work_options&) {
  return gradient_of<pack>(sl::posterior(field, sl::args(std::size_t{5000}), sl::observe("y", field_data(5000))), 50);
}

}  // namespace bench
