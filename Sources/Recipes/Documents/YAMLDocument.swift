public import Diagnostics
public import JSON
internal import TensorCore
internal import Yams

/// A YAML file as JSON: recipes have no need of what YAML has beyond it.
public struct YAMLDocument: Sendable {
  /// The content.
  public let json: JSONValue

  /// More nodes than this no recipe has; references to references could make any number.
  private static let mostNodes = 100_000
  private static let mostBytes = 1 << 20

  /// Reads a file; throws F01, and R01 where it is no YAML or has keys twice.
  public init(path: String) throws(Rejection) {
    let file = try FileMapping(path: path)
    let place = Place(file: path)
    guard file.bytes.byteCount <= Self.mostBytes else {
      throw Rejection(RecipeRules.malformed, "it is larger than a megabyte", at: place)
    }
    let text = file.bytes.withUnsafeBytes { String(validating: $0, as: UTF8.self) }
    guard let text else { throw Rejection(RecipeRules.malformed, "it is no UTF-8", at: place) }
    do throws(Rejection) {
      try self.init(text)
    } catch {
      throw error.inside(place)
    }
  }

  /// Reads a text; throws R01.
  public init(_ text: String) throws(Rejection) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw Rejection(RecipeRules.malformed, Self.message(error))
    } catch {
      throw Rejection(RecipeRules.malformed, "\(error)")
    }
    var left = Self.mostNodes
    json = try node.map { (node) throws(Rejection) in try Self.json(node, &left) } ?? .null
  }

  private static func message(_ error: YamlError) -> String {
    "\(error)".split(separator: "\n").first.map(String.init) ?? "no YAML"
  }

  private static func json(_ node: Node, _ left: inout Int) throws(Rejection) -> JSONValue {
    left -= 1
    guard left > 0 else {
      throw Rejection(RecipeRules.malformed, "it has more than \(mostNodes) nodes")
    }
    switch node {
    case .scalar(let scalar): return value(scalar)
    case .sequence(let sequence):
      var elements: [JSONValue] = []
      for element in sequence { elements.append(try json(element, &left)) }
      return .array(elements)
    case .mapping(let mapping):
      var members: [(key: String, value: JSONValue)] = []
      for (key, value) in mapping {
        guard let name = key.scalar?.string else {
          throw Rejection(RecipeRules.malformed, "\(line(key)): a key is no text")
        }
        guard !members.contains(where: { $0.key == name }) else {
          throw Rejection(RecipeRules.malformed, "\(line(key)): \(name) stands twice")
        }
        members.append((name, try json(value, &left)))
      }
      return .object(members)
    case .alias:
      throw Rejection(RecipeRules.malformed, "\(line(node)): a reference to nothing")
    }
  }

  /// By the rules of YAML 1.2's core schema; what is in quotes is text.
  private static func value(_ scalar: Node.Scalar) -> JSONValue {
    let text = scalar.string
    guard scalar.style == .any || scalar.style == .plain else { return .string(text) }
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    if let integer = Int(text) { return .integer(integer) }
    let isNumber = text.first.map { $0.isNumber || "+-.".contains($0) } ?? false
    if isNumber, let number = Double(text), number.isFinite { return .number(number) }
    return .string(text)
  }

  private static func line(_ node: Node) -> String {
    node.mark.map { "line \($0.line)" } ?? "somewhere"
  }
}
