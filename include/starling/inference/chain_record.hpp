// What chains leave behind: the draws of each block of lanes, or their moments; and how blocks become one result.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <starling/diagnostics/moments.hpp>
#include <starling/inference/draw_layout.hpp>
#include <starling/inference/kernels/trajectory_counts.hpp>
#include <starling/inference/progress.hpp>
#include <starling/models/handler.hpp>
#include <starling/values/real.hpp>
#include <starling/values/where.hpp>

namespace starling {

// One block: W lanes, of which `lanes` count.
struct block_record {
  block_record(const schema& structure, const std::vector<std::uint32_t>& latents, std::size_t first_chain, std::size_t lanes,
               std::size_t width, std::size_t draws, bool summaries_only);

  draw_layout layout;                  // latents first, then notes
  std::vector<element_run> runs;       // where the latents stand
  std::size_t first_chain, lanes, width, draws_wanted;
  bool summaries_only;
  bool conditional;                    // some draws may lack some notes
  std::size_t draws = 0;               // so far
  std::vector<double> numbers;         // [draw][slot][W]; slots: latents and notes, lp, acceptance rate
  std::size_t row = 0;                 // slots a draw, with lp and acceptance rate
  std::vector<running_moments> moments;  // summaries only: [lane][slot][half]
  std::vector<double> rates;             // summaries only: mean acceptance rate, [lane]
  std::size_t problems = 0;
  bad_parameter problem;
  kernels::trajectory_counts trajectories;  // after the warm-up, of kernels that follow a gradient

  // The notes of a draw in the order in which they come.
  struct noted {
    std::uint64_t hash;
    std::size_t slot;  // behind the latents
    choice_type type;
    bool again;        // an earlier branch has one of that name
  };
  std::vector<noted> notes;
  std::size_t latent_slots = 0;
  // Throws std::logic_error where a choice, or a note of another type, has that name.
  noted place_of_note(const path& where, const choice_type& type);
};

[[noreturn]] void refuse_second_note(const path& where);

// Counts steps of all blocks, tells the progress, and learns that a run should stop.
class run_monitor {
 public:
  run_monitor(progress& report, std::size_t total);
  ~run_monitor();
  // `steps` more are done; false once the run should end.
  bool advance(std::size_t steps);
  bool stopped() const;
  // Asks whether the run should end, between steps that take long; false once it should.
  bool look();
  // What look() asks, for steps that take long.
  const progress& watch() const;

 private:
  struct shared;
  std::unique_ptr<shared> shared_;
};

// One lane of a value.
template <class V>
double lane_number(const V& x, std::size_t lane) {
  if constexpr (lanes_of<V> == 1) return x;
  else return static_cast<double>(x[static_cast<int>(lane)]);
}

// Gathers the notes of one draw. A name that branches share is one note: each lane has that of its branch.
template <class V>
class note_list final : public note_sink<V> {
 public:
  note_list(block_record& record, std::vector<V>& row, std::size_t first_slot) : record_(record), row_(row), first_(first_slot) {}
  void note(const path& where, const choice_type& type, const V* values) override {
    if (record_.draws == 0 && visit_ == record_.notes.size()) record_.notes.push_back(record_.place_of_note(where, type));
    const auto [hash, slot, kind, again] = record_.notes[visit_++];
    if (first_ + slot + type.size() > row_.size()) row_.resize(first_ + slot + type.size(), V(0));
    V* to = row_.data() + first_ + slot;
    for (std::size_t e = 0; e < type.size(); ++e) {
      if (again && any(mask_of<V>((to[e] == to[e]) & (values[e] == values[e])))) [[unlikely]]
        refuse_second_note(where);
      to[e] = again ? V(starling::where(values[e] == values[e], values[e], to[e])) : values[e];
    }
  }

 private:
  block_record& record_;
  std::vector<V>& row_;
  std::size_t first_, visit_ = 0;
};

// Writes draws of W lanes into a block's record.
template <class V>
class lane_recorder {
 public:
  explicit lane_recorder(block_record& record) : record_(record) {}

  template <class Chains>
  [[gnu::always_inline]] void record(Chains& chains, const V& rate, bool notes) {
    if (notes && !no_notes_) send_notes(chains);
    if (record_.summaries_only) add_moments(chains.recorded_values(), rate);
    else keep(chains.recorded_values(), chains.score(), rate);
    ++record_.draws;
  }

  // Between draws. `chains` tell the names of the notes.
  template <class Archive, class Chains>
  void archive(Archive& a, Chains& chains, bool notes) {
    if constexpr (Archive::reads)
      if (notes) send_notes(chains);
    a(record_.draws);
    a.of_any_size(record_.numbers, sums_[0], sums_[1]);
    a(half_, next_half_, rate_);
    if constexpr (!Archive::reads) return;
    record_.row = record_.layout.slots() + 2;
    // Between no draw and the last, all that is there is a whole number of draws, or of halves begun.
    const std::size_t slots = record_.layout.slots(), row = record_.row * width, draws = record_.numbers.size() / row;
    if (record_.summaries_only) a.require(record_.numbers.empty() && half_ <= 1 && sums_[0].size() == (record_.draws == 0 ? 0 : slots) && sums_[1].size() == (half_ == 0 ? 0 : slots) && record_.draws <= record_.draws_wanted);
    else a.require(record_.numbers.size() % row == 0 && record_.draws <= draws);
    if (!record_.summaries_only) record_.numbers.resize(record_.draws_wanted * record_.row * width);  // the run goes on with another number of draws
    if (record_.draws > record_.draws_wanted) record_.draws = record_.draws_wanted;
    if (record_.summaries_only && record_.draws == record_.draws_wanted) finish();
  }

 private:
  static constexpr std::size_t width = lanes_of<V>;
  static void spread(const V& from, double* to) {
    if constexpr (width == 1) *to = from;
    else
      for (std::size_t l = 0; l < width; ++l) to[l] = static_cast<double>(from[static_cast<int>(l)]);
  }

  template <class Chains>
  [[gnu::noinline]] void send_notes(Chains& chains) {
    note_list<V> list(record_, notes_, 0);
    const std::size_t known = notes_.size();
    chains.send_notes(list);
    if (record_.draws == 0) no_notes_ = notes_.empty();
    else notes_.resize(known);
  }
  // Calls f(number) for all numbers of a draw: the latents, then the notes.
  template <class F>
  [[gnu::always_inline]] void each_number(const V* latents, F f) {
    for (const auto [first, size] : record_.runs)
      for (const V *x = latents + first, *end = x + size; x != end; ++x) f(*x);
    for (const V& x : notes_) f(x);
  }

  void keep(const V* latents, const V& score, const V& rate) {
    if (record_.draws == 0) {
      record_.row = record_.layout.slots() + 2;
      record_.numbers.resize(record_.draws_wanted * record_.row * width);
    }
    double* to = record_.numbers.data() + record_.draws * record_.row * width;
    each_number(latents, [&](const V& x) {
      spread(x, to);
      to += width;
    });
    spread(score, to);
    spread(rate, to + width);
  }

  // Sums around the first value of each half, in lanes.
  [[gnu::always_inline]] void add_moments(const V* latents, const V& rate) {
    if (record_.draws == next_half_) [[unlikely]]
      begin_half(latents);
    sums_of_slot* to = sums_[half_].data();
    each_number(latents, [&](const V& x) {
      const V d = x - to->origin;
      to->first += d;
      to->second += d * d;
      ++to;
    });
    rate_ += rate;
    if (record_.draws + 1 == record_.draws_wanted) [[unlikely]]
      finish();
  }
  [[gnu::noinline]] void begin_half(const V* latents) {
    half_ = record_.draws == 0 ? 0 : 1;
    next_half_ = half_ == 0 && record_.draws_wanted > 1 ? record_.draws_wanted / 2 : record_.draws_wanted;
    each_number(latents, [&](const V& x) { sums_[half_].push_back({x, V(0), V(0)}); });
  }
  [[gnu::noinline]] void finish() {
    const std::size_t n = sums_[0].size(), length = record_.draws_wanted > 1 ? record_.draws_wanted / 2 : record_.draws_wanted;
    record_.moments.resize(width * n * 2);
    for (std::size_t h = 0; h < 2; ++h) {
      const std::size_t count = h == 0 ? length : record_.draws_wanted - length;
      const auto c = static_cast<double>(count);
      for (std::size_t s = 0; s < sums_[h].size(); ++s) {
        double first[width], second[width], origin[width];
        spread(sums_[h][s].first, first);
        spread(sums_[h][s].second, second);
        spread(sums_[h][s].origin, origin);
        for (std::size_t l = 0; l < width; ++l)
          record_.moments[(l * n + s) * 2 + h] = running_moments(count, origin[l] + first[l] / c, second[l] - first[l] * first[l] / c);
      }
    }
    record_.rates.resize(width);
    spread(rate_ / V(static_cast<scalar_of<V>>(record_.draws_wanted)), record_.rates.data());
  }

  struct sums_of_slot {
    V origin, first, second;  // Σ (x − origin), Σ (x − origin)²
  };
  block_record& record_;
  std::vector<V> notes_;  // of this draw
  std::vector<sums_of_slot> sums_[2];
  std::size_t half_ = 0, next_half_ = 0;  // where we are, and the draw that begins the next
  V rate_ = V(0);
  bool no_notes_ = false;
};

// After an interruption: the n for which n draws of every chain that has as many are the most draws; of more chains where that is equal.
std::size_t draws_to_keep(const std::vector<std::size_t>& draws_of_chains);

// One result from all blocks, checked (result_checks.hpp). After an interruption: draws_to_keep; of summaries, the complete chains; chains that are
// dropped are named.
result collect(const std::vector<block_record>& records, const schema& structure, std::size_t draws, bool interrupted, std::size_t threads = 0);

}  // namespace starling
