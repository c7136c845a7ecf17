internal import Pages
internal import RecordFormats

/// The numbers that count, and how they lie against the cap and against the others.
struct RecordNumbers {
  let record: RecordSnapshot

  private typealias Tile = (title: String, value: String, note: String)

  var markup: Markup {
    Tag.div {
      Tag.dl(.class("tiles")) {
        for tile in tiles {
          Tag.div {
            Tag.dt { tile.title }
            Tag.dd {
              Tag.strong { tile.value }
              Tag.small { tile.note }
            }
          }
        }
      }
      bars
    }
  }

  private var tiles: [Tile] {
    var tiles: [Tile] = []
    if let score = record.bitsPerByte {
      let deviation = record.claims?.deviation.map { "± \(SiteNumber.fixed($0, digits: 4))" }
      tiles.append(
        ("Bits per byte", SiteNumber.fixed(score, digits: 4), deviation ?? "as the author states"))
    }
    if let count = record.byteCount {
      let room = Challenge.byteLimit - count
      tiles.append(
        (
          "Code and model", "\(SiteNumber.grouped(count)) B",
          room < 0
            ? "\(SiteNumber.grouped(-room)) over the cap" : "\(SiteNumber.grouped(room)) left"
        ))
    }
    if let weights = record.contents?.weights(at: nil), !weights.tensors.isEmpty {
      let count = weights.parameterCount
      let bits = record.modelByteCount.flatMap { bytes in
        count > 0 ? 8 * Double(bytes) / Double(count) : nil
      }
      tiles.append(
        (
          "Parameters", SiteNumber.grouped(count),
          bits.map { "\(SiteNumber.fixed($0, digits: 2)) bits each" } ?? ""
        ))
      tiles.append(("Tensors", SiteNumber.grouped(weights.tensors.count), weights.path))
    }
    return tiles
  }

  @MarkupBuilder private var bars: [Markup] {
    let pieces = bytesBar + scoreBar
    if !pieces.isEmpty {
      SiteParts.section("Against the cap and the others", id: "bars") { pieces }
    }
  }

  @MarkupBuilder private var bytesBar: [Markup] {
    if let total = record.byteCount {
      let code = min(record.codeByteCount ?? 0, total)
      let most = Double(max(total, Challenge.byteLimit))
      let share = 100 * Double(total) / Double(Challenge.byteLimit)
      Tag.h3 { "Bytes" }
      Tag.p {
        "\(SiteNumber.grouped(total)) of \(SiteNumber.grouped(Challenge.byteLimit)), "
          + "\(SiteNumber.fixed(share, digits: 1)) %: code \(SiteNumber.grouped(code)), "
          + "the rest \(SiteNumber.grouped(total - code)). "
          + (record.storedWords.map { "Stored here: \($0)." } ?? "")
      }
      Self.bar(
        [
          ("model", Double(total - code) / most), ("code", Double(code) / most),
        ], mark: Double(Challenge.byteLimit) / most)
      Self.legend([("model", "model"), ("code", "code")])
    }
  }

  @MarkupBuilder private var scoreBar: [Markup] {
    if let score = record.bitsPerByte {
      let scores = record.otherScores + [score]
      let (best, worst) = (scores.min() ?? score, scores.max() ?? score)
      let rank = Set(record.otherScores.filter { $0 < score }).count + 1
      Tag.h3 { "Bits per byte" }
      Tag.p {
        "\(SiteNumber.fixed(score, digits: 4)); in this repository and track place \(rank) of "
          + "\(max(record.otherScores.count, 1)), best \(SiteNumber.fixed(best, digits: 4)), "
          + "worst \(SiteNumber.fixed(worst, digits: 4)). "
          + "The bar ends at the worst, the mark is the best."
      }
      if worst > 0 { Self.bar([("model", score / worst)], mark: best / worst) }
    }
  }

  /// Parts of a line, as shares of it, and a mark on it.
  private static func bar(_ parts: [(style: String, share: Double)], mark: Double) -> Markup {
    var x = 0.0
    return Tag.svg(.class("bar"), .viewBox(width: 960, height: 26), .stretched, .decoration) {
      Tag.rect([.class("track")] + Attribute.frame(Frame(x: 0, y: 3, width: 960, height: 20)))
      for part in parts {
        let frame = Frame(x: x, y: 3, width: 960 * part.share, height: 20)
        let _ = x += frame.width
        Tag.rect([.class(part.style)] + Attribute.frame(frame))
      }
      Tag.line([.class("cap")] + Attribute.from(960 * mark - 1, 0, to: 960 * mark - 1, 26))
    }
  }

  private static func legend(_ entries: [(style: String, text: String)]) -> Markup {
    Tag.ul(.class("legend")) {
      for entry in entries { SiteLegend.entry(entry.style, entry.text) }
    }
  }
}

/// A colour and what it stands for.
enum SiteLegend {
  static func entry(_ style: String, _ text: String) -> Markup {
    Tag.li {
      Tag.svg(.viewBox(width: 12, height: 12), .decoration) {
        Tag.rect([.class(style)] + Attribute.frame(Frame(x: 0, y: 0, width: 12, height: 12)))
      }
      text
    }
  }
}

extension RecordContents.Weights {
  /// The elements of all tensors.
  var parameterCount: Int {
    tensors.reduce(0) { $0 &+ ($1.elementCount ?? 0) }
  }
}

extension RecordContents.Tensor {
  /// The elements; nil where the shape is none.
  var elementCount: Int? {
    guard let shape else { return nil }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product >= 0, product < 1 << 50 else { return nil }
      count = product
    }
    return count
  }
}
