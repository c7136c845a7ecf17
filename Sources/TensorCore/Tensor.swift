/// A value of n dimensions: elements of one type, seen through a layout in shared storage.
///
/// Copying a tensor copies no element. Bytes are little-endian.
public struct Tensor: Sendable {
  /// The type of the elements.
  public let dtype: DType
  /// Where the elements lie in `storage`.
  public let layout: Layout
  /// The bytes.
  public let storage: Storage

  /// The extents.
  public var shape: Shape { layout.shape }

  /// A view of `storage`, or nil when it would reach beyond it or, for types that share bytes,
  /// when it is not contiguous from a whole byte.
  public init?(dtype: DType, layout: Layout, storage: Storage) {
    guard let elements = layout.requiredElements else { return nil }
    if dtype.byteWidth == nil {
      guard layout.isContiguous, layout.offset == 0,
        let need = dtype.byteCount(elements: layout.shape.elementCount), need <= storage.byteCount
      else { return nil }
    } else {
      guard let need = dtype.byteCount(elements: elements), need <= storage.byteCount else {
        return nil
      }
    }
    self.dtype = dtype
    self.layout = layout
    self.storage = storage
  }

  /// A contiguous tensor over the whole of `storage`, or nil when the sizes differ.
  public init?(dtype: DType, shape: Shape, storage: Storage) {
    guard dtype.byteCount(elements: shape.elementCount) == storage.byteCount else { return nil }
    self.init(dtype: dtype, layout: Layout(contiguous: shape), storage: storage)
  }

  /// The bytes that the elements occupy when they lie one after another.
  public var byteCount: Int {
    // Checked when the tensor was made.
    dtype.byteCount(elements: shape.elementCount) ?? 0
  }

  /// The storage's part that holds exactly the elements in order, or nil for a scattered view.
  public var contiguousStorage: Storage? {
    guard layout.isContiguous else { return nil }
    guard shape.elementCount > 0 else { return storage.slice(0..<0) }
    let start = layout.offset * (dtype.byteWidth ?? 0)
    return storage.slice(start..<(start + byteCount))
  }
}
