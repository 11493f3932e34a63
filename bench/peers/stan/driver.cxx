// The gradient of a Stan model, timed: driver data.json evaluations repetitions. Prints for each repetition the seconds of one evaluation and the density at
// q[i] = 0.1 sin(i + 1), with the Jacobian and without constants, as Stan's own samplers evaluate it.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include <stan/io/json/json_data.hpp>
#include <stan/model/log_prob_grad.hpp>

#include MODEL_HPP

int main(int, char** argv) {
  std::ifstream file(argv[1]);
  stan::json::json_data data(file);
  stan_model model(data, 1, nullptr);
  std::vector<double> q(model.num_params_r()), slope;
  std::vector<int> none;
  for (std::size_t i = 0; i < q.size(); ++i) q[i] = 0.1 * std::sin(static_cast<double>(i) + 1.0);
  const int evaluations = std::atoi(argv[2]), repetitions = std::atoi(argv[3]);
  for (int r = 0; r < repetitions; ++r) {
    double density = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int k = 0; k < evaluations; ++k) {
      q[0] += 1e-12;
      density = stan::model::log_prob_grad<true, true>(model, q, none, slope);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf("%.9g %.9g\n", seconds / evaluations, density);
  }
}
