#include <starling/models/kept/kept_instances.hpp>

#include <algorithm>
#include <atomic>

#include <starling/models/kept/kept_cone.hpp>
#include <starling/models/kept/kept_run.hpp>

namespace starling {

std::uint64_t new_epoch() {
  static std::atomic<std::uint64_t> last{1};  // the arguments that a trace begins with
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

kept_calls::kept_calls(const kept_calls& other, copied_cells& cells) {
  for (const auto& n : other.nodes) nodes.push_back(n->copy(cells));
  if (other.cone) cone = std::make_shared<kept_cone>(*other.cone);
}
kept_calls::~kept_calls() = default;
void kept_calls::rebind(const copied_cells& cells) {
  for (auto& n : nodes) n->rebind(cells);
  if (cone) cone->rebind(cells);
}

void kept_undo::take_back() {
  for (auto s = steps.rbegin(); s != steps.rend(); ++s) {
    auto at = [&] { return s->owner->nodes.begin() + static_cast<std::ptrdiff_t>(s->at); };
    switch (s->what) {
      case step::kind::changed:
        s->node->take_back();
        break;
      case step::kind::added:
        s->owner->nodes.erase(at());
        break;
      case step::kind::removed:
        s->owner->nodes.insert(at(), std::move(s->removed));
        break;
      case step::kind::result:
        s->result->take_back();
        break;
      case step::kind::new_result:
        s->cone->forget_results();
        break;
    }
  }
  steps.clear();
}
void kept_undo::forget() {
  for (auto& s : steps)
    if (s.what == step::kind::changed) s.node->forget();
  steps.clear();
}

kept_instances::kept_instances(const kept_instances& other, copied_cells& cells)
    : reads_stores(other.reads_stores), runs(other.runs), where_(other.where_), type_(other.type_), values_(other.values_), densities_(other.densities_), scores_(other.scores_), structures_(other.structures_), parameters_(other.parameters_) {
  for (const instance& x : other.instances_) {
    instances_.push_back({x.structure, x.values, x.densities, x.values_room, x.densities_room, nullptr});
    if (x.calls) instances_.back().calls = std::make_unique<kept_calls>(*x.calls, cells);
  }
}

std::shared_ptr<const schema> kept_instances::known(std::shared_ptr<const schema> structure) {
  for (const auto& s : structures_)
    if (s == structure || *s == *structure) return s;
  structures_.push_back(structure);
  return structure;
}

double kept_instances::factors() const {
  double total = 0;
  for (std::size_t i = 0; i < size(); ++i) total += factors(i);
  return total;
}
double kept_instances::factors(std::size_t i) const {
  const instance& x = instances_[i];
  double total = 0;
  for (std::uint32_t k = 0; k < x.structure->sites().size(); ++k)
    if (x.structure->sites()[k].is_factor()) total += densities(x)[k];
  if (x.calls)
    for (const auto& inner : x.calls->nodes) total += inner->factors();
  return total;
}

bool kept_instances::are_alike() {
  if (likeness_ == likeness::unknown) {
    bool alike = size() > 0;
    for (std::size_t i = 0; alike && i < size(); ++i) {
      const instance &x = instances_[i], &first = instances_[0];
      alike = x.structure == first.structure && x.values == first.values + i * first.structure->elements() &&
              x.densities == first.densities + i * first.structure->sites().size() && (!x.calls || x.calls->nodes.empty());
    }
    likeness_ = alike ? likeness::alike : likeness::different;
  }
  return likeness_ == likeness::alike;
}
double* kept_instances::new_densities() {
  other_densities_ = densities_;
  return other_densities_.data();
}
double* kept_instances::new_scores() {
  other_scores_ = scores_.terms();
  return other_scores_.data();
}
void kept_instances::keep_anew(kept_undo& undo) {
  touch(undo);
  anew_ = true;
  exchange();
}
void kept_instances::exchange() {
  std::swap(densities_, other_densities_);
  scores_.exchange(other_scores_);
  exchange_results();
}

void kept_instances::touch(kept_undo& undo) {
  if (touched_) return;
  touched_ = true;
  count_before_ = size();
  values_before_ = values_.size();
  densities_before_ = densities_.size();
  parameters_before_ = parameters_;
  undo.steps.push_back({kept_undo::step::kind::changed, nullptr, 0, this});
}

void kept_instances::compare_parameters(std::uint64_t version, instance_set& todo, kept_undo& undo) {
  if (parameters_ == version && !reads_stores) return;
  todo.add_all();
  touch(undo);
  parameters_ = version;
}

void kept_instances::begin(std::size_t n, kept_undo& undo) {
  if (n >= size()) return;
  touch(undo);
  likeness_ = likeness::unknown;
  remove_results(n);
  for (std::size_t i = n; i < size(); ++i) {
    removed_.push_back(std::move(instances_[i]));
    removed_scores_.push_back(scores_[i]);
  }
  instances_.resize(n);
  scores_.resize(n);
}

void kept_instances::store(instance& x, const tile_storage<double>& numbers) {
  const auto elements = x.structure->elements();
  const auto sites = static_cast<std::uint32_t>(x.structure->sites().size());
  if (elements > x.values_room) {
    x.values = static_cast<std::uint32_t>(values_.size());
    x.values_room = elements;
    values_.resize(values_.size() + elements);
  }
  if (sites > x.densities_room) {
    x.densities = static_cast<std::uint32_t>(densities_.size());
    x.densities_room = sites;
    densities_.resize(densities_.size() + sites);
  }
  std::copy_n(numbers.values.data(), elements, values_.data() + x.values);
  std::copy_n(numbers.densities.data(), sites, densities_.data() + x.densities);
}

void kept_instances::replace(std::size_t i, std::shared_ptr<const schema> structure, const tile_storage<double>& numbers, double score,
                             std::size_t first_changed) {
  instance& x = instances_[i];
  log_.push_back({i, structure ? x.structure : nullptr, x.values, x.densities, x.values_room, x.densities_room, log_numbers_.size(), scores_[i], first_changed, changed_.size()});
  log_numbers_.insert(log_numbers_.end(), values(x), values(x) + x.structure->elements());
  log_numbers_.insert(log_numbers_.end(), densities(x), densities(x) + x.structure->sites().size());
  save_result(i);
  if (structure) {
    x.structure = std::move(structure);
    likeness_ = likeness::unknown;
  }
  store(x, numbers);
  scores_.set(i, score);
}

void kept_instances::append(std::shared_ptr<const schema> structure, const tile_storage<double>& numbers, double score) {
  likeness_ = likeness::unknown;
  instances_.push_back({std::move(structure), 0, 0, 0, 0, std::move(next_calls_)});
  store(instances_.back(), numbers);
  scores_.push_back(score);
}

void kept_instances::take_back() {
  likeness_ = likeness::unknown;
  parameters_ = parameters_before_;
  scores_.settle();  // where a run was broken off
  instances_.resize(std::min(count_before_, size()));
  for (auto& x : removed_) instances_.push_back(std::move(x));
  scores_.resize(count_before_ - removed_.size());
  for (const double s : removed_scores_) scores_.push_back(s);
  for (auto s = log_.rbegin(); s != log_.rend(); ++s) {
    instance& x = instances_[s->i];
    if (s->structure) x.structure = s->structure;
    x.values = s->values, x.densities = s->densities, x.values_room = s->values_room, x.densities_room = s->densities_room;
    const double* from = log_numbers_.data() + s->numbers;
    std::copy_n(from, x.structure->elements(), values_.data() + x.values);
    std::copy_n(from + x.structure->elements(), x.structure->sites().size(), densities_.data() + x.densities);
    scores_.set(s->i, s->score);
  }
  values_.resize(values_before_);
  densities_.resize(densities_before_);
  removed_.clear();
  if (anew_) exchange();
  take_results_back(count_before_);
  forget();
}

void kept_instances::forget() {
  touched_ = false;
  anew_ = false;
  if (!removed_.empty()) {  // their numbers lie behind those that are left
    std::uint32_t values_end = 0, densities_end = 0;
    for (const instance& x : instances_) {
      values_end = std::max(values_end, x.values + x.values_room);
      densities_end = std::max(densities_end, x.densities + x.densities_room);
    }
    values_.resize(values_end);
    densities_.resize(densities_end);
  }
  log_.clear();
  log_numbers_.clear();
  removed_.clear();
  removed_scores_.clear();
  changed_.clear();
  forget_results();
}

}  // namespace starling
