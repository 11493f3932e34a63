// A robot that does not know where it is, in a room with a map, sees landmarks that it cannot tell apart. The code of docs/robot.md.
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include <starling/distributions/von_mises.hpp>
#include <starling/starling.hpp>

namespace sl = starling;

// model
template <class S>
struct pose {
  S x, y, heading;  // metres, radians
};
struct sighting {
  double range, bearing;  // metres; radians, left of where the robot looks
};
struct landmark {
  double x, y;
};
constexpr std::array<landmark, 4> room{{{0.5, 0.5}, {9.0, 1.0}, {8.0, 7.5}, {2.0, 6.0}}};

constexpr auto drive = sl::unfold(sl::gen([](auto& trace, std::size_t t, const auto& before, double way, double turn, const sighting& seen) {
  using R = sl::real_of<decltype(trace)>;
  auto now = before;
  if (t == 0) {  // somewhere in the room
    now.x = trace("x", sl::uniform(0.0, 10.0));
    now.y = trace("y", sl::uniform(0.0, 8.0));
    now.heading = trace("heading", sl::uniform(-M_PI, M_PI));
  }
  now.heading += trace("turn", sl::normal(turn, 0.05));
  const auto done = trace("way", sl::normal(way, 0.1));
  now.x += done * sl::cos(now.heading);
  now.y += done * sl::sin(now.heading);
  // Which landmark was seen is summed out.
  std::array<R, room.size()> log_density;
  for (std::size_t k = 0; k < room.size(); ++k) {
    const auto dx = room[k].x - now.x, dy = room[k].y - now.y;
    log_density[k] = sl::normal(sl::sqrt(dx * dx + dy * dy), 0.2).log_density(seen.range) +
                     sl::von_mises(sl::atan2(dy, dx) - now.heading, 50.0).log_density(seen.bearing);
  }
  trace.factor(sl::log_sum_exp(log_density) - std::log(4.0));
  trace.note("first", sl::exp(log_density[0] - sl::log_sum_exp(log_density)));
  return now;
}));

int main() {
  // What really happens, which the filter does not know.
  pose<double> truth{2.0, 2.0, 0.3};
  const auto drive_truly = [&](std::size_t t, double way, double turn) {
    truth.heading += turn + 0.03 * std::sin(5.0 * static_cast<double>(t));
    truth.x += 0.98 * way * std::cos(truth.heading);
    truth.y += 0.98 * way * std::sin(truth.heading);
    const landmark& l = room[(t / 2) % room.size()];
    const double range = std::hypot(l.x - truth.x, l.y - truth.y) + 0.1 * std::cos(7.0 * static_cast<double>(t));
    return sighting{range, std::remainder(std::atan2(l.y - truth.y, l.x - truth.x) - truth.heading, 2 * M_PI)};
  };

  // run
  sl::particle_filter filter(drive, sl::args(pose<double>{}, 0.0, 0.0, sighting{}), {.particles = 50'000}, sl::key(1));
  for (std::size_t t = 0; t < 12; ++t) {
    const double way = 0.8, turn = t == 0 ? 0.0 : 0.25;
    const sighting seen = drive_truly(t, way, turn);
    const auto told = filter.step({}, sl::args(way, turn, seen));
    const auto x = [](const auto& now) { return now.x; };
    const auto y = [](const auto& now) { return now.y; };
    // read
    std::printf("step %2zu: is at (%4.1f, %4.1f), believed at x %4.1f (%4.1f to %4.1f), y %4.1f; the first landmark with %.2f%s\n", t, truth.x, truth.y,
                filter.mean(x), filter.quantile(x, 0.05), filter.quantile(x, 0.95), filter.mean(y), filter.mean("first"), told.resampled ? "; resampled" : "");
  }
  for (const auto& w : filter.warnings()) std::printf("warning: %s\n", w.c_str());
}
