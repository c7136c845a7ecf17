internal import Archives
internal import ByteCodecs
public import Diagnostics
internal import Files
internal import TensorCore

/// A layout of training scripts that weights can be written in.
public enum TrainingLayout: String, Sendable, CaseIterable {
  /// Codes, scales and types in dictionaries of their own: the baseline script's.
  case int8Clean = "int8-clean"
  /// Codes and scales in one dictionary, how they are read in another.
  case quantizedMeta = "quantized-meta"

  /// The family that reads and writes it.
  var family: any WritableFamily.Type {
    switch self {
    case .int8Clean: Int8CleanFamily.self
    case .quantizedMeta: WeightsAndMetaFamily.self
    }
  }
}

/// A family whose object can be made from weights.
protocol WritableFamily: GolfFamily {
  /// The object that holds these weights; throws T13 for encodings that it has no place for.
  /// `notes` say more of tensors that are no codes, where the layout tells.
  static func value(
    of tensors: [NamedTensor], notes: [String: String]
  ) throws(Rejection) -> TorchValue
}

extension Checkpoint {
  /// Writes the weights as the training scripts write their artifacts: a PyTorch zip of one object,
  /// compressed with zlib. Gives the length of the file.
  ///
  /// Codes stay codes; `notes` say of others why they are none, in layouts that tell. Throws T13
  /// for tensors that the layout has no place for, F02 and F06 for the file. Memory grows with the
  /// artifact.
  @discardableResult
  public func writeArtifact(
    of layout: TrainingLayout, to path: String, notes: [String: String] = [:],
    overwrites: Bool = false
  ) throws(Rejection) -> Int {
    let target = OutputTarget(
      .file, path: path, overwrites: overwrites, inputs: inputFiles)
    try target.check()
    let value = try layout.family.value(of: tensors, notes: notes)
    var file = try OutputFile(target)
    try file.append(try Self.compressed(try TorchZip.bytes(of: value)))
    let byteCount = file.byteCount
    try requireUnchangedInput()
    try file.commit()
    return byteCount
  }

  /// A zlib stream of bytes, whose blocks are shared out among the threads.
  private static func compressed(_ bytes: [UInt8]) throws(Rejection) -> [UInt8] {
    let count = ZlibBlocks.count(bytes.count)
    let threads = min(MachineBudget.threadCount, count)
    let tasks = (0..<threads).map { first in
      BackgroundTask {
        stride(from: first, to: count, by: threads).map { index in
          Result { () throws(Rejection) in
            // Bytes have no padding that a raw view could show.
            try ZlibBlocks.compress(unsafe bytes.span.bytes, block: index)
          }
        }
      }
    }
    let shares = tasks.map { $0.join() }
    var blocks: [ZlibBlocks.Block] = []
    for index in 0..<count { blocks.append(try shares[index % threads][index / threads].get()) }
    return ZlibBlocks.stream(blocks)
  }
}

/// A PyTorch zip in memory.
enum TorchZip {
  /// The zip that `torch.save` would write of an object of dictionaries and tensors.
  static func bytes(of value: TorchValue) throws(Rejection) -> [UInt8] {
    let (pickle, tensors) = try TorchPickleWriter.pickle(value)
    var zip = ZipWriter()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(tensors.reduce(pickle.count) { $0 + $1.byteCount + 256 })
    func add(_ name: String, _ content: [UInt8]) {
      bytes += zip.header(name: "archive/" + name, size: content.count)
      bytes += content
      bytes += zip.descriptor(crc32: CRC32(of: unsafe content.span.bytes).value)
    }
    add("data.pkl", pickle)
    for (name, content) in PyTorchOutput.members { add(name, content) }
    for (index, tensor) in tensors.enumerated() {
      add("data/\(index)", tensor.packed().bytes.copied())
    }
    add("version", PyTorchOutput.version)
    return bytes + zip.directory()
  }
}

extension NamedTensor {
  /// The elements as one tensor that is written as it is.
  func stored() throws(Rejection) -> Tensor {
    if case .dense(let tensor) = content { return tensor }
    var bytes: [UInt8] = []
    try content.forEachChunk { (chunk) throws(Rejection) in bytes += chunk.copied() }
    guard let tensor = Tensor(dtype: dtype, shape: shape, storage: Storage(bytes)) else {
      throw noPlace("elements of this type")
    }
    return tensor
  }

  /// The rejection of what a layout cannot hold.
  func noPlace(_ what: String) -> Rejection {
    Rejection(
      TorchRules.notRepresentable, "the layout has no place for \(what): choose .birdie",
      at: Place(tensor: name))
  }
}

extension TorchValue {
  /// A tensor as a value.
  init(_ tensor: Tensor) {
    self = .tensor(TorchTensor(content: .dense(tensor), storageKey: nil))
  }

  /// A dictionary of texts.
  init(_ entries: [(name: String, value: TorchValue)]) {
    self = .dict(TorchDict(entries: entries.map { (.string($0.name), $0.value) }))
  }
}
