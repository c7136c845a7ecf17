/// An address that several threads use.
///
/// Unchecked because of the pointer: whoever lends it waits for the threads, each of which writes
/// the rows of its own index only.
package struct SharedPointer: @unchecked Sendable {
  /// Where.
  package let address: UnsafeMutablePointer<Float>

  /// For writing.
  package init(_ address: UnsafeMutablePointer<Float>) { self.address = address }
  /// For reading alone.
  package init(_ address: UnsafePointer<Float>) {
    self.address = UnsafeMutablePointer(mutating: address)
  }
}
