import Checkpoints
import Diagnostics
import JSON
import TensorCore
import TestSupport
import Testing
import YAML

@testable import Recipes

/// Whole recipes against what mergekit 0.1.5 made of them.
struct GoldenRecipeTests {
  /// Recipes whose results are mergekit's but for the last bits, and how far they may be off.
  private static let rounded: [String: Double] = [
    "della-linear": 1e-5, "gpt2-aliases": 1e-5, "karcher": 1e-5, "model-stock": 1e-5,
    "multislerp": 1e-5, "nuslerp": 1e-5, "optional-model-stock": 0.05,
    "optional-model-stock-base": 0.15, "slerp-models": 1e-5,
  ]
  /// Recipes that choose among elements of equal size, which mergekit leaves to chance, and the part
  /// of elements that may differ.
  private static let choosing: [String: Double] = [
    "breadcrumbs": 0.1, "della": 0.25, "sce": 0.25, "ties-filters": 0.06,
  ]
  /// Keys that mergekit passes over, by the recipe.
  private static let passedOver = ["modules": [", colour: blue", "author: nobody\n"]]

  private static let names = ((try? Fixtures.names(in: "merging/recipes")) ?? [])
    .filter { $0.hasSuffix(".yml") }.map { String($0.dropLast(4)) }

  @Test func `there are recipes`() { #expect(Self.names.count >= 70) }

  @Test(arguments: names)
  func `a recipe makes what mergekit makes`(name: String) throws {
    let golden = try JSONValue(parsing: Fixtures.bytes("merging/recipes/\(name).json"))
    let wanted = golden["files"]?.members?.flatMap { $0.value["tensors"]?.members ?? [] } ?? []
    guard golden["error"] == nil else {
      let error = #expect(throws: Rejection.self, "\(name)") {
        for tensor in try GoldenRecipe(name, without: Self.passedOver[name] ?? []).merged().tensors
        {
          try tensor.content.forEachChunk { _ in }
        }
      }
      #expect(error?.rule.id.first == "M")
      return
    }
    let merged = try GoldenRecipe(name, without: Self.passedOver[name] ?? []).merged()
    #expect(Set(merged.tensors.map(\.name)) == Set(wanted.map(\.key)))
    let expected = try? Checkpoint.open(Fixtures.path("merging/recipes/\(name).safetensors"))
    for (key, description) in wanted {
      guard let tensor = merged.tensors.first(where: { $0.name == key }) else { continue }
      #expect(tensor.dtype.rawValue == description["dtype"]?.string, "\(key)")
      #expect(
        tensor.shape.dimensions == description["shape"]?.elements?.compactMap(\.integer), "\(key)")
      var digest = SHA256Digest()
      try tensor.content.forEachChunk { digest.update($0) }
      guard digest.hexadecimal() != description["sha256"]?.string else { continue }
      let twin = try #require(
        expected?.tensors.first { $0.name == key }, "\(name): \(key) is another")
      try compare(try doubles(tensor), try doubles(twin), "\(name): \(key)", name)
    }
  }

  private func compare(
    _ own: [Double], _ wanted: [Double], _ place: String, _ name: String
  ) throws {
    let differing = zip(own, wanted).filter { $0 != $1 && !($0.isNaN && $1.isNaN) }
    if let share = Self.choosing[name] {
      #expect(Double(differing.count) <= max(share * Double(own.count), 4), "\(place)")
    } else {
      let tolerance = Self.rounded[name] ?? 0
      for (found, other) in differing {
        #expect(
          abs(found - other) <= tolerance * (abs(other) + 1e-3), "\(place): \(found) for \(other)")
      }
    }
  }

  private func doubles(_ tensor: NamedTensor) throws -> [Double] {
    var bytes: [UInt8] = []
    try tensor.content.forEachChunk { bytes += $0.copied() }
    let whole = try #require(
      Tensor(dtype: tensor.dtype, shape: tensor.shape, storage: Storage(bytes)))
    return whole.doubles
  }
}

/// A recipe of the fixtures with its command line.
private struct GoldenRecipe {
  private let recipes: [MergeRecipe]
  private let words: [String]

  init(_ name: String, without passages: [String]) throws {
    var text = String(decoding: try Fixtures.bytes("merging/recipes/\(name).yml"), as: UTF8.self)
    for passage in passages { text = text.replacing(passage, with: "") }
    let words = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().map(String.init)
    self.words = words
    recipes = try YAMLDocument.all(text, under: MergeRules.malformed).map { document in
      try MergeRecipe(document.root, isRaw: words[0] == "mergekit-pytorch")
    }
  }

  private var rawNames: RawNames? {
    guard words[0] == "mergekit-pytorch" else { return nil }
    return words.contains("-i") ? .intersection : words.contains("-u") ? .union : .same
  }

  private var seed: UInt64 {
    words.firstIndex(of: "--random-seed").flatMap { UInt64(words[$0 + 1]) } ?? 0
  }

  /// The result, with the other documents as models.
  func merged() throws -> Checkpoint {
    let target = recipes.first { $0.name == nil } ?? recipes[0]
    return try merged(target)
  }

  private func merged(_ recipe: MergeRecipe) throws -> Checkpoint {
    let checkpoints = try recipe.models.map { model in
      if let part = recipes.first(where: { $0.name == model.description }) {
        return try merged(part)
      }
      return try Checkpoint.open(Fixtures.path("merging/models/\(model.weights.path)"))
    }
    return try MergeRun(recipe, checkpoints, raw: rawNames, .mergekit(seed: seed)).checkpoint()
  }
}
