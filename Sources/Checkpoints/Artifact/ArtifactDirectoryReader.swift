internal import Diagnostics
internal import ByteCodecs
internal import EntropyCoding
internal import JSON
internal import TensorCore

/// Reads the directory of an artifact.
struct ArtifactDirectoryReader {
  private var decoder: AdaptiveDecoder
  private let chunks: Storage
  private let fileByteCount: Int
  private let verifiesTensors: Bool
  private var position = 0
  private var decodedByteCount = 0
  private var textByteCount = 0
  private var tableWork = 0
  private var names: Set<ExactText> = []
  private var lastName: [UInt8] = []

  /// A reader of a directory whose chunks these are, all of them.
  init(_ directory: [UInt8], chunks: Storage, verifiesTensors: Bool) {
    self.verifiesTensors = verifiesTensors
    decoder = AdaptiveDecoder(directory)
    self.chunks = chunks
    fileByteCount = directory.count + chunks.byteCount
  }

  mutating func checkpoint() throws(Rejection) -> Checkpoint {
    for _ in 0..<(try decoder.number(DirectoryField.featureCount)) {
      let feature = try AdaptiveDecoder.string(try decoder.text())
      // Version 1 defines none.
      throw Rejection(
        ArtifactRules.unknownFeature, "the file needs the feature \"\(feature)\"")
    }
    var metadata: TextMap = [:]
    for _ in 0..<(try decoder.number(DirectoryField.metadataCount)) {
      let key = try AdaptiveDecoder.string(try decoder.text())
      try require(
        metadata[key] == nil, EntropyRules.damagedDescription,
        "two entries of metadata are called \(key)")
      metadata[key] = try AdaptiveDecoder.string(try decoder.text())
    }
    var tensors: [NamedTensor] = []
    for _ in 0..<(try decoder.number(DirectoryField.tensorCount)) {
      tensors.append(try tensor())
    }
    try decoder.requireEnd()
    try require(
      position == chunks.byteCount, EntropyRules.damagedDescription,
      "the tensors have \(position) bytes of chunks, the file has \(chunks.byteCount)")
    return Checkpoint(
      format: ArtifactFormat.id, tensors: tensors, metadata: metadata,
      ties: SafetensorsFormat.ties(in: metadata, among: tensors.map(\.name)))
  }

  private mutating func tensor() throws(Rejection) -> NamedTensor {
    let name = try name()
    return try locating(Place(tensor: name)) { () throws(Rejection) in
      let dtype = try dtype()
      let shape = try shape(rank: try decoder.number(DirectoryField.rank, limit: 64))
      let encodingText = try decoder.word()
      try addText(encodingText.utf8.count)
      let encoding = try encoding(encodingText)
      let count = try decoder.number(DirectoryField.componentCount, limit: 8)
      try require(
        encoding == nil ? count == 1 : count > 0, EntropyRules.damagedDescription,
        "a tensor has \(count) components")
      var parts: [CodedTensor.Part] = []
      for _ in 0..<count {
        parts.append(
          encoding == nil
            ? try part(name, dtype, shape) : try component(of: name, shape))
      }
      try require(
        Set(parts.map { ExactText($0.name) }).count == parts.count,
        EntropyRules.damagedDescription, "two components have one name")
      return NamedTensor(
        name: name,
        content: .coded(
          CodedTensor(
            dtype: dtype, shape: shape,
            encoding: encoding?.described(
              by: parts.map { ($0.component.dtype, $0.component.shape) }), parts: parts,
            checksum: try checksum())))
    }
  }

  /// The checksum of a tensor, unless nobody is to compare it.
  private mutating func checksum() throws(Rejection) -> UInt32? {
    let stored = try decoder.checksum()
    return verifiesTensors ? stored : nil
  }

  /// What follows the bytes that the name shares with the one before it.
  private mutating func name() throws(Rejection) -> String {
    let shared = try decoder.number(DirectoryField.sharedPrefix, limit: lastName.count)
    let rest = try decoder.text()
    try addText(shared + rest.count)
    lastName = lastName[..<shared] + rest
    let name = try AdaptiveDecoder.string(lastName)
    try require(
      names.insert(ExactText(name)).inserted, EntropyRules.damagedDescription,
      "two tensors are called \(name)")
    return name
  }

  private mutating func component(
    of tensor: String, _ whole: Shape
  ) throws(Rejection) -> CodedTensor.Part {
    let pattern = try decoder.word()
    let dtype = try dtype()
    let rank = try decoder.number(DirectoryField.componentRank, limit: 65)
    let shape = rank == 0 ? whole : try shape(rank: rank - 1)
    let name = ComponentName.expanded(pattern, tensor: tensor)
    try addText(name.utf8.count)
    return try part(name, dtype, shape)
  }

  private mutating func part(
    _ name: String, _ dtype: DType, _ shape: Shape
  ) throws(Rejection) -> CodedTensor.Part {
    try addDecodedBytes(dtype, shape)
    let component = try CodedComponent(from: &decoder, dtype: dtype, shape: shape)
    try addTableWork(component.tableWork)
    guard let length = component.chunkByteCount(atMost: chunks.byteCount - position),
      let storage = chunks.slice(position..<(position + length))
    else {
      throw Rejection(
        EntropyRules.damagedDescription, "the chunks of a tensor reach beyond the file")
    }
    position += length
    return CodedTensor.Part(name: name, component: component, chunks: storage)
  }

  /// Counts what components decode to, before any of one is decoded.
  private mutating func addDecodedBytes(_ dtype: DType, _ shape: Shape) throws(Rejection) {
    guard let byteCount = dtype.byteCount(elements: shape.elementCount) else {
      throw Rejection(
        EntropyRules.damagedDescription, "\(shape) of \(dtype.rawValue) is no number of bytes")
    }
    try Self.add(byteCount, to: &decodedByteCount, of: fileByteCount)
  }

  /// Counts the bytes of names and encodings, which cost a file next to nothing where they repeat
  /// what it said before.
  private mutating func addText(_ byteCount: Int) throws(Rejection) {
    try Self.add(byteCount, to: &textByteCount, of: fileByteCount)
  }

  private static func add(
    _ byteCount: Int, to count: inout Int, of fileByteCount: Int
  ) throws(Rejection) {
    let (sum, overflow) = count.addingReportingOverflow(byteCount)
    let allowance = DecodeLimits().allowance(inputCount: fileByteCount)
    guard !overflow, sum <= allowance else {
      throw Rejection(
        ArtifactRules.excessiveExpansion,
        "\(fileByteCount) bytes would become more than \(allowance)")
    }
    count = sum
  }

  /// Counts the shapes' probabilities that decoding computes, before any is.
  private mutating func addTableWork(_ work: Int) throws(Rejection) {
    tableWork += work
    let most = max(1 << 24, 256 * fileByteCount)
    try require(
      tableWork <= most, ArtifactRules.excessiveExpansion,
      "\(fileByteCount) bytes would have more than \(most) probabilities computed")
  }

  private mutating func dtype() throws(Rejection) -> DType {
    let name = try decoder.word()
    guard let dtype = DType(rawValue: name) else {
      throw Rejection(EntropyRules.damagedDescription, "there is no type \"\(name)\"")
    }
    return dtype
  }

  private mutating func shape(rank: Int) throws(Rejection) -> Shape {
    var extents: [Int] = []
    for _ in 0..<rank { extents.append(try decoder.number(DirectoryField.extent)) }
    guard let shape = Shape(extents) else {
      throw Rejection(
        EntropyRules.damagedDescription, "the extents \(extents) overflow")
    }
    return shape
  }

  private func encoding(_ text: String) throws(Rejection) -> (any TensorEncoding)? {
    guard !text.isEmpty else { return nil }
    let parts = text.split(separator: " ", maxSplits: 1)
    guard parts.count == 2,
      let type = KeptEncodings.all.first(where: { $0.method == parts[0] }),
      let parameters = try? JSONValue(parsing: Array(parts[1].utf8)),
      let encoding = type.init(parameters: parameters)
    else {
      throw Rejection(
        ArtifactRules.unknownFeature, "the file needs the encoding \"\(text)\"")
    }
    return encoding
  }
}

/// What the numbers of a directory are about: docs/formats/birdie.md names each by its number.
enum DirectoryField {
  static let featureCount = 4
  static let metadataCount = 5
  static let tensorCount = 6
  static let sharedPrefix = 7
  static let rank = 8
  static let extent = 9
  static let componentCount = 10
  static let componentRank = 11
}

/// The names of components, in which an at sign stands for the tensor's name.
enum ComponentName {
  /// The names as they are written; in full where a new name of the tensor would make two alike.
  static func patterns(_ names: [String], tensor: String, renamed: String) -> [String] {
    let patterns = names.map { pattern($0, tensor: tensor) }
    let spoken = Set(patterns.map { ExactText(expanded($0, tensor: renamed)) })
    return spoken.count == names.count ? patterns : names.map(escaped)
  }

  /// The name as it is written: what begins with the tensor's name, or has an at sign itself,
  /// differs from what it stands for.
  static func pattern(_ name: String, tensor: String) -> String {
    let rest =
      name.utf8.starts(with: tensor.utf8) && !tensor.isEmpty
      ? "@" + String(decoding: name.utf8.dropFirst(tensor.utf8.count), as: UTF8.self) : name
    return expanded(rest, tensor: tensor).utf8.elementsEqual(name.utf8) ? rest : escaped(name)
  }

  static func expanded(_ pattern: String, tensor: String) -> String {
    guard pattern.utf8.first == UInt8(ascii: "@") else { return pattern }
    let rest = String(decoding: pattern.utf8.dropFirst(), as: UTF8.self)
    return rest.utf8.first == UInt8(ascii: "@") ? rest : tensor + rest
  }

  /// A name that begins with an at sign gets another one.
  private static func escaped(_ name: String) -> String {
    name.utf8.first == UInt8(ascii: "@") ? "@" + name : name
  }
}
