#include <starling/distributions/linear_summary.hpp>

#include <algorithm>

#include <Eigen/Dense>

namespace starling {

// Block by block: the triangle so far stands above the next rows, and the decomposition of both is the next triangle.
void rotate_rows(matrix_view<double> x, bool ones, const double* y, std::size_t lanes, double* r, double* rotated, double* rest) {
  using rows_of = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using index = Eigen::Index;
  const auto columns = static_cast<index>(x.cols()) + (ones ? 1 : 0), width = static_cast<index>(lanes), rows = static_cast<index>(x.rows());
  const index block = std::max<index>(columns, 256);
  const Eigen::Map<const rows_of> design(x.data(), rows, static_cast<index>(x.cols())), values(y, rows, width);
  Eigen::MatrixXd above(0, columns), right(0, width);
  Eigen::RowVectorXd squares = Eigen::RowVectorXd::Zero(width);
  for (index first = 0; first < rows; first += block) {
    const index count = std::min(block, rows - first), had = above.rows();
    Eigen::MatrixXd a(had + count, columns), b(had + count, width);
    a.topRows(had) = above;
    b.topRows(had) = right;
    if (ones) a.col(0).tail(count).setOnes();
    a.bottomRightCorner(count, design.cols()) = design.middleRows(first, count);
    b.bottomRows(count) = values.middleRows(first, count);
    const Eigen::HouseholderQR<Eigen::Ref<Eigen::MatrixXd>> qr(a);
    b.applyOnTheLeft(qr.householderQ().adjoint());
    const index kept = std::min(had + count, columns);
    above = a.topRows(kept).template triangularView<Eigen::Upper>();
    right = b.topRows(kept);
    squares += b.bottomRows(b.rows() - kept).colwise().squaredNorm();
  }
  Eigen::Map<rows_of>(r, columns, columns) = above;
  Eigen::Map<rows_of>(rotated, columns, width) = right;
  Eigen::Map<Eigen::RowVectorXd>(rest, width) = squares;
}

}  // namespace starling
