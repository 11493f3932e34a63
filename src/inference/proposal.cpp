#include <starling/inference/kernels/proposal.hpp>

#include <algorithm>
#include <stdexcept>

namespace starling::kernels {

std::vector<std::uint32_t> proposed_latents(const schema& proposal, const schema& model, const std::vector<std::uint32_t>& latents) {
  std::vector<std::uint32_t> places;
  for (std::uint32_t k = 0; k < proposal.sites().size(); ++k) {
    const site& s = proposal.sites()[k];
    if (!s.is_choice()) continue;
    const std::string where = proposal.path_of(k).str();
    const auto at = model.find(s.full);
    if (at < 0) throw std::invalid_argument("proposal: it makes a choice at " + where + ", which the model does not have");
    const auto place = static_cast<std::uint32_t>(at);
    if (std::find(latents.begin(), latents.end(), place) == latents.end())
      throw std::invalid_argument("proposal: it makes a choice at " + where + ", which is observed, no latent");
    const choice_type expected = model.sites()[place].type;
    if (!(s.type == expected))
      throw std::invalid_argument("proposal: at " + where + " the model has " + expected.str() + ", the proposal " + s.type.str());
    places.push_back(place);
  }
  if (places.empty()) throw std::invalid_argument("proposal: it makes no choice");
  return places;
}

void require_there_in_all_lanes(const std::vector<std::uint32_t>& latents, const schema& proposal, const schema& model) {
  if (proposal.is_conditional()) throw std::invalid_argument("proposal: over lanes it must make the same choices in all of them, but it has branches");
  for (const auto k : latents)
    if (model.sites()[k].is_conditional())
      throw std::invalid_argument("proposal: it makes a choice at " + model.path_of(k).str() +
                                  ", which stands in a branch of the model: move such choices by regenerate or drift, or declare the model dynamic");
}

void require_same_choices(std::vector<std::uint32_t> forward, std::vector<std::uint32_t> backward, const schema& model) {
  std::sort(forward.begin(), forward.end());
  std::sort(backward.begin(), backward.end());
  std::vector<std::uint32_t> odd;
  std::set_symmetric_difference(forward.begin(), forward.end(), backward.begin(), backward.end(), std::back_inserter(odd));
  if (odd.empty()) return;
  const bool in_forward = std::binary_search(forward.begin(), forward.end(), odd.front());
  throw std::invalid_argument("proposal: the " + std::string(in_forward ? "forward" : "backward") + " function makes a choice at " +
                              model.path_of(odd.front()).str() + ", the other one does not: the move could not be undone");
}

}  // namespace starling::kernels
