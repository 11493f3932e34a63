// Metropolis–Hastings on one instance of a hierarchical model after the other, and a change of what all instances share; beside each
// what one would write by hand.
#include <cmath>
#include <memory>
#include <numbers>

#include <starling/combinators/map.hpp>
#include <starling/distributions/exponential.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/models/generate.hpp>
#include <starling/models/simulate.hpp>
#include <starling/models/static_model.hpp>
#include <starling/models/update.hpp>

#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr std::size_t people = 1000, steps = 10'000, sweeps = 1000;
constexpr double sigma = 0.8, tau = 1.5, proposal_scale = 0.7;

constexpr auto person = sl::gen([](auto& trace, const auto& noise, const auto& mu, const auto& spread) {
  const auto theta = trace("theta", sl::normal(mu, spread));
  trace("y", sl::normal(theta, noise));
});
constexpr auto model = sl::gen(sl::fixed, [](auto& trace, const auto& noises) {
  const auto mu = trace("mu", sl::normal(0.0, 5.0));
  const auto spread = trace("tau", sl::exponential(1.0));
  trace("person", sl::map(person), sl::each(noises), mu, spread);
});
using model_trace = decltype(sl::simulate(model, sl::args(std::vector<double>()), sl::key(1)));

double y_at(std::size_t i) { return std::sin(0.37 * static_cast<double>(i)) + 0.5 * std::cos(1.3 * static_cast<double>(i)); }
double theta_at(std::size_t i) { return 0.3 * std::sin(0.11 * static_cast<double>(i)); }
double mu_at(std::size_t step) { return 0.01 * static_cast<double>(step % 7); }
sl::path place(std::size_t i, const char* name) { return sl::path("person", i) / sl::address(sl::name(name)); }

// The random numbers of a step: a normal one to propose, a uniform one to accept.
struct step_numbers {
  double move, accept;
  explicit step_numbers(std::size_t step) {
    sl::stream<double> numbers(sl::fold_in(sl::key(7), step).scope(1));
    numbers.visit(0);
    move = proposal_scale * numbers.normal();
    numbers.visit(1);
    accept = std::log(numbers.uniform());
  }
};

double log_normal_density(double x, double location, double scale) {
  const double z = (x - location) / scale;
  return -0.5 * z * z - std::log(scale) - 0.5 * std::log(2 * std::numbers::pi);
}
// Everything by hand: what both works have to arrive at.
double exact_score(double mu, const std::vector<double>& thetas) {
  double score = log_normal_density(mu, 0, 5) - tau;
  for (std::size_t i = 0; i < people; ++i) score += log_normal_density(thetas[i], mu, tau) + log_normal_density(y_at(i), thetas[i], sigma);
  return score;
}

struct ours {
  model_trace t;
  std::vector<sl::path> places;
  std::vector<sl::choice_map> changes;  // one for each of them
};
std::shared_ptr<ours> make_ours() {
  sl::choice_map c{{"mu", mu_at(0)}, {"tau", tau}};
  std::vector<sl::path> places;
  for (std::size_t i = 0; i < people; ++i) {
    places.push_back(place(i, "theta"));
    c.set(places.back(), theta_at(i));
    c.set(place(i, "y"), y_at(i));
  }
  return std::make_shared<ours>(ours{sl::generate(model, sl::args(std::vector<double>(people, sigma)), c, sl::key(1)).trace, std::move(places), std::vector<sl::choice_map>(people)});
}
std::vector<double> thetas_of(const model_trace& t) {
  std::vector<double> thetas;
  for (std::size_t i = 0; i < people; ++i) thetas.push_back(t[place(i, "theta")]);
  return thetas;
}
verdict judge(double score, double mu, const std::vector<double>& thetas) {
  const double exact = exact_score(mu, thetas);
  return {"score " + std::to_string(score), std::abs(score - exact) < 1e-8 * std::abs(exact)};
}

struct columns {
  std::vector<double> theta, y, noise, theta_density, y_density;
  double mu = mu_at(0), score = 0;
};
std::shared_ptr<columns> make_columns() {
  const auto s = std::make_shared<columns>();
  for (std::size_t i = 0; i < people; ++i) {
    s->theta.push_back(theta_at(i)), s->y.push_back(y_at(i)), s->noise.push_back(sigma);
    s->theta_density.push_back(log_normal_density(theta_at(i), s->mu, tau));
    s->y_density.push_back(log_normal_density(y_at(i), theta_at(i), sigma));
  }
  s->score = exact_score(s->mu, s->theta);
  return s;
}

}  // namespace

prepared_work prepare_cone(const work_options&) {
  const auto s = make_ours();
  return {[=] {
            for (std::size_t step = 0; step < steps; ++step) {
              const std::size_t i = step % people;
              const step_numbers numbers(step);
              const sl::path& where = s->places[i];
              s->changes[i].set(where, s->t[where] + numbers.move);
              const double weight = sl::update_into(s->t, s->t.shared_args(), s->changes[i], sl::key(step));
              if (!(numbers.accept < weight)) s->t.rollback();
            }
          },
          [=] { return judge(s->t.score(), mu_at(0), thetas_of(s->t)); },
          steps};
}

// What is kept by hand: the densities of every site, and their sum corrected by every step.
prepared_work prepare_cone_loop(const work_options&) {
  const auto s = make_columns();
  return {[=] {
            for (std::size_t step = 0; step < steps; ++step) {
              const std::size_t i = step % people;
              const step_numbers numbers(step);
              const double theta = s->theta[i] + numbers.move;
              const double prior = sl::normal(s->mu, tau).log_density(theta), likelihood = sl::normal(theta, s->noise[i]).log_density(s->y[i]);
              const double weight = prior + likelihood - s->theta_density[i] - s->y_density[i];
              if (!(numbers.accept < weight)) continue;
              s->theta[i] = theta, s->theta_density[i] = prior, s->y_density[i] = likelihood;
              s->score += weight;
            }
          },
          [=] { return judge(s->score, s->mu, s->theta); },
          steps};
}

prepared_work prepare_rerun(const work_options&) {
  const auto s = make_ours();
  sl::choice_map& change = s->changes[0];
  return {[=, &change] {
            for (std::size_t step = 0; step < sweeps; ++step) {
              change.set("mu", mu_at(step));
              s->t = std::move(sl::update(std::move(s->t), change, sl::key(step)).trace);
            }
          },
          [=] { return judge(s->t.score(), mu_at(sweeps - 1), thetas_of(s->t)); },
          sweeps};
}

prepared_work prepare_rerun_loop(const work_options&) {
  const auto s = make_columns();
  return {[=] {
            for (std::size_t step = 0; step < sweeps; ++step) {
              s->mu = mu_at(step);
              double score = sl::normal(0.0, 5.0).log_density(s->mu) + sl::exponential(1.0).log_density(tau);
              for (std::size_t i = 0; i < people; ++i) {
                s->theta_density[i] = sl::normal(s->mu, tau).log_density(s->theta[i]);
                s->y_density[i] = sl::normal(s->theta[i], s->noise[i]).log_density(s->y[i]);
                score += s->theta_density[i] + s->y_density[i];
              }
              s->score = score;
            }
          },
          [=] { return judge(s->score, s->mu, s->theta); },
          sweeps};
}

}  // namespace bench
