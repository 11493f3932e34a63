// What chains leave behind: the draws of each block of lanes, or their moments; and how blocks become one result.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include <starling/diagnostics/moments.hpp>
#include <starling/inference/draw_layout.hpp>
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
  std::vector<std::uint32_t> sites;    // the latents
  std::vector<std::uint32_t> sizes;
  std::size_t first_chain, lanes, width, draws_wanted;
  bool summaries_only;
  std::size_t draws = 0;               // so far
  std::vector<double> numbers;         // [draw][slot][W]; slots: latents and notes, lp, acceptance rate
  std::size_t row = 0;                 // slots a draw, with lp and acceptance rate
  std::vector<running_moments> moments;  // summaries only: [lane][slot][half]
  std::vector<double> rates;             // summaries only: mean acceptance rate, [lane]
  std::size_t problems = 0;
  bad_parameter problem;
};

// Counts steps of all blocks, tells the progress, and learns that a run should stop.
class run_monitor {
 public:
  run_monitor(progress& report, std::size_t total) : report_(report), total_(total) {}
  // `steps` more are done; false once the run should end.
  bool advance(std::size_t steps);
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }

 private:
  progress& report_;
  std::size_t total_;
  std::atomic<std::size_t> done_{0};
  std::atomic<bool> stopped_{false};
  std::mutex guard_;
};

// One lane of a value.
template <class V>
double lane_number(const V& x, std::size_t lane) {
  if constexpr (lanes_of<V> == 1) return x;
  else return static_cast<double>(x[static_cast<int>(lane)]);
}

// Gathers the notes of one draw.
template <class V>
class note_list final : public note_sink<V> {
 public:
  note_list(block_record& record, std::vector<V>& row, std::size_t first_slot) : record_(record), row_(row), next_(first_slot) {}
  void note(const path& where, const choice_type& type, const V* values) override {
    if (record_.draws == 0) {
      if (record_.layout.find(where) >= 0)
        throw std::logic_error("the note " + where.str() + " has the name of a choice or of another note");
      record_.layout.add(where, type);
    }
    for (std::size_t e = 0; e < type.size(); ++e, ++next_) {
      if (next_ >= row_.size()) row_.resize(next_ + 1, V(0));
      row_[next_] = values[e];
    }
  }

 private:
  block_record& record_;
  std::vector<V>& row_;
  std::size_t next_;
};

// Writes draws of W lanes into a block's record.
template <class V>
class lane_recorder {
 public:
  explicit lane_recorder(block_record& record) : record_(record) {}

  template <class Chains>
  void record(Chains& chains, const V& rate, bool notes) {
    std::size_t slot = 0;
    row_.resize(record_.layout.slots());
    for (std::size_t j = 0; j < record_.sites.size(); ++j) {
      const V* now = chains.current(record_.sites[j]);
      for (std::uint32_t e = 0; e < record_.sizes[j]; ++e) row_[slot++] = now[e];
    }
    if (notes && !(no_notes_ && record_.draws > 0)) {
      note_list<V> list(record_, row_, slot);
      chains.send_notes(list);
      if (record_.draws == 0) no_notes_ = record_.layout.slots() == slot;
    }
    row_.resize(record_.layout.slots());
    if (record_.summaries_only) add_moments(rate);
    else keep(chains.score(), rate);
    ++record_.draws;
  }

 private:
  static constexpr std::size_t width = lanes_of<V>;
  static void spread(const V& from, double* to) {
    if constexpr (width == 1) *to = from;
    else
      for (std::size_t l = 0; l < width; ++l) to[l] = static_cast<double>(from[static_cast<int>(l)]);
  }

  void keep(const V& score, const V& rate) {
    record_.row = row_.size() + 2;
    if (record_.draws == 0) record_.numbers.resize(record_.draws_wanted * record_.row * width);
    double* to = record_.numbers.data() + record_.draws * record_.row * width;
    for (const V& x : row_) {
      spread(x, to);
      to += width;
    }
    spread(score, to);
    spread(rate, to + width);
  }

  // Sums around the first value of each half, in lanes.
  void add_moments(const V& rate) {
    const std::size_t half_length = record_.draws_wanted / 2;
    const std::size_t half = half_length != 0 && record_.draws >= half_length ? 1 : 0;
    const std::size_t n = row_.size();
    if (sums_.empty()) {
      sums_.resize(2 * n);
      squares_.resize(2 * n);
      origins_.resize(2 * n);
      record_.moments.resize(width * n * 2);
    }
    if (counts_[half] == 0) {
      for (std::size_t s = 0; s < n; ++s) {
        origins_[half * n + s] = row_[s];
        sums_[half * n + s] = squares_[half * n + s] = V(0);
      }
    }
    ++counts_[half];
    for (std::size_t s = 0; s < n; ++s) {
      const V d = row_[s] - origins_[half * n + s];
      sums_[half * n + s] += d;
      squares_[half * n + s] += d * d;
    }
    rate_ += rate;
    if (record_.draws + 1 == record_.draws_wanted) finish(n);
  }
  void finish(std::size_t n) {
    for (std::size_t h = 0; h < 2; ++h) {
      for (std::size_t s = 0; s < n; ++s) {
        double sum[width], square[width], origin[width];
        spread(sums_[h * n + s], sum);
        spread(squares_[h * n + s], square);
        spread(origins_[h * n + s], origin);
        for (std::size_t l = 0; l < width && counts_[h] > 0; ++l) {
          const auto c = static_cast<double>(counts_[h]);
          record_.moments[(l * n + s) * 2 + h] = running_moments(counts_[h], origin[l] + sum[l] / c, square[l] - sum[l] * sum[l] / c);
        }
      }
    }
    record_.rates.resize(width);
    spread(rate_ / V(static_cast<scalar_of<V>>(record_.draws_wanted)), record_.rates.data());
  }

  block_record& record_;
  std::vector<V> row_, sums_, squares_, origins_;
  std::size_t counts_[2] = {0, 0};
  V rate_ = V(0);
  bool no_notes_ = false;
};

// One result from all blocks. After an interruption: the complete chains, or where there are none the draws that all begun ones have.
result collect(const std::vector<block_record>& records, const schema& structure, std::size_t chains, std::size_t draws, bool interrupted);

}  // namespace starling
