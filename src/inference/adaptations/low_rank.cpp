#include "inference/adaptations/low_rank.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <utility>

namespace starling::adaptations {

namespace {

using matrix = Eigen::MatrixXd;
using rows_type = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0, Eigen::OuterStride<>>;

// A symmetric matrix with f of its eigenvalues.
template <class F>
matrix of_eigenvalues(const Eigen::SelfAdjointEigenSolver<matrix>& e, F f) {
  return e.eigenvectors() * e.eigenvalues().unaryExpr(f).asDiagonal() * e.eigenvectors().transpose();
}

// An orthonormal basis of the columns of a, those that carry anything.
matrix basis_of(const matrix& a) {
  const Eigen::ColPivHouseholderQR<matrix> qr(a);
  return qr.householderQ() * matrix::Identity(a.rows(), qr.rank());
}

}  // namespace

trajectories::metric low_rank_metric(const std::vector<double>& rows, std::size_t n, std::vector<double> scales) {
  const auto d = static_cast<Eigen::Index>(scales.size()), steps = static_cast<Eigen::Index>(n);
  const Eigen::Map<const Eigen::VectorXd> s(scales.data(), d);
  matrix x = s.cwiseInverse().asDiagonal() * rows_type(rows.data(), steps, d, Eigen::OuterStride<>(2 * d)).transpose();
  matrix g = s.asDiagonal() * rows_type(rows.data() + d, steps, d, Eigen::OuterStride<>(2 * d)).transpose();
  x.colwise() -= x.rowwise().mean().eval();
  g.colwise() -= g.rowwise().mean().eval();
  // Fewer draws and gradients than dimensions: in coordinates of what they span.
  const bool spans_all = 2 * steps >= d;
  matrix q;
  if (!spans_all) {
    matrix both(d, 2 * steps);
    both << x, g;
    q = basis_of(both);
    x = q.transpose() * x;
    g = q.transpose() * g;
  }
  const double share = 1 / static_cast<double>(n);
  const matrix identity = matrix::Identity(x.rows(), x.rows());
  const matrix of_draws = x * x.transpose() * share + 1e-5 * identity, of_gradients = g * g.transpose() * share + 1e-5 * identity;
  // The geometric mean Σ of A and B⁻¹, which solves Σ B Σ = A: with B = L Lᵀ it is L⁻ᵀ (Lᵀ A L)^½ L⁻¹.
  const Eigen::LLT<matrix> gradients(of_gradients);
  const matrix root = gradients.matrixL();
  const matrix middle = of_eigenvalues(Eigen::SelfAdjointEigenSolver<matrix>(root.transpose() * of_draws * root), [](double v) { return std::sqrt(std::max(v, 0.0)); });
  const matrix half = gradients.matrixU().solve(middle);                               // L⁻ᵀ M^½
  const matrix mean = gradients.matrixU().solve(half.transpose().eval()).transpose();  // (L⁻ᵀ (L⁻ᵀ M^½)ᵀ)ᵀ
  const Eigen::SelfAdjointEigenSolver<matrix> e(0.5 * (mean + mean.transpose()));
  std::vector<double> vectors, values;
  for (Eigen::Index k = 0; k < x.rows(); ++k) {
    const double value = e.eigenvalues()[k];
    if (value >= 0.5 && value <= 2) continue;
    Eigen::VectorXd u = e.eigenvectors().col(k);
    if (!spans_all) u = q * u;
    values.push_back(value);
    vectors.insert(vectors.end(), u.data(), u.data() + d);
  }
  return trajectories::metric::low_rank(std::move(scales), std::move(vectors), std::move(values));
}

}  // namespace starling::adaptations
