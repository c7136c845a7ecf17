internal import Diagnostics
internal import TensorCore

/// Makes tensors of what `_rebuild_tensor_v2` and `_v3` were given, checking every number.
struct TorchTensorBuilder {
  var source: any TorchStorageSource
  /// What each key was said to be when it was first seen, and its bytes.
  private var seen: [String: (storage: TorchStorage, bytes: Storage)] = [:]
  /// The byte orders of the storages that lie in the pickle itself, by their keys.
  private var adopted: [String: Bool] = [:]
  /// How much of each storage its views have claimed.
  private var claims: [String: Claim] = [:]
  /// How many bytes all tensors of the file may still take beyond their storages.
  private var allowance: Int

  /// The views of one storage: each counts once, for tied tensors are the same bytes, unless it is
  /// longer than the storage.
  private struct Claim {
    /// Apart, because most storages have one view and a set costs memory of its own.
    var first: Layout?
    var others: Set<Layout> = []
    var unclaimed: Int

    /// Whether `view` is the first of its kind.
    mutating func add(_ view: Layout) -> Bool {
      guard let first else {
        first = view
        return true
      }
      return view != first && others.insert(view).inserted
    }
  }

  init(source: any TorchStorageSource) {
    self.source = source
    allowance = Self.allowance(forFileOf: source.fileByteCount)
  }

  /// The bytes that tensors may take beyond their storages in `byteCount` bytes of files.
  static func allowance(forFileOf byteCount: Int) -> Int {
    max(freeExpansion, byteCount.multiplied(by: maximumExpansion) ?? Int.max)
  }

  /// The arguments that both rebuild functions share.
  struct View {
    let storage: TorchStorage
    let offset: Int
    let size: [Int]
    let stride: [Int]
  }

  /// The tensor that looks at `view`, its elements of `type`.
  mutating func tensor(
    _ view: View, _ type: TorchElementType, _ transform: ElementTransform, audit: inout Audit
  ) throws(Rejection) -> TorchTensor {
    let bytes = try bytes(of: view.storage, audit: &audit)
    let dense = try dense(view, type, in: bytes)
    var transform = transform
    let isBigEndian = adopted[view.storage.key] ?? source.isBigEndian
    if isBigEndian, type.unitByteCount / dense.dtype.componentsPerElement > 1 {
      transform.insert(.byteSwap)
    }
    let content =
      transform.isEmpty ? TensorContent.dense(dense) : .transformed(dense, transform)
    return TorchTensor(content: content, storageKey: view.storage.key)
  }

  /// The tensor of one axis that has all elements of `storage`.
  mutating func tensor(
    lookingAtAllOf storage: TorchStorage, audit: inout Audit
  ) throws(Rejection) -> TorchTensor {
    let view = View(
      storage: storage, offset: 0, size: [storage.viewCount ?? storage.elementCount], stride: [1])
    return try tensor(view, storage.elementType, [], audit: &audit)
  }

  /// Takes in a storage whose bytes lie in the pickle itself, under a key that no writer gives to a
  /// storage beside it.
  mutating func adopt(
    _ storage: TorchStorage, _ bytes: Storage, isBigEndian: Bool
  ) -> TorchStorage {
    let renamed = storage.renamed("nested\n\(adopted.count)")
    adopted[renamed.key] = isBigEndian
    seen[renamed.key] = (renamed, bytes)
    return renamed
  }

  /// The bytes of a storage, which every mention must describe in the same way (T08).
  mutating func bytes(
    of storage: TorchStorage, audit: inout Audit
  ) throws(Rejection) -> Storage {
    if let known = seen[storage.key] {
      guard known.storage.byteCount == storage.byteCount,
        known.storage.elementType == storage.elementType
      else {
        throw Rejection(
          TorchRules.storageConflict, "two tensors disagree about its type or length",
          at: Place(member: storage.key))
      }
      return known.bytes
    }
    let bytes = try locating(Place(member: storage.key)) { () throws(Rejection) in
      try source.bytes(of: storage, audit: &audit)
    }
    seen[storage.key] = (storage, bytes)
    return bytes
  }

  /// The view in our own elements, after the checks T02 to T06.
  private mutating func dense(
    _ view: View, _ type: TorchElementType, in bytes: Storage
  ) throws(Rejection) -> Tensor {
    let layout = try layout(view)
    try claim(layout, type, of: view.storage.key, bytes)
    if type.elementsPerUnit > 1 { return try packed(layout, type, in: bytes) }
    guard let tensor = Tensor(dtype: type.dtype, layout: layout, storage: bytes) else {
      throw Rejection(
        TorchRules.viewBeyondStorage,
        "size \(layout.shape), stride \(layout.strides), offset \(layout.offset) do not fit "
          + "the \(bytes.byteCount) bytes of the storage")
    }
    return tensor
  }

  /// Counts what a view takes beyond the bytes of its storage (T05).
  mutating func claim(
    _ layout: Layout, _ type: TorchElementType, of key: String, _ bytes: Storage
  ) throws(Rejection) {
    guard let size = layout.shape.elementCount.multiplied(by: type.unitByteCount) else {
      throw Rejection(TorchRules.expansionBomb, "\(layout.shape) overflows")
    }
    // In place: a copy of all views so far for each new one would take quadratic time.
    let isNew = claims[key, default: Claim(unclaimed: bytes.byteCount)].add(layout)
    let takesAnew = isNew || type.elementsPerUnit > 1
    let covered = min(size, takesAnew ? claims[key]?.unclaimed ?? 0 : bytes.byteCount)
    try spend(size - covered, layout.shape)
    if takesAnew { claims[key]?.unclaimed -= covered }
  }

  /// Takes `bytes` from what the file's tensors may take beyond their storages (T05).
  mutating func spend(_ bytes: Int, _ shape: Shape) throws(Rejection) {
    guard bytes <= allowance else {
      throw Rejection(
        TorchRules.expansionBomb,
        "with \(shape) the tensors are more than \(Self.maximumExpansion) times the file")
    }
    allowance -= bytes
  }

  /// Below this many bytes no expansion is a danger.
  private static var freeExpansion: Int { 1 << 24 }
  /// Beyond this multiple of the file's size a view is taken for a bomb.
  private static var maximumExpansion: Int { 64 }

  private func layout(_ view: View) throws(Rejection) -> Layout {
    guard view.size.count == view.stride.count, view.size.count <= 64 else {
      throw Rejection(
        TorchRules.rank, "\(view.size.count) sizes and \(view.stride.count) strides")
    }
    guard view.offset >= 0, (view.size + view.stride).allSatisfy({ $0 >= 0 }) else {
      throw Rejection(
        TorchRules.negativeExtent,
        "size \(view.size), stride \(view.stride), offset \(view.offset)")
    }
    let (offset, overflow) = view.offset.addingReportingOverflow(view.storage.viewOffset)
    let shape = Shape(view.size)
    // Nothing lies anywhere, and slices of empty batches leave any offset and stride behind.
    if let shape, shape.elementCount == 0 { return Layout(contiguous: shape) }
    guard !overflow, let shape,
      let layout = Layout(shape: shape, strides: view.stride, offset: offset)
    else {
      throw Rejection(TorchRules.sizeOverflow, "size \(view.size), stride \(view.stride)")
    }
    return layout
  }

  /// Elements of which several share a byte: PyTorch's shape counts bytes, ours elements along
  /// the last axis. A scattered view is copied, since our layouts cannot step by half bytes.
  private func packed(
    _ layout: Layout, _ type: TorchElementType, in bytes: Storage
  ) throws(Rejection) -> Tensor {
    guard let units = Tensor(dtype: .u8, layout: layout, storage: bytes) else {
      throw Rejection(TorchRules.viewBeyondStorage, "\(layout.shape) does not fit its storage")
    }
    var dimensions = layout.shape.dimensions
    dimensions.append((dimensions.popLast() ?? 1) * type.elementsPerUnit)
    let contiguous = if let whole = units.contiguousStorage { whole } else { try units.gathered() }
    guard let shape = Shape(dimensions),
      let tensor = Tensor(dtype: type.dtype, shape: shape, storage: contiguous)
    else {
      throw Rejection(TorchRules.sizeOverflow, "\(layout.shape)")
    }
    return tensor
  }
}

extension Int {
  /// The product, or nil when it overflows.
  func multiplied(by other: Int) -> Int? {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? nil : product
  }
}

extension Tensor {
  /// The elements in row-major order in memory of their own.
  func gathered() throws(Rejection) -> Storage {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    try forEachChunk { chunk throws(Rejection) in bytes += chunk.copied() }
    return Storage(bytes)
  }
}
