// The progress line on a pseudo-terminal and in a pipe; Ctrl-C.
#include <starling/io/progress_line.hpp>

#include "fake_program.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace sl = starling;

namespace {

// What is written to a pseudo-terminal while the function runs.
template <class Run>
std::string seen_on_terminal(Run run) {
  const int screen = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (screen < 0 || ::grantpt(screen) != 0 || ::unlockpt(screen) != 0) return "there is no pseudo-terminal on this machine";
  const int terminal = ::open(::ptsname(screen), O_RDWR | O_NOCTTY);
  run(terminal);
  ::fcntl(screen, F_SETFL, O_NONBLOCK);
  std::string text;
  char block[4096];
  for (ssize_t got = 0; (got = ::read(screen, block, sizeof block)) > 0;) text.append(block, static_cast<std::size_t>(got));
  ::close(terminal);
  ::close(screen);
  return text;
}

}  // namespace

TEST(progress_line, shows_phase_share_rate_and_time_left) {
  const auto text = seen_on_terminal([](int terminal) {
    sl::progress_line line(terminal);
    line.update("warm-up", 0, 1000);
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    line.update("warm-up", 250, 1000);
    line.update("sampling", 0, 1000);
  });
  EXPECT_NE(text.find("\rwarm-up [                    ]   0% 0/1000"), std::string::npos) << text;
  EXPECT_NE(text.find("\rwarm-up [#####               ]  25% 250/1000 1"), std::string::npos) << text;   // 1,000-odd a second
  EXPECT_NE(text.find("/s 00:0"), std::string::npos) << text;
  EXPECT_NE(text.find(" left"), std::string::npos) << text;
  EXPECT_NE(text.find("\rsampling [                    ]   0% 0/1000"), std::string::npos) << text;
  EXPECT_EQ(text.substr(text.size() - 4), "\r\x1b[K") << text;   // wiped out at the end
}

TEST(progress_line, writes_seldom) {
  const auto text = seen_on_terminal([](int terminal) {
    sl::progress_line line(terminal);
    for (std::size_t i = 0; i < 100'000; ++i) line.update("sampling", i, 1'000'000);
  });
  EXPECT_LT(text.size(), 2000u);
}

TEST(progress_line, is_silent_in_a_pipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  {
    sl::progress_line line(ends[1]);
    line.update("sampling", 1, 2);
    line.update("sampling", 2, 2);
  }
  ::close(ends[1]);
  char block[16];
  EXPECT_EQ(::read(ends[0], block, sizeof block), 0);
  ::close(ends[0]);
}

TEST(progress_line, turns_the_first_interrupt_into_a_request) {
  struct sigaction before {
  }, after{};
  ::sigaction(SIGINT, nullptr, &before);
  {
    const sl::progress_line line;
    EXPECT_FALSE(line.stop_requested());
    ::raise(SIGINT);
    EXPECT_TRUE(line.stop_requested());
    ::sigaction(SIGINT, nullptr, &after);
    EXPECT_EQ(after.sa_handler, SIG_DFL);   // the second one ends the program
  }
  ::sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
  EXPECT_FALSE(sl::progress_line().stop_requested());
}

namespace {

// A model that draws until it is told to stop.
class endless_model final : public sl::program_model {
 public:
  sl::result sample(const sl::sample_settings& s, sl::progress& watch) override {
    sl::result fit;
    fit.posterior.variables.push_back({"mu", {}, {}});
    while (!watch.stop_requested()) {
      fit.posterior.draws += 1;
      fit.posterior.variables[0].values.push_back(static_cast<double>(fit.posterior.draws));
      if (fit.posterior.draws == 20) ::raise(SIGINT);
      watch.update("sampling", fit.posterior.draws, s.draws);
    }
    fit.posterior.chains = 1;
    fit.interrupted = true;
    return fit;
  }
  sl::result importance(const sl::importance_settings&, sl::progress&) override { return {}; }
  sl::result simulate(const sl::simulate_settings&, sl::progress&) override { return {}; }
  sl::result approximate(const sl::approximation_settings&, sl::progress&) override { return {}; }
  sl::result log_prob(const sl::point_settings&) override { return {}; }
  sl::gradient_test diagnose(const sl::point_settings&) override { return {}; }
  void predict(sl::result&, bool, std::uint64_t) override {}
};

class endless_source final : public sl::program_source {
 public:
  std::unique_ptr<sl::program_model> make(const sl::data&) const override { return std::make_unique<endless_model>(); }
};

}  // namespace

TEST(interrupt, keeps_the_draws_so_far) {
  const scratch_folder folder;
  std::string file = "file=" + (folder / "fit.csv");
  std::string words[] = {"schools", "sample", "output", file};
  char* argv[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data()};
  testing::internal::CaptureStdout();
  EXPECT_EQ(sl::run_program(4, argv, {}, endless_source()), 130);
  const std::string out = testing::internal::GetCapturedStdout();
  EXPECT_EQ(out.substr(0, 46), "Interrupted: 20 draws of each chain are kept.\n") << out;
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"fit.csv"}));
}
