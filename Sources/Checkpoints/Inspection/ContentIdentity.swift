internal import TensorCore

/// What tells that two tensors are the same elements in the same memory: a small file can give one
/// large tensor many names, and its values need to be read but once.
///
/// Good as long as both are alive, for it holds addresses.
struct ContentIdentity: Hashable {
  private struct Part: Hashable {
    let address: UInt
    let byteCount: Int
    let layout: Layout
    let dtype: DType
    let origin: [Int]

    init(_ tensor: Tensor, origin: [Int] = []) {
      let bytes = tensor.storage.bytes
      // Only compared, never followed.
      address = unsafe bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
      byteCount = bytes.byteCount
      layout = tensor.layout
      dtype = tensor.dtype
      self.origin = origin
    }
  }

  private let parts: [Part]
  private let transform: Int
  /// How codes become numbers; nil for plain elements.
  private let encoding: String?
  private let shape: Shape

  /// Nil for what has no data or is decoded when it is asked for, and for codes whose meaning no
  /// note can describe.
  init?(_ content: TensorContent) {
    var (transform, encoding) = (0, String?.none)
    switch content {
    case .dense(let tensor): parts = [Part(tensor)]
    case .transformed(let tensor, let change):
      parts = [Part(tensor)]
      transform = change.rawValue
    case .encoded(let tensor):
      encoding = tensor.note(components: [])
      guard encoding != nil else { return nil }
      parts = tensor.components.map { Part($0.tensor) }
    case .pieces(let tensor):
      parts = tensor.pieces.map { Part($0.tensor, origin: $0.origin) }
    case .coded, .computed, .absent: return nil
    }
    self.transform = transform
    self.encoding = encoding
    shape = content.shape
  }
}
