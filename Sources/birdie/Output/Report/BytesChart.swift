import Pages
import Recipes
import TensorCore

/// Where the bytes are: a frame for each tensor, those of a layer together.
struct BytesChart {
  /// A frame of the chart.
  private struct Cell {
    let label: String
    let description: String
    /// The row of the table; nil for what is no tensor.
    let row: Int?
    let byteCount: Int
    let bits: Double?

    /// The label, or its last part where there is no room for more.
    func label(within room: Int) -> String {
      guard label.count > room else { return label }
      return label.split(separator: ".").last.map(String.init) ?? label
    }
  }

  private static let (width, height) = (960.0, 480.0)
  /// Tensors with less than this share of the bytes are one frame for each layer.
  private static let smallestShare = 0.0008

  private let layers: [(name: String, cells: [Cell])]

  init(_ profile: CompressionProfile) {
    let total = profile.tensors.reduce(0) { $0 + ($1.cost.byteCount ?? 0) }
    var names: [String] = []
    var rows: [String: [Int]] = [:]
    for (row, tensor) in profile.tensors.enumerated() where tensor.cost.byteCount ?? 0 > 0 {
      if rows[tensor.layer] == nil { names.append(tensor.layer) }
      rows[tensor.layer, default: []].append(row)
    }
    var layers = names.map { name in
      (name, Self.cells(of: rows[name] ?? [], in: profile, total: total))
    }
    let rest = profile.verification.byteCount - total
    if rest > 0, total > 0 {
      let text = "directory and container: \(Quantity.bytes(rest))"
      layers.append(
        ("directory", [Cell(label: "", description: text, row: nil, byteCount: rest, bits: nil)]))
    }
    // Layers of one size stay in their order.
    self.layers = layers.enumerated().sorted { left, right in
      (Self.byteCount(left.element.1), right.offset) > (
        Self.byteCount(right.element.1), left.offset
      )
    }.map(\.element)
  }

  private static func byteCount(_ cells: [Cell]) -> Int { cells.reduce(0) { $0 + $1.byteCount } }

  /// The tensors of a layer, the largest first and the small ones together.
  private static func cells(
    of rows: [Int], in profile: CompressionProfile, total: Int
  ) -> [Cell] {
    var cells: [Cell] = []
    var (smallCount, smallBytes) = (0, 0)
    for row in rows {
      let tensor = profile.tensors[row]
      let count = tensor.cost.byteCount ?? 0
      guard Double(count) >= smallestShare * Double(total) else {
        (smallCount, smallBytes) = (smallCount + 1, smallBytes + count)
        continue
      }
      let bits = tensor.cost.bitsPerWeight
      cells.append(
        Cell(
          label: tensor.role,
          description: "\(tensor.cost.name): \(Quantity.bytes(count))"
            + (bits.map { ", \(Quantity.fixed($0, digits: 2)) bits per weight" } ?? ""),
          row: row, byteCount: count, bits: bits))
    }
    cells.sort { ($0.byteCount, $1.row ?? 0) > ($1.byteCount, $0.row ?? 0) }
    if smallCount > 0 {
      let text = "\(smallCount) small tensors: \(Quantity.bytes(smallBytes))"
      cells.append(Cell(label: "", description: text, row: nil, byteCount: smallBytes, bits: nil))
    }
    return cells
  }

  /// The chart; nothing where no tensor has bytes of its own.
  var markup: [Markup] {
    guard !layers.isEmpty else { return [] }
    let frames = Treemap.frames(
      of: layers.map { Double(Self.byteCount($0.cells)) },
      in: Frame(x: 1, y: 1, width: Self.width - 2, height: Self.height - 2))
    let drawing = Tag.svg(
      .class("wide"), .viewBox(width: Self.width, height: Self.height), .role("group"),
      .label("Bytes of each tensor, by layer")
    ) {
      for (layer, frame) in zip(layers, frames) { Self.draw(layer, in: frame) }
    }
    return [
      Tag.div(.class("scroll"), .focusable, .role("region"), .label("Treemap of bytes")) { drawing }
    ] + [BitsScale.legend(of: layers.flatMap { $0.cells.compactMap(\.bits) })]
  }

  private static func draw(
    _ layer: (name: String, cells: [Cell]), in frame: Frame
  ) -> [Markup] {
    let frames = Treemap.frames(of: layer.cells.map { Double($0.byteCount) }, in: frame)
    let hasName = frame.width > 44 && frame.height > 20
    var pieces: [Markup] = []
    for (index, (cell, inner)) in zip(layer.cells, frames).enumerated() {
      // The layer's name stands in the corner of its first frame.
      pieces.append(
        draw(cell, in: inner, title: hasName && index == 0 ? layer.name : nil))
    }
    return pieces + [Tag.rect([.class("frame")] + Attribute.frame(frame))]
  }

  private static func draw(_ cell: Cell, in frame: Frame, title: String?) -> Markup {
    let shade = BitsScale.index(cell.bits)
    let on = shade.map { "on\($0)" } ?? ""
    var content = [
      Tag.title { cell.description },
      Tag.rect([.class(shade.map { "b\($0)" } ?? "bn")] + Attribute.frame(frame)),
    ]
    let room = Int((frame.width - 10) / 6.6)
    var lines = title.map { [($0, "layer " + on)] } ?? []
    lines += [(cell.label(within: room), on), (Quantity.bytes(cell.byteCount), on)]
    lines.removeAll { $0.0.isEmpty || $0.0.count > room }
    for (index, line) in lines.enumerated() {
      let y = frame.y + 16 + 15 * Double(index)
      guard y + 3 < frame.y + frame.height else { break }
      content.append(Tag.text([.class(line.1)] + Attribute.at(frame.x + 6, y)) { line.0 })
    }
    guard let row = cell.row else { return Tag.g(.class("cell")) { content } }
    return Tag.a(.class("cell"), .link(to: "t\(row)"), .label(cell.description)) { content }
  }
}

extension CompressionProfile.Tensor {
  /// What the tensor is in its layer: `attn.c_q` of `blocks.0.attn.c_q.weight`.
  var role: String {
    var role = cost.name.hasPrefix(layer + ".") ? String(cost.name.dropFirst(layer.count + 1)) : ""
    if role.hasSuffix(".weight") { role.removeLast(".weight".count) }
    return role == "weight" ? "" : role
  }
}

/// The shades that stand for bits per weight.
enum BitsScale {
  private static let limits = [2.0, 3, 4, 5, 6, 8.5]

  /// The shade of a number of bits.
  static func index(_ bits: Double?) -> Int? {
    bits.map { bits in limits.firstIndex { bits <= $0 } ?? limits.count }
  }

  /// The shades that occur.
  static func legend(of bits: [Double]) -> Markup {
    let shades = Set(bits.compactMap(index)).sorted()
    return Tag.ul(.class("legend")) {
      for shade in shades { Legend.entry("b\(shade)", name(shade)) }
    }
  }

  private static func name(_ shade: Int) -> String {
    guard shade > 0 else { return "up to 2 bits per weight" }
    let low = Quantity.measured(limits[shade - 1])
    guard shade < limits.count else { return "more than \(low)" }
    return "\(low) to \(Quantity.measured(limits[shade]))"
  }
}

/// A colour and what it stands for.
enum Legend {
  static func entry(_ style: String, _ text: String) -> Markup {
    Tag.li {
      Tag.svg(.viewBox(width: 12, height: 12), .decoration) {
        Tag.rect([.class(style)] + Attribute.frame(Frame(x: 0, y: 0, width: 12, height: 12)))
      }
      text
    }
  }
}
