#include <starling/distributions/neighbourhood.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include <Eigen/Dense>

namespace starling {

neighbourhood::neighbourhood(std::size_t n, std::span<const pair> pairs) : pairs_(pairs.begin(), pairs.end()), degrees_(n, 0.0) {
  const auto complain = [](const std::string& what) { throw std::invalid_argument("neighbourhood: " + what); };
  for (auto& [i, j] : pairs_) {
    if (i >= n || j >= n) complain("there are " + std::to_string(n) + " places but a pair is (" + std::to_string(i) + ", " + std::to_string(j) + ")");
    if (i == j) complain("place " + std::to_string(i) + " is its own neighbour");
    if (i > j) std::swap(i, j);
  }
  std::sort(pairs_.begin(), pairs_.end());
  if (const auto twice = std::adjacent_find(pairs_.begin(), pairs_.end()); twice != pairs_.end())
    complain("the pair (" + std::to_string(twice->first) + ", " + std::to_string(twice->second) + ") comes twice");
  for (const auto& [i, j] : pairs_) ++degrees_[i], ++degrees_[j];
  for (std::size_t i = 0; i < n; ++i)
    if (degrees_[i] == 0) complain("place " + std::to_string(i) + " has no neighbours");
  if (n == 0) complain("there are no places");

  const auto size = static_cast<Eigen::Index>(n);
  Eigen::MatrixXd scaled = Eigen::MatrixXd::Zero(size, size);
  for (const auto& [i, j] : pairs_)
    scaled(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(i)) = scaled(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = 1 / std::sqrt(degrees_[i] * degrees_[j]);
  const Eigen::VectorXd values = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(scaled, Eigen::EigenvaluesOnly).eigenvalues();
  eigenvalues_.assign(values.data(), values.data() + values.size());
}

}  // namespace starling
