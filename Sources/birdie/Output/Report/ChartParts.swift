import Pages

/// What charts have in common.
enum ChartParts {
  /// Lines across a chart with their numbers at the left.
  static func horizontalGrid(
    _ axis: Axis, in frame: Frame, count: Int = 5, _ text: (Double) -> String
  ) -> [Markup] {
    axis.ticks(about: count).flatMap { tick -> [Markup] in
      let y = axis.position(tick)
      return [
        Tag.line([.class("grid")] + Attribute.from(frame.x, y, to: frame.x + frame.width, y)),
        Tag.text([.class("soft"), .anchor("end")] + Attribute.at(frame.x - 6, y + 4)) {
          text(tick)
        },
      ]
    }
  }

  /// A table that can be scrolled, with columns of names, then of numbers.
  static func table(
    _ label: String, _ names: [String], _ numbers: [String],
    @MarkupBuilder rows: () -> [Markup]
  ) -> Markup {
    let rows = rows()
    return Tag.div(.class("scroll"), .focusable, .role("region"), .label(label)) {
      Tag.table {
        Tag.thead {
          Tag.tr {
            for text in names { Tag.th(.class("name"), .scope("col")) { text } }
            for text in numbers { Tag.th(.scope("col")) { text } }
          }
        }
        Tag.tbody { rows }
      }
    }
  }

  /// Numbers below a chart.
  static func numbersBelow(
    _ axis: Axis, in frame: Frame, _ ticks: [Double], _ text: (Double) -> String
  ) -> [Markup] {
    ticks.flatMap { tick -> [Markup] in
      let (x, bottom) = (axis.position(tick), frame.y + frame.height)
      return [
        Tag.line([.class("axis")] + Attribute.from(x, bottom, to: x, bottom + 4)),
        Tag.text([.class("soft"), .anchor("middle")] + Attribute.at(x, bottom + 17)) { text(tick) },
      ]
    }
  }
}
