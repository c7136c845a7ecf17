import Diagnostics
import Glibc

/// Rows of text in aligned columns.
struct Table {
  /// One column: its heading and the side its cells lean to.
  struct Column {
    enum Alignment { case left, right }
    let title: String
    var alignment = Alignment.left

    static func left(_ title: String) -> Column { Column(title: title) }
    static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; cells may come from a file and are made safe to show.
  mutating func add(_ cells: [String]) { rows.append(cells.map(\.printable)) }

  /// The lines, each ended by a newline; columns without any text are left out, and on a terminal
  /// cells are shortened until a row fits a line.
  func rendered(with ink: Ink, columns limit: Int? = Terminal.columns(of: STDOUT_FILENO)) -> String
  {
    let shown = columns.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let widths = fitted(
      columns.indices.map { column in
        rows.reduce(columns[column].title.count) { max($0, $1[column].count) }
      }, shown, limit)
    func line(_ cells: [String]) -> String {
      let padded = shown.map { column -> String in
        let cell = cells[column].shortened(to: widths[column])
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return columns[column].alignment == .left ? cell + padding : padding + cell
      }
      var text = padded.joined(separator: "  ")
      while text.last == " " { text.removeLast() }
      return text
    }
    guard !rows.isEmpty else { return "" }
    let heading = ink.dim(line(columns.map(\.title)))
    return ([heading] + rows.map(line)).map { $0 + "\n" }.joined()
  }

  /// Takes from the widest text column until the row fits; numbers are never cut.
  private func fitted(_ widths: [Int], _ shown: [Int], _ limit: Int?) -> [Int] {
    guard let limit else { return widths }
    var widths = widths
    var excess = shown.reduce(2 * (shown.count - 1)) { $0 + widths[$1] } - limit
    while excess > 0 {
      let texts = shown.filter { columns[$0].alignment == .left && widths[$0] > 12 }
      guard let widest = texts.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }
}

extension String {
  /// The text with an ellipsis in its middle if it is longer than `width`: names differ at their
  /// ends.
  fileprivate func shortened(to width: Int) -> String {
    guard count > width, width > 1 else { return self }
    let tail = (width - 1) / 2
    return "\(prefix(width - 1 - tail))…\(suffix(tail))"
  }
}
