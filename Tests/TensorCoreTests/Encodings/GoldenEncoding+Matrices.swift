import TensorCore

extension GoldenEncoding {
  /// What `Fixtures/generate/grid_encodings.py` writes.
  static let matrices = grids + trellises + grouped + codebooks

  private static let grids = [
    "i8", "i8-f8", "i8-row", "i8-column", "i8-tensor", "i8-extremes", "i8-bfloat16", "i8-float16",
    "i8-view", "i8-empty", "i16",
  ].map { GoldenEncoding(file: "grid-" + $0, encoding: GridCodes(trellis: nil), parts: gridParts) }

  private static let trellises = (Trellis.supportedStates.map { ($0, "i8") } + [(8, "i16")])
    .map { states, type in
      GoldenEncoding(
        file: "grid-trellis\(states)-\(type)",
        encoding: GridCodes(trellis: Trellis(states: states)), parts: gridParts)
    }

  private static let gridParts = ["codes", "rows", "columns"]

  private static let grouped = [
    ("plain", 4), ("i8", 4), ("u8", 4), ("f16", 4), ("f32", 4), ("f8", 4), ("size1", 1),
    ("size10", 10), ("beyond", Int.max), ("view", 4), ("bfloat16", 4),
  ].compactMap { name, size in
    GroupedCodes(groupSize: size).map {
      GoldenEncoding(file: "grouped-" + name, encoding: $0, parts: ["codes", "scales", "zeros"])
    }
  }

  private static let codebooks = [
    ("16", 4), ("16-float16", 4), ("16-row", 0), ("256", 5), ("3", 10), ("1", 0),
  ].compactMap { name, size in
    CodebookCodes(groupSize: size).map {
      GoldenEncoding(file: "codebook-" + name, encoding: $0, parts: ["codes", "book", "scales"])
    }
  }
}
