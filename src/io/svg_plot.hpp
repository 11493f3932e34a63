#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace starling {

// Text as it stands in HTML and SVG: & < > and quotes are written as entities, control characters left out.
std::string escaped(std::string_view text);

struct plot_range {
  double low = 0, high = 1;

  // Of all finite values; a little of each side where they are all equal.
  static plot_range of(std::span<const double> values);
  void include(const plot_range& other);
};

// One plot as SVG: axes with round numbers, and what is drawn on them, in the coordinates of the data. Colours are those of the page's style sheet:
// class c0, c1, … (modulo 8). What is not finite is left out.
class svg_plot {
 public:
  svg_plot(std::string_view title, plot_range x, plot_range y, double width = 260, double height = 150);

  void line(std::span<const double> x, std::span<const double> y, std::size_t colour);
  void points(std::span<const double> x, std::span<const double> y, std::string_view style, double radius = 1.2);
  // From the axis up.
  void bar(double from, double to, double height, std::size_t colour);
  void level(double y);
  void label(double x, double y, std::string_view text);
  // Names of the axes; numbers along y are left out where `plain`.
  void axes(std::string_view x_name, std::string_view y_name, bool plain = false);

  std::string str() const;

 private:
  double px(double x) const;
  double py(double y) const;

  std::string title_;
  plot_range x_, y_;
  double width_, height_;
  std::string drawn_;
};

// About five round numbers within the range.
std::vector<double> round_numbers(const plot_range& range);

}  // namespace starling
