/// Where something was found: from the file down to the byte, as far as it is known.
public struct Place: Sendable, Hashable {
  /// The path of the file as the user gave it.
  public var file: String?
  /// The member of an archive, a stream of a container or a key of a dictionary.
  public var member: String?
  /// The name of the tensor.
  public var tensor: String?
  /// The distance in bytes from the start of the innermost thing named above.
  public var offset: Int?

  /// Names a place; leave out what is not known.
  public init(
    file: String? = nil, member: String? = nil, tensor: String? = nil, offset: Int? = nil
  ) {
    self.file = file
    self.member = member
    self.tensor = tensor
    self.offset = offset
  }

  /// No place: for what concerns the input as a whole.
  public static let unknown = Place()

  /// This place with what it lacks taken from `outer`.
  public func inside(_ outer: Place) -> Place {
    Place(
      file: file ?? outer.file, member: member ?? outer.member, tensor: tensor ?? outer.tensor,
      offset: offset ?? outer.offset)
  }
}

extension Place: CustomStringConvertible {
  /// The parts that are known, outermost first, separated by colons.
  public var description: String {
    var parts = [file, member, tensor.map { "tensor \($0)" }].compactMap(\.self)
    if let offset { parts.append("byte \(offset)") }
    return parts.joined(separator: ": ")
  }
}
