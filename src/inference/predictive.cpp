#include <starling/inference/predictive.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>

#include <starling/inference/draw_layout.hpp>
#include <starling/inference/predictive_dynamic.hpp>

namespace starling {

latent_draws::latent_draws(const schema& structure, const std::vector<std::uint32_t>& latents, const draws& fit, bool partial) {
  static constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  draw_layout layout;
  for (const auto k : latents) layout.add(structure.path_of(k), structure.sites()[k].type);
  const auto variables = layout.variables(0, 0);
  const auto targets = layout.targets();
  std::size_t slot = 0;
  for (const auto k : latents) {
    place p{structure.path_of(k), structure.sites()[k].type, {}, {}};
    for (std::size_t e = 0; e < p.type.size(); ++e, ++slot) {
      const variable& expected = variables[targets[slot].variable];
      const variable* v = fit.find(expected.name);
      if (v == nullptr && partial) {
        p.numbers.push_back(&missing);
        p.strides.push_back(0);
        continue;
      }
      if (v == nullptr || v->shape != expected.shape)
        throw std::invalid_argument("the fit has no draws of " + expected.name + " of the posterior's shape: is it a fit of another posterior?");
      p.numbers.push_back(v->values.data() + targets[slot].element);
      p.strides.push_back(v->elements());
    }
    places_.push_back(std::move(p));
  }
}

choice_map latent_draws::constraints(std::size_t first, std::size_t count) const {
  choice_map c;
  for (const auto& p : places_) {
    std::vector<double> numbers;
    numbers.reserve(count * p.numbers.size());
    for (std::size_t l = 0; l < count; ++l)
      for (std::size_t e = 0; e < p.numbers.size(); ++e) numbers.push_back(p.numbers[e][(first + l) * p.strides[e]]);
    c.set(p.where, choice_value(p.type, std::move(numbers), count));
  }
  return c;
}

void latent_draws::read(std::size_t draw, double* to) const {
  for (const auto& p : places_)
    for (std::size_t e = 0; e < p.numbers.size(); ++e) *to++ = p.numbers[e][draw * p.strides[e]];
}

void require_draws(const result& fit) {
  if (fit.posterior.empty())
    throw std::invalid_argument("the fit has no draws (only summaries were asked for, or it was stopped): there is nothing to predict from");
}

void draw_reader::read(const path& where, const choice_type& type, double* to) const {
  auto [name, index] = name_of_draws(where);
  const std::size_t rank = index.size() + static_cast<std::size_t>(type.rank);
  const variable* v = from_.find(name);
  while (v && v->shape.size() != rank) v = from_.find(name += "_");  // as draw_layout names them
  for (std::size_t e = 0; e < type.size(); ++e) {
    auto at = index;
    if (type.rank == 1) at.push_back(e);
    if (type.rank == 2) at.insert(at.end(), {e / type.cols, e % type.cols});
    std::size_t element = 0;
    bool inside = v != nullptr;
    for (std::size_t d = 0; inside && d < rank; ++d) {
      inside = at[d] < v->shape[d];
      element = element * v->shape[d] + at[d];
    }
    to[e] = inside ? v->values[draw_ * v->elements() + element] : std::numeric_limits<double>::quiet_NaN();
    if (std::isnan(to[e]))
      throw std::invalid_argument("draw " + std::to_string(draw_) + " of the fit has no value at " + where.str() + ", which the model visits: is it a fit of another posterior?");
  }
}

observed_draws::observed_draws(const schema& structure, std::vector<std::uint32_t> observed, const std::vector<choice_type>& types, std::size_t chains,
                               std::size_t draws)
    : sites_(std::move(observed)) {
  draw_layout layout;
  for (std::size_t j = 0; j < sites_.size(); ++j) {
    first_slots_.push_back(layout.add(structure.path_of(sites_[j]), types[j]));
    sizes_.push_back(types[j].size());
  }
  filled_.chains = chains;
  filled_.draws = draws;
  filled_.variables = layout.variables(chains, draws);
  for (const auto& t : layout.targets()) {
    variables_.push_back(t.variable);
    elements_.push_back(t.element);
    widths_.push_back(filled_.variables[t.variable].elements());
  }
}

void observed_draws::set(std::size_t j, std::size_t element, std::size_t draw, double x) {
  if (std::isnan(x)) return;  // as all is until it is set; another region may have had it
  const std::size_t slot = first_slots_[j] + element;
  filled_.variables[variables_[slot]].values[draw * widths_[slot] + elements_[slot]] = x;
}

}  // namespace starling
