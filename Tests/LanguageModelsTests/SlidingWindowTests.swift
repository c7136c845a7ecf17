import JSON
import Testing

@testable import LanguageModels

/// Which layers see how far, as the configurations of `transformers` 5.23 resolve it.
struct SlidingWindowTests {
  private func windows(_ keys: JSONValue) throws -> [Int?] {
    let sizes: JSONValue = [
      "vocab_size": 8, "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 3,
      "num_attention_heads": 2,
    ]
    let members = (sizes.members ?? []) + (keys.members ?? [])
    return try LlamaConfiguration(.object(members)).windows
  }

  @Test func `Llama has no windows`() throws {
    #expect(try windows(["model_type": "llama", "sliding_window": 5]) == [nil, nil, nil])
  }

  @Test func `Mistral has one in every layer, of 4096 unless stated`() throws {
    #expect(try windows(["model_type": "mistral", "sliding_window": 5]) == [5, 5, 5])
    #expect(try windows(["model_type": "mistral"]) == [4096, 4096, 4096])
    #expect(try windows(["model_type": "mistral", "sliding_window": nil]) == [nil, nil, nil])
  }

  @Test(arguments: ["qwen2", "qwen3"])
  func `the Qwens have them only if asked to`(kind: String) throws {
    let silent: JSONValue = [
      "model_type": .string(kind), "sliding_window": 5, "max_window_layers": 1,
    ]
    #expect(try windows(silent) == [nil, nil, nil])
    let asked = JSONValue.object(
      (silent.members ?? []) + [(key: "use_sliding_window", value: true)])
    #expect(try windows(asked) == [nil, 5, 5])
    let types: JSONValue = ["full_attention", "sliding_attention", "full_attention"]
    let typed = JSONValue.object((asked.members ?? []) + [(key: "layer_types", value: types)])
    #expect(try windows(typed) == [nil, 5, nil])
  }
}
