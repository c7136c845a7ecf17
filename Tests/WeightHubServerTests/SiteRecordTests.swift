import JSON
import TestSupport
import Testing

@testable import WeightHubServer

/// What indexes and manifests of strangers say is read as far as it makes sense, and compared.
struct SiteRecordTests {
  private let name: RepositoryName

  init() throws { name = try #require(RepositoryName(.model, "a", "b")) }

  private func record(
    _ path: String, bits: Double? = nil, bytes: Int? = nil, author: String? = nil
  ) throws -> RecordSummary {
    try #require(
      RecordSummary(
        [
          "path": .string(path), "val_bpb": bits.map(JSONValue.number) ?? .null,
          "bytes": bytes.map(JSONValue.integer) ?? .null,
          "author": author.map(JSONValue.string) ?? .null,
        ], in: name))
  }

  @Test func `the front is what no other record beats`() {
    var state: UInt64 = 1
    func random(_ bound: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % bound)
    }
    for _ in 0..<300 {
      let points = (0..<random(30)).map { _ in
        ParetoFront.Point(byteCount: random(12), bitsPerByte: Double(random(12)))
      }
      let best = points.indices.filter { index in
        !points.contains { other in
          other.byteCount <= points[index].byteCount
            && other.bitsPerByte <= points[index].bitsPerByte && other != points[index]
        }
      }
      #expect(ParetoFront.indices(of: points).sorted() == best)
    }
  }

  @Test func `records that do not say what is sorted by come last, either way`() throws {
    let records = [
      try record("none"), try record("low", bits: 1), try record("high", bits: 2),
    ]
    let up = try #require(RecordTable.Sorting("val_bpb"))
    let down = try #require(RecordTable.Sorting("-val_bpb"))
    #expect(RecordTable.sorted(records, by: up).map(\.path) == ["low", "high", "none"])
    #expect(RecordTable.sorted(records, by: down).map(\.path) == ["high", "low", "none"])
  }

  @Test func `following a heading twice turns the order around`() throws {
    let sorting = try #require(RecordTable.Sorting("bytes"))
    #expect(sorting.following(.bytes).text == "-bytes")
    #expect(sorting.following(.bytes).following(.bytes).text == "bytes")
    #expect(sorting.following(.author).text == "author")
  }

  @Test(arguments: ["", "x", "--bytes", "bytes;"])
  func `there is no order of another name`(text: String) {
    #expect(RecordTable.Sorting(text) == nil)
  }

  @Test(arguments: ["../x", "/x", "", "a//b", "a/./b", ".git/x"])
  func `a record in an impossible place is left out`(path: String) {
    #expect(RecordSummary(["path": .string(path)], in: name) == nil)
  }

  @Test func `claims that make no sense are left out`() throws {
    let record = try #require(
      RecordSummary(
        ["path": "r", "val_bpb": "1.2", "bytes": -5, "name": 7, "files": "x"], in: name))
    #expect(record.bitsPerByte == nil && record.byteCount == nil && record.name == nil)
    #expect(record.fileCount == 0 && record.title == "r")
  }

  @Test(
    arguments: [
      .null, 3, "x", [], ["records": 3], ["records": [3, "x", nil]], ["records": ["path": "r"]],
    ] as [JSONValue])
  func `what is no index has no records`(index: JSONValue) {
    #expect(RecordSummary.all(in: index, of: name).isEmpty)
  }

  @Test(
    arguments: [
      .null, 3, [], ["weights": 3], ["weights": [["path": 3]], "files": [nil], "relations": [[]]],
    ] as [JSONValue])
  func `what is no manifest tells of nothing`(manifest: JSONValue) {
    let contents = RecordContents(manifest)
    #expect(contents.weights.isEmpty && contents.files.isEmpty && contents.relations.isEmpty)
  }

  @Test func `a shape whose product is too large counts for nothing`() throws {
    let manifest: JSONValue = [
      "weights": [
        [
          "path": "w",
          "tensors": [
            ["name": "a", "shape": [9_223_372_036_854_775_807, 9_223_372_036_854_775_807]],
            ["name": "b", "shape": [-1, 2]], ["name": "c", "shape": [2, 3]],
          ],
        ]
      ]
    ]
    let weights = try #require(RecordContents(manifest).weights.first)
    #expect(weights.tensors.map(\.elementCount) == [nil, nil, 6])
    #expect(weights.parameterCount == 6)
  }

  private func tensor(_ name: String, _ sha256: String?) -> RecordContents.Tensor {
    RecordContents.Tensor(
      name: name, type: "F32", shape: [2], byteCount: 8, encoding: nil, sha256: sha256)
  }

  @Test func `tensors are equal when their digests are, and without one equal to nothing`() {
    let comparison = TensorComparison(
      [tensor("same", "1"), tensor("other", "2"), tensor("first", "3"), tensor("bare", nil)],
      [tensor("second", "4"), tensor("same", "1"), tensor("other", "5"), tensor("bare", nil)])
    #expect(comparison.rows.map(\.name) == ["same", "other", "first", "bare", "second"])
    #expect(
      comparison.rows.map(\.kind) == [.equal, .different, .onlyFirst, .different, .onlySecond])
  }

  @Test func `two tensors of one name do not end a comparison`() {
    let twice = [tensor("w", "1"), tensor("w", "1")]
    #expect(TensorComparison(twice, twice).rows.map(\.kind) == [.equal, .onlyFirst])
  }

  @Test(arguments: [
    ("blocks.0.attn.c_q.weight", "blocks.0"), ("lm_head.weight", "lm_head"), ("w", "w"),
    ("model.layers.11.mlp.weight", "model.layers.11"), ("", ""),
  ])
  func `a tensor belongs to its layer`(name: String, module: String) {
    #expect(TensorTreemap.module(of: name) == module)
  }
}
