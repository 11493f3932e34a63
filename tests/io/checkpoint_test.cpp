// Checkpoints in files: what is read is what was written, runs go on bit for bit, and other runs' files are refused.
#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/posterior_program.hpp>
#include <starling/io/checkpoint.hpp>
#include <starling/io/input_error.hpp>
#include <starling/io/netcdf.hpp>

#include "fake_program.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace sl = starling;

namespace {

template <class F>
std::string refusal(F&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "accepted";
}

constexpr auto model = sl::gen([](auto& trace) {
  const auto m = trace("m", sl::normal(0.0, 2.0));
  trace("y", sl::normal(m, trace("s", sl::exponential(1.0))));
});
const sl::posterior post(model, sl::args(), sl::observe("y", 0.7));

// Stops after so many steps.
class impatient final : public sl::progress {
 public:
  explicit impatient(std::size_t most) : most_(most) {}
  void update(const char*, std::size_t done, std::size_t) override {
    if (done >= most_) stop_ = true;
  }
  bool stop_requested() const override { return stop_; }

 private:
  std::size_t most_;
  std::atomic<bool> stop_ = false;
};

}  // namespace

TEST(checkpoint_file, is_read_as_it_was_written) {
  const scratch_folder folder;
  const sl::run_checkpoint state{"a run", {{}, {std::byte{1}, std::byte{0}, std::byte{255}}, {std::byte{7}}}};
  sl::write_checkpoint(state, folder / "c", "a model");
  const auto back = sl::read_checkpoint(folder / "c", "a model");
  EXPECT_EQ(back.run, state.run);
  EXPECT_EQ(back.chains, state.chains);
  EXPECT_NE(refusal([&] { sl::read_checkpoint(folder / "c", "another"); }).find("is a checkpoint of a model; this is another"), std::string::npos);
  const std::string text = [&] {
    std::ifstream in(folder / "c", std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  for (std::size_t n = 0; n < text.size(); ++n) {
    std::ofstream(folder / "cut", std::ios::binary) << text.substr(0, n);
    EXPECT_NE(refusal([&] { sl::read_checkpoint(folder / "cut", "a model"); }), "accepted") << n;
  }
  std::ofstream(folder / "long", std::ios::binary) << text << "x";
  EXPECT_NE(refusal([&] { sl::read_checkpoint(folder / "long", "a model"); }).find("its checksum does not agree"), std::string::npos);
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    std::string bad = text;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    std::ofstream(folder / "bad", std::ios::binary) << bad;
    EXPECT_NE(refusal([&] { sl::read_checkpoint(folder / "bad", "a model"); }), "accepted") << bit;
  }
  for (const char* old : {"1", "2"}) {
    std::ofstream(folder / "old", std::ios::binary) << "starling checkpoint " << old << text.substr(text.find('\n'));
    EXPECT_NE(refusal([&] { sl::read_checkpoint(folder / "old", "a model"); }).find("is a checkpoint of another format than 3"), std::string::npos);
  }
}

// Saved over and over while it goes on, by a kernel in lanes.
TEST(checkpoint_file, a_run_goes_on_from_any_time) {
  struct album final : sl::checkpoint_sink {
    std::vector<sl::run_checkpoint> pictures;
    void write(const sl::run_checkpoint& state) override { pictures.push_back(state); }
  } seen;
  const sl::kernels::drift drift;
  sl::sample_settings s{.chains = 30, .draws = 3000, .warmup = 1000, .seed = 5};
  sl::progress silent;
  const auto whole = sample_posterior(post, drift, s, silent);
  sl::run_checkpoint state{.sink = &seen, .every = 1e-9};
  s.checkpoint = &state;
  sample_posterior(post, drift, s, silent);
  ASSERT_GT(seen.pictures.size(), 1u);
  for (auto& picture : seen.pictures) {
    picture.sink = nullptr;
    s.checkpoint = &picture;
    EXPECT_EQ(sample_posterior(post, drift, s, silent).posterior["m"].values, whole.posterior["m"].values);
  }
  // Data for which the density at 0 is the same, and a start from the prior as likely as not.
  const sl::posterior mirrored(model, sl::args(), sl::observe("y", -0.7));
  EXPECT_NE(refusal([&] { sample_posterior(mirrored, drift, s, silent); }).find("the log density at a saved place is not what it was"), std::string::npos);
}

TEST(checkpoint_file, a_run_goes_on_from_it) {
  const scratch_folder folder;
  const sl::kernels::nuts nuts;
  sl::sample_settings s{.chains = 3, .draws = 400, .warmup = 300, .seed = 5};
  sl::progress silent;
  const auto whole = sample_posterior(post, nuts, s, silent);
  sl::run_checkpoint state;
  s.checkpoint = &state;
  impatient watch(500);
  EXPECT_TRUE(sample_posterior(post, nuts, s, watch).interrupted);
  sl::write_checkpoint(state, folder / "c");
  state = sl::read_checkpoint(folder / "c");
  const auto rest = sample_posterior(post, nuts, s, silent);
  EXPECT_FALSE(rest.interrupted);
  EXPECT_EQ(rest.posterior["m"].values, whole.posterior["m"].values);
  EXPECT_EQ(rest.posterior["s"].values, whole.posterior["s"].values);
  EXPECT_NE(refusal([&] { sample_posterior(post, sl::kernels::drift(), s, silent); }).find("the checkpoint is of another run"), std::string::npos);
}

TEST(checkpoint_file, programs_go_on) {
  const scratch_folder folder;
  folder.write("d.json", R"({"n": 2, "y": [1, 2]})");
  const std::string words = "sample num_samples=8 data file=" + (folder / "d.json") + " output file=" + (folder / "f.csv") + " checkpoint=" + (folder / "c");
  const auto first = run_fake(folder, words);
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.calls.checkpoint.chains.size(), 1u);
  EXPECT_NE(first.out.find(folder / "c"), std::string::npos) << first.out;
  EXPECT_EQ(run_fake(folder, words).calls.checkpoint.chains.size(), 2u);
  folder.write("d.json", R"({"n": 2, "y": [1, 3]})");
  const auto other = run_fake(folder, words);
  EXPECT_EQ(other.code, 1);
  EXPECT_NE(other.err.find("is a checkpoint of schools"), std::string::npos) << other.err;
  const auto elsewhere = run_fake(folder, "simulate output file=" + (folder / "f.csv") + " checkpoint=" + (folder / "c"));
  EXPECT_NE(elsewhere.err.find("checkpoint= is for sample"), std::string::npos) << elsewhere.err;
}

TEST(checkpoint_file, that_cannot_be_written_does_not_lose_the_draws) {
  const scratch_folder folder;
  folder.write("d.json", R"({"n": 2, "y": [1, 2]})");
  ASSERT_EQ(::symlink("/dev/full", (folder / "c").c_str()), 0);
  const auto r = run_fake(folder, "sample data file=" + (folder / "d.json") + " output file=" + (folder / "f.nc") + " checkpoint_every=5 checkpoint=" + (folder / "c"));
  EXPECT_EQ(r.code, 1);
  EXPECT_NE(r.err.find(folder / "c cannot be written: No space left on device."), std::string::npos) << r.err;
  EXPECT_EQ(sl::read_netcdf(folder / "f.nc").posterior.draws, 1000u);
  EXPECT_NE(r.out.find("1 chain of 1000 draws"), std::string::npos) << r.out;
  EXPECT_EQ(r.calls.checkpoint.every, 5);
}
