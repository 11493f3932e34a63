// Every reader of files on 100,000 damaged files: each is refused with a sentence or read, and the sanitizers, with which this program is built
// (tests/CMakeLists.txt), find nothing. `ctest --preset dev -R io.fuzz` runs it.
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/run_gradient.hpp>
#include <starling/io/checkpoint.hpp>
#include <starling/io/data.hpp>
#include <starling/io/input_error.hpp>
#include <starling/io/netcdf.hpp>
#include <starling/io/parameters.hpp>
#include <starling/io/safetensors.hpp>
#include <starling/io/stan_csv.hpp>

#include "example_fit.hpp"
#include "inference/closed_form_targets.hpp"
#include "io/checksum.hpp"
#include "io/files.hpp"
#include "io/plain_sentence.hpp"
#include "scratch_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>

namespace sl = starling;

namespace {

constexpr std::size_t mutations = 100'000;

// Small and the same everywhere: xorshift64*.
class dice {
 public:
  explicit dice(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::size_t below(std::size_t n) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return n == 0 ? 0 : (state_ * 2685821657736338717u >> 16) % n;
  }

 private:
  std::uint64_t state_;
};

// One to three changes of text[from …]: a bit, a byte, eight bytes that may be a count, and, unless the size is to stay, a number that is huge, a piece
// left out, twice, or moved, the end cut off.
std::string damaged(const std::string& whole, dice& d, std::size_t from = 0, bool same_size = false) {
  std::string text = whole.substr(from);
  static const char* const pieces[] = {"-1", "4294967296", "9223372036854775807", "18446744073709551616", "1e999", ".", ",", "\n", "[", "\"", "nan", "null", "{}"};
  for (std::size_t n = 1 + d.below(3); n > 0 && !text.empty(); --n) {
    const std::size_t at = d.below(text.size()), length = 1 + d.below(std::min<std::size_t>(40, text.size() - at));
    switch (d.below(same_size ? 3 : 8)) {
      case 0:
        text[at] = static_cast<char>(text[at] ^ (1 << d.below(8)));
        break;
      case 1:
        text[at] = static_cast<char>(d.below(256));
        break;
      case 2:
        for (std::size_t i = 0; i < 8 && at + i < text.size(); ++i) text[at + i] = static_cast<char>(d.below(2) == 0 ? 0xff : d.below(256));
        break;
      case 3:
        text.replace(at, d.below(4), pieces[d.below(std::size(pieces))]);
        break;
      case 4:
        text.erase(at, length);
        break;
      case 5:
        text.insert(at, text.substr(at, length));
        break;
      case 6:
        text.insert(d.below(text.size()), text.substr(at, length));
        break;
      default:
        text.resize(at);
    }
  }
  return whole.substr(0, from) + text;
}

// Files that are written a hundred thousand times stay in memory where they can.
scratch_folder in_memory() { return scratch_folder(std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path()); }

struct outcome {
  std::size_t refused = 0, read = 0;
};

// Calls read(text) for damaged texts; errors must be sentences of ours.
template <class Damage, class Read>
outcome read_damaged(const std::string& text, std::size_t count, Damage damage, Read read) {
  dice d(text.size());
  outcome seen;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string bad = damage(text, d);
    if (bad == text) continue;
    try {
      read(bad);
      ++seen.read;
    } catch (const std::exception& error) {
      ++seen.refused;
      EXPECT_EQ(sl::plain_sentence(error), error.what()) << i;
    }
  }
  return seen;
}
// Some must be refused, and some read.
template <class Read>
void expect_no_harm(const std::string& text, std::size_t count, Read read) {
  EXPECT_NO_THROW(read(text));
  const outcome seen = read_damaged(
      text, count, [](const std::string& whole, dice& d) { return damaged(whole, d); }, read);
  EXPECT_GT(seen.refused, count / 10);
  EXPECT_GT(seen.read, count / 1000);
}
// What has a checksum: all must be refused.
template <class Read>
void expect_refusal(const std::string& text, std::size_t from, std::size_t count, Read read) {
  EXPECT_NO_THROW(read(text));
  EXPECT_EQ(read_damaged(
                text, count, [&](const std::string& whole, dice& d) { return damaged(whole, d, from); }, read)
                .read,
            0u);
}

}  // namespace

TEST(fuzz, data) {
  expect_no_harm(R"({"n": 3, "y": [1.5, -2e3, 0], "k": [1, 2, 3], "x": [[1, 2], [3, 4]], "name": "a\u00e4", "on": true})", mutations, [](const std::string& text) {
    const auto d = sl::data::from_text(text);
    if (d.has("n") && d.has("y")) d.vector("y", std::min<std::size_t>(d.size("n"), 1000));
    if (d.has("k")) d.wholes("k", {.lower = 0, .upper = 100});
    if (d.has("x")) d.matrix("x");
    d.fingerprint();
    d.unused();
  });
}

TEST(fuzz, tables) {
  expect_no_harm("name,age,score\n\"Ann, \"\"A\"\"\",10,1.5\nBob,NA,-2e3\n\"C\nD\",11,+3\n", mutations, [](const std::string& text) {
    const auto d = sl::data::from_table(text);
    d.texts("name");
    d.vector("score", {.lower = -1e5});
    d.fingerprint();
    d.used();
  });
}

TEST(fuzz, stan_csv) {
  const scratch_folder folder = in_memory();
  sl::result fit = example_fit();
  sl::write_stan_csv(fit, folder / "fit.csv");
  const std::string ours = sl::read_file(folder / "fit_1.csv");
  const auto read = [&](const std::string& text) {
    folder.write("f.csv", text);
    sl::read_stan_csv({folder / "f.csv"});
  };
  // Of others, without a checksum: all of the reader is reached.
  std::string others = ours.substr(0, ours.rfind("# starling_checksum"));
  others.erase(others.find("# starling_format = 1\n"), 22);
  others = others.substr(0, others.find('\n', others.find("\nlp__") + 1) + 200);
  expect_no_harm(others.substr(0, others.rfind('\n') + 1), mutations, read);
  expect_refusal(ours, ours.find("\nlp__"), mutations / 10, read);
}

TEST(fuzz, netcdf) {
  const scratch_folder folder = in_memory();
  sl::result fit;
  fit.posterior = {2, 3, {{"mu", {}, {1, 2, 3, 4, 5, 6}}, {"x", {2}, std::vector<double>(12, 0.5)}}};
  fit.sample_stats = {2, 3, {{"lp", {}, {1, 2, 3, 4, 5, 6}}}};
  sl::write_netcdf(fit, folder / "fit.nc");
  const std::string text = sl::read_file(folder / "fit.nc");
  const std::size_t end = text.rfind("\nstarling checksum of file");
  ASSERT_LT(end, text.size());
  std::size_t other_draws = 0;
  const auto read = [&](const std::string& bad) {
    folder.write("f.nc", bad);
    const auto back = sl::read_netcdf(folder / "f.nc");
    for (const auto& v : fit.posterior.variables) other_draws += back.posterior[v.name].values != v.values;
  };
  EXPECT_NO_THROW(read(text));
  const outcome ours = read_damaged(
      text, mutations, [&](const std::string& whole, dice& d) { return damaged(whole.substr(0, end), d) + whole.substr(end); }, read);
  EXPECT_EQ(ours.read, 0u);
  EXPECT_GT(ours.refused, mutations * 99 / 100);
  // Where the checksum at its end, or a part of it, is gone the file is one of others, which is read in a process of its own: that takes its time.
  constexpr std::size_t few = mutations / 50;
  const outcome others = read_damaged(
      text, few, [](const std::string& whole, dice& d) { return damaged(whole, d); }, read);
  EXPECT_GT(others.refused, few * 97 / 100);
  EXPECT_LT(others.read, few * 3 / 100);
  EXPECT_EQ(other_draws, 0u);
  // Every bit of the file itself is covered.
  for (std::size_t at = 0; at < end; ++at) {
    std::string bad = text;
    bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
    EXPECT_THROW(read(bad), sl::input_error) << at;
  }
}

TEST(fuzz, parameters) {
  const scratch_folder folder = in_memory();
  const std::string plain = R"({"scale": [1.5], "w": {"values": [1, 2], "first_moments": [0.1, 0], "second_moments": [0.5, 1], "steps": 7}})";
  const auto read = [&](const std::string& text) {
    folder.write("p.json", text);
    sl::load_parameters(folder / "p.json");
  };
  expect_no_harm(plain, mutations, read);
  folder.write("p.json", plain);
  sl::save_parameters(sl::load_parameters(folder / "p.json"), folder / "ours.json");
  const std::string ours = sl::read_file(folder / "ours.json");
  EXPECT_GT(read_damaged(
                ours, mutations / 10, [](const std::string& whole, dice& d) { return damaged(whole, d); }, read)
                .refused,
            mutations / 11);
}

TEST(fuzz, safetensors) {
  const scratch_folder folder = in_memory();
  sl::parameter_store store;
  store.set("w", {1, 2, 3, 4, 5, 6}, {2, 3});
  store.set("b", {0.5});
  sl::save_safetensors(store, folder / "w.safetensors");
  expect_no_harm(sl::read_file(folder / "w.safetensors"), mutations, [&](const std::string& text) {
    folder.write("t.safetensors", text);
    sl::load_safetensors(folder / "t.safetensors");
  });
}

// Someone who forges the checksum of a checkpoint, too.
std::string sealed(std::string text, std::size_t body) {
  const std::uint64_t sum = sl::checksum_of(text.data() + body, text.size() - body);
  std::memcpy(text.data() + body - sizeof sum, &sum, sizeof sum);
  return text;
}

TEST(fuzz, checkpoints) {
  const scratch_folder folder = in_memory();
  const closed_form::identity_view view(3);
  const closed_form::gaussian density{{1, -2, 0}, {1, 2, 3}, 0.5};
  const auto target = sl::target::of<double>(density);
  const sl::run_options o{.chains = 2, .draws = 4, .warmup = 40, .threads = 1};
  const sl::kernels::nuts low_rank({.max_depth = 4, .metric = sl::kernels::metric_kind::low_rank_e}), dense({.max_depth = 4, .metric = sl::kernels::metric_kind::dense_e});
  for (const auto& kernel : {low_rank, dense}) {
    // Half way through the warm-up, so that everything that adapts is there.
    struct stop final : sl::progress {
      bool stop_requested() const override { return calls_++ > 6; }
      mutable int calls_ = 0;
    } watch;
    sl::run_checkpoint state;
    sl::run_gradient(kernel, target, view, o, sl::key(1), watch, {.checkpoint = &state});
    ASSERT_FALSE(state.chains[0].empty());
    sl::write_checkpoint(state, folder / "c", "a model");
    const std::string text = sl::read_file(folder / "c");
    const auto go_on = [&](const std::string& bad) {
      folder.write("bad", bad);
      auto back = sl::read_checkpoint(folder / "bad", "a model");
      sl::run_gradient(kernel, target, view, o, sl::key(1), {.checkpoint = &back});
    };
    expect_refusal(text, 0, mutations / 10, go_on);
    // The reader's checks of counts and sizes are reached; numbers that adapt may be any.
    const std::size_t body = text.find('\n') + 1 + sizeof(std::uint64_t);
    const auto forged = [&](const std::string& whole, dice& d) { return sealed(damaged(whole, d, body, d.below(2) == 0), body); };
    const outcome seen = read_damaged(text, mutations / 2, forged, go_on);
    EXPECT_GT(seen.refused, mutations / 20);
    EXPECT_GT(seen.read, mutations / 20);
  }
}

TEST(fuzz, forged_draws_of_a_checkpoint_are_refused_by_their_densities) {
  const closed_form::identity_view view(3);
  const closed_form::gaussian density{{1, -2, 0}, {1, 2, 3}, 0.5};
  const auto target = sl::target::of<double>(density);
  const sl::run_options o{.chains = 1, .draws = 8, .warmup = 40, .threads = 1};
  const sl::kernels::nuts kernel;
  sl::run_checkpoint state;
  const auto fit = sl::run_gradient(kernel, target, view, o, sl::key(1), {.checkpoint = &state});
  EXPECT_NO_THROW(sl::run_gradient(kernel, target, view, o, sl::key(1), {.checkpoint = &state}));
  auto bytes = state.chains[0];
  for (const char* name : {"x", "lp"}) {
    for (const double x : fit.posterior.find(name) ? fit.posterior[name].values : fit.sample_stats[name].values) {
      const auto* const p = reinterpret_cast<const std::byte*>(&x);
      // The last place where it stands is the record's.
      const auto at = std::find_end(bytes.begin(), bytes.end(), p, p + sizeof x);
      ASSERT_NE(at, bytes.end());
      for (const int byte : {2, 5, 6}) {
        auto back = state;
        back.chains[0][static_cast<std::size_t>(at - bytes.begin()) + static_cast<std::size_t>(byte)] ^= std::byte{16};
        try {
          sl::run_gradient(kernel, target, view, o, sl::key(1), {.checkpoint = &back});
          ADD_FAILURE() << name << " " << x << " was changed, and the checkpoint accepted";
        } catch (const std::invalid_argument& error) {
          EXPECT_NE(std::string(error.what()).find("the log density at a saved place is not what it was"), std::string::npos) << error.what();
        }
      }
    }
  }
}

TEST(fuzz, a_pipe_without_a_writer_is_not_waited_for_without_end) {
  const scratch_folder folder = in_memory();
  ASSERT_EQ(::mkfifo((folder / "p.csv").c_str(), 0600), 0);
  EXPECT_THROW(sl::read_stan_csv({folder / "p.csv"}), sl::input_error);
}
