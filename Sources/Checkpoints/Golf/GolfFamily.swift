package import Diagnostics
internal import TensorCore

/// A way in which training scripts lay out compressed weights in one pickled object.
package protocol GolfFamily: Sendable {
  /// The id in reports and on the command line.
  static var id: String { get }
  /// One line for people.
  static var title: String { get }
  /// The program that defines the layout.
  static var reference: String { get }
  /// Whether the object's keys are those of this family; says nothing about what they hold.
  static func recognizes(_ value: TorchValue) -> Bool
  /// The weights that the object holds, compressed as they are; throws C07 to C09 and C12 when it
  /// contradicts itself or uses an unknown scheme.
  static func tensors(
    from value: TorchValue, audit: inout Audit
  ) throws(Rejection) -> [NamedTensor]
  /// What a reader of the weights should know, by key.
  static func metadata(of value: TorchValue) -> TextMap
}

extension GolfFamily {
  /// Nothing to add.
  package static func metadata(of value: TorchValue) -> TextMap { [:] }
}

/// Every family that is one pickled object.
///
/// `PerGroupArtifact` is not among them: it needs streams beside its object.
package enum GolfFamilies {
  /// The families, in the order in which they are tried.
  package static let all: [any GolfFamily.Type] = [
    Int8CleanFamily.self, WeightsAndMetaFamily.self, TypedEntriesFamily.self,
  ]

  /// The family of an object, or nil for a plain one.
  package static func family(of value: TorchValue) -> (any GolfFamily.Type)? {
    all.first { $0.recognizes(value) }
  }
}
