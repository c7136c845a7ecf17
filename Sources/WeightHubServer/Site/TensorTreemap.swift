internal import Pages

/// Where the bytes of a file are: a frame for each tensor, those of a module together.
struct TensorTreemap {
  private struct Cell {
    let label: String
    let description: String
    let byteCount: Int
    /// The row of the table, if it is there.
    let row: Int?
  }

  private struct Module {
    let name: String
    var cells: [Cell] = []
    var byteCount = 0
  }

  private let modules: [Module]
  private let total: Int

  private static let (width, height) = (960.0, 420.0)
  /// Smaller tensors are one frame for each module.
  private static let smallestShare = 0.001
  private static let mostModules = 200

  init(_ tensors: [RecordContents.Tensor], linked: Set<Int>) {
    total = tensors.reduce(0) { $0 &+ ($1.byteCount ?? 0) }
    var names: [String] = []
    var rows: [String: [Int]] = [:]
    for (row, tensor) in tensors.enumerated() where tensor.byteCount ?? 0 > 0 {
      let name = Self.module(of: tensor.name)
      if rows[name] == nil { names.append(name) }
      rows[name, default: []].append(row)
    }
    let all = names.map { [total] name in
      Self.module(name, rows[name] ?? [], of: tensors, linked, total: total)
    }
    modules = Array(
      all.enumerated().sorted {
        ($0.element.byteCount, $1.offset) > ($1.element.byteCount, $0.offset)
      }
      .map(\.element).prefix(Self.mostModules))
  }

  /// `blocks.0` of `blocks.0.attn.c_q.weight`, `lm_head` of `lm_head.weight`.
  static func module(of name: String) -> String {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let number = parts.prefix(4).firstIndex { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
    return parts.prefix((number ?? 0) + 1).joined(separator: ".")
  }

  private static func module(
    _ name: String, _ rows: [Int], of tensors: [RecordContents.Tensor], _ linked: Set<Int>,
    total: Int
  ) -> Module {
    var module = Module(name: name)
    var (smallCount, smallBytes) = (0, 0)
    for row in rows {
      let count = tensors[row].byteCount ?? 0
      module.byteCount &+= count
      guard Double(count) >= smallestShare * Double(total) else {
        (smallCount, smallBytes) = (smallCount + 1, smallBytes &+ count)
        continue
      }
      module.cells.append(cell(tensors[row], row, of: name, isLinked: linked.contains(row)))
    }
    module.cells.sort { ($0.byteCount, $1.row ?? 0) > ($1.byteCount, $0.row ?? 0) }
    if smallCount > 0 {
      let text = "\(name): \(SiteNumber.count(smallCount, "small tensor")), \(smallBytes) bytes"
      module.cells.append(Cell(label: "", description: text, byteCount: smallBytes, row: nil))
    }
    return module
  }

  private static func cell(
    _ tensor: RecordContents.Tensor, _ row: Int, of module: String, isLinked: Bool
  ) -> Cell {
    let count = tensor.byteCount ?? 0
    var label =
      tensor.name.hasPrefix(module + ".") ? String(tensor.name.dropFirst(module.count + 1)) : ""
    if label.hasSuffix(".weight") { label.removeLast(".weight".count) }
    return Cell(
      label: label == "weight" ? "" : label,
      description: "\(tensor.name): \(SiteNumber.grouped(count)) bytes", byteCount: count,
      row: isLinked ? row : nil)
  }

  var markup: [Markup] {
    guard total > 0 else { return [] }
    return [
      Tag.h3 { "Where the bytes are" },
      Tag.div(
        .class("scroll"), .focusable, .role("region"), .label("Map of the bytes of tensors")
      ) { drawing }, words,
    ]
  }

  /// The same in words: the largest modules.
  private var words: Markup {
    Tag.ul(.class("legend")) {
      for (index, module) in modules.prefix(12).enumerated() {
        let share = 100 * Double(module.byteCount) / Double(total)
        SiteLegend.entry(
          "c\(index % 6)",
          "\(module.name): \(SiteNumber.bytes(module.byteCount)), "
            + "\(SiteNumber.fixed(share, digits: 1)) %")
      }
    }
  }

  private var drawing: Markup {
    let whole = Frame(x: 0, y: 0, width: Self.width, height: Self.height)
    let frames = Treemap.frames(of: modules.map { Double($0.byteCount) }, in: whole)
    return Tag.svg(
      .class("wide"), .viewBox(width: Self.width, height: Self.height), .role("group"),
      .label("Bytes of tensors by module")
    ) {
      for (index, module) in modules.enumerated() { Self.module(module, index, in: frames[index]) }
    }
  }

  @MarkupBuilder private static func module(
    _ module: Module, _ index: Int, in frame: Frame
  ) -> [Markup] {
    let frames = Treemap.frames(of: module.cells.map { Double($0.byteCount) }, in: frame)
    for (cell, frame) in zip(module.cells, frames) {
      let name = cell.label.isEmpty ? module.name : "\(module.name) \(cell.label)"
      Self.cell(cell, name, "c\(index % 6)", in: frame)
    }
  }

  private static func cell(_ cell: Cell, _ name: String, _ style: String, in frame: Frame) -> Markup
  {
    let content = drawn(name, style, in: frame)
    guard let row = cell.row else {
      return Tag.g(.class("cell"), .label(cell.description)) { content }
    }
    return Tag.a(.class("cell"), .link(to: "t\(row)"), .label(cell.description)) { content }
  }

  /// A frame, and as much of its name as there is room for.
  @MarkupBuilder private static func drawn(
    _ name: String, _ style: String, in frame: Frame
  ) -> [Markup] {
    let room = Int((frame.width - 10) / 6.8)
    let text = name.count <= room ? name : name.split(separator: " ").last.map(String.init) ?? name
    Tag.rect([.class(style)] + Attribute.frame(frame))
    if frame.height >= 18, text.count <= room, !text.isEmpty {
      Tag.text(Attribute.at(frame.x + 5, frame.y + 14)) { text }
    }
  }
}
