#include "svg_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace starling {

namespace {

// Room for numbers and names around the plot, in pixels.
constexpr double left = 44, right = 14, top = 20, bottom = 30;

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&') safe += "&amp;";
    else if (c == '<') safe += "&lt;";
    else if (c == '>') safe += "&gt;";
    else if (c == '"') safe += "&quot;";
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') safe += c;
  }
  return safe;
}

plot_range plot_range::of(std::span<const double> values) {
  plot_range r{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double v : values)
    if (std::isfinite(v)) r = {std::min(r.low, v), std::max(r.high, v)};
  if (!(r.low <= r.high)) return {0, 1};
  if (r.high - r.low <= 1e-12 * std::max(std::abs(r.low), std::abs(r.high))) {
    const double room = r.low == 0 ? 1 : 0.1 * std::abs(r.low);
    return {r.low - room, r.high + room};
  }
  return r;
}

void plot_range::include(const plot_range& other) { *this = {std::min(low, other.low), std::max(high, other.high)}; }

std::vector<double> round_numbers(const plot_range& range) {
  const double span = range.high - range.low;
  if (!(span > 0) || !std::isfinite(span)) return {range.low};
  const double rough = span / 4, unit = std::pow(10, std::floor(std::log10(rough)));
  const double step = rough / unit < 1.5 ? unit : rough / unit < 3.5 ? 2 * unit
                                              : rough / unit < 7.5   ? 5 * unit
                                                                     : 10 * unit;
  std::vector<double> all;
  for (double k = std::ceil(range.low / step); k * step <= range.high && all.size() < 10; ++k) all.push_back(k == 0 ? 0 : k * step);
  return all;
}

svg_plot::svg_plot(std::string_view title, plot_range x, plot_range y, double width, double height)
    : title_(title), x_(x), y_(y), width_(width), height_(height) {}

double svg_plot::px(double x) const { return left + (width_ - left - right) * std::clamp((x - x_.low) / (x_.high - x_.low), 0.0, 1.0); }
double svg_plot::py(double y) const { return height_ - bottom - (height_ - top - bottom) * std::clamp((y - y_.low) / (y_.high - y_.low), 0.0, 1.0); }

void svg_plot::line(std::span<const double> x, std::span<const double> y, std::size_t colour) {
  std::string path;
  bool pen_down = false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool here = std::isfinite(x[i]) && std::isfinite(y[i]);
    if (here) fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", pen_down ? "L" : "M", px(x[i]), py(y[i]));
    pen_down = here;
  }
  if (!path.empty()) fmt::format_to(std::back_inserter(drawn_), "<path class=\"line c{}\" d=\"{}\"/>", colour % 8, path);
}

void svg_plot::points(std::span<const double> x, std::span<const double> y, std::string_view style, double radius) {
  fmt::format_to(std::back_inserter(drawn_), "<g class=\"{}\">", style);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::isfinite(x[i]) && std::isfinite(y[i])) fmt::format_to(std::back_inserter(drawn_), "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"/>", px(x[i]), py(y[i]), radius);
  drawn_ += "</g>";
}

void svg_plot::bar(double from, double to, double height, std::size_t colour) {
  if (!std::isfinite(height)) return;
  const double base = py(std::max(0.0, y_.low)), end = py(height);
  fmt::format_to(std::back_inserter(drawn_), "<rect class=\"bar c{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>", colour % 8, px(from),
                 std::min(base, end), std::max(0.5, px(to) - px(from) - 0.5), std::abs(base - end));
}

void svg_plot::level(double y) {
  fmt::format_to(std::back_inserter(drawn_), "<line class=\"level\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>", left, width_ - right, py(y), py(y));
}

void svg_plot::label(double x, double y, std::string_view text) {
  fmt::format_to(std::back_inserter(drawn_), "<text class=\"small\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", px(x), py(y), escaped(text));
}

void svg_plot::axes(std::string_view x_name, std::string_view y_name, bool plain) {
  auto to = std::back_inserter(drawn_);
  fmt::format_to(to, "<path class=\"axis\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}\"/>", left, top, left, height_ - bottom, width_ - right, height_ - bottom);
  for (const double v : round_numbers(x_))
    fmt::format_to(to, "<text class=\"small\" text-anchor=\"middle\" x=\"{:.1f}\" y=\"{:.1f}\">{:.4g}</text>", px(v), height_ - bottom + 11, v);
  if (!plain)
    for (const double v : round_numbers(y_))
      fmt::format_to(to, "<text class=\"small\" text-anchor=\"end\" x=\"{:.1f}\" y=\"{:.1f}\">{:.4g}</text>", left - 4, py(v) + 3, v);
  if (!x_name.empty())
    fmt::format_to(to, "<text class=\"name\" text-anchor=\"middle\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", (left + width_ - right) / 2, height_ - 4, escaped(x_name));
  if (!y_name.empty())
    fmt::format_to(to, "<text class=\"name\" text-anchor=\"middle\" transform=\"translate(9 {:.1f}) rotate(-90)\">{}</text>", (top + height_ - bottom) / 2, escaped(y_name));
}

std::string svg_plot::str() const {
  return fmt::format("<svg viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" aria-label=\"{2}\"><text class=\"title\" x=\"{3}\" y=\"13\">{2}</text>{4}</svg>",
                     width_, height_, escaped(title_), left, drawn_);
}

}  // namespace starling
