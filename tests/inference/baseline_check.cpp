// Compiled for the baseline of x86-64 and never run: in the gradients of this posterior g++ 12.2 stopped with an internal error
// (registers_sse2.hpp).
#include <starling/distributions/flat.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/unconstrained.hpp>
#include <starling/models/posterior.hpp>

namespace sl = starling;

double density_of_normals(std::size_t n) {
  const auto model = sl::gen([](auto& trace, std::size_t size) {
    const auto m = trace("m", sl::flat(sl::real_line{}));
    const auto s = trace("s", sl::flat(sl::positive{}));
    trace("y", sl::iid(sl::normal(m, s), size));
  });
  const auto post = sl::posterior(model, sl::args(n), sl::observe("y", std::vector<double>(n, 1.0)));
  using V = sl::native_pack<double>;
  const sl::unconstrained_posterior<V, std::remove_cvref_t<decltype(post)>> density(post);
  std::vector<V> q(density.dimension()), gradient(density.dimension());
  return density.log_density_and_gradient(q.data(), gradient.data())[0];
}
