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

  /// The lines, each ended by a newline; columns without any text are left out.
  func rendered(with ink: Ink) -> String {
    let shown = columns.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let widths = columns.indices.map { column in
      rows.reduce(columns[column].title.count) { max($0, $1[column].count) }
    }
    func line(_ cells: [String]) -> String {
      let padded = shown.map { column -> String in
        let padding = String(repeating: " ", count: widths[column] - cells[column].count)
        return columns[column].alignment == .left
          ? cells[column] + padding : padding + cells[column]
      }
      var text = padded.joined(separator: "  ")
      while text.last == " " { text.removeLast() }
      return text
    }
    guard !rows.isEmpty else { return "" }
    let heading = ink.dim(line(columns.map(\.title)))
    return ([heading] + rows.map(line)).map { $0 + "\n" }.joined()
  }
}
