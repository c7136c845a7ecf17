import Testing

/// A recipe that is refused: its text, the rule, the line that is named, and a word of the message.
struct RefusedRecipe: CustomTestStringConvertible, Sendable {
  let text: String
  let rule: String
  let line: Int
  let word: String

  init(_ text: String, _ rule: String, _ line: Int, _ word: String) {
    (self.text, self.rule, self.line, self.word) = (text, rule, line, word)
  }

  var testDescription: String { "\(rule) \(line) \(word): \(text.debugDescription)" }
}

extension RefusedRecipe {
  /// Values of another form than the grammar's.
  static let shapes: [RefusedRecipe] = [
    .init("", "M01", 1, "empty"),
    .init("[]", "M01", 1, "recipe"),
    .init("merge", "M01", 1, "recipe"),
    .init("~", "M01", 1, "recipe"),
    .init("a: [", "M01", 2, ""),
    .init("merge_method: \"linear", "M01", 1, ""),
    .init("\tmerge_method: linear", "M01", 1, ""),
    .init("a: &x 1\nb: *x", "M01", 2, "references"),
    .init("? [a]\n: b", "M01", 1, "key"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      models: []
      """,
      "M01", 3, "models"),
    .init("merge_method: linear\nmerge_method: ties", "M01", 2, "merge_method"),
    .init("models: [{model: a}]", "M01", 1, "merge_method"),
    .init("merge_method:\nmodels: [{model: a}]", "M01", 1, "merge_method"),
    .init("merge_method: [linear]\nmodels: [{model: a}, {model: b}]\n", "M01", 1, "merge_method"),
    .init("merge_method: {a: b}\nmodels: [{model: a}, {model: b}]\n", "M01", 1, "merge_method"),
    .init("merge_method: \"\"\nmodels: [{model: a}, {model: b}]\n", "M01", 1, "merge_method"),
    .init("merge_method: linear\n", "M01", 1, "models"),
    .init(
      """
      merge_method: linear
      models: [{model: a}, {model: b}]
      slices: [{sources: [{model: a}]}]
      """,
      "M01", 1, "models"),
    .init(
      """
      merge_method: linear
      models: [{model: a}, {model: b}]
      modules: {default: {models: [{model: a}]}}
      """,
      "M01", 1, "modules"),
    .init("merge_method: linear\nmodels:", "M01", 1, "models"),
    .init("merge_method: linear\nmodels: []", "M01", 2, "models"),
    .init("merge_method: linear\nmodels: a", "M01", 2, "models"),
    .init("merge_method: linear\nmodels: {model: a}", "M01", 2, "models"),
    .init("merge_method: linear\nmodels:\n  - a", "M01", 3, "input"),
    .init("merge_method: linear\nmodels:\n  - {model: a}\n  -", "M01", 4, "input"),
    .init("merge_method: linear\nmodels:\n  - [a]", "M01", 3, "input"),
    .init("merge_method: linear\nmodels:\n  - {parameters: {weight: 1}}", "M01", 3, "model"),
    .init("merge_method: linear\nmodels:\n  - model:", "M01", 3, "model"),
    .init("merge_method: linear\nmodels:\n  - model: \"\"", "M01", 3, "model"),
    .init("merge_method: linear\nmodels:\n  - model: [a]", "M01", 3, "model"),
    .init("merge_method: linear\nmodels:\n  - model: {}", "M01", 3, "model"),
    .init("merge_method: linear\nmodels:\n  - model:\n      revision: x", "M02", 4, "revision"),
    .init("merge_method: linear\nmodels:\n  - model: {model: {path: ~}}", "M01", 3, "path"),
    .init("merge_method: linear\nmodels:\n  - model: {model: {path: [a]}}", "M01", 3, "path"),
    .init(
      """
      merge_method: linear
      models:
        - model: {model: {path: a, revision: {}}}
      """,
      "M01", 3, "revision"),
    .init(
      """
      merge_method: ties
      base_model: []
      models: [{model: a}, {model: b}]
      """,
      "M01", 2, "base_model"),
    .init(
      """
      merge_method: ties
      base_model: {}
      models: [{model: a}, {model: b}]
      """,
      "M01", 2, "model"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      name: []
      """,
      "M01", 3, "name"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      name: ""
      """,
      "M01", 3, "name"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      dtype: float31
      """,
      "M01", 3, "dtype"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      dtype: int64
      """,
      "M01", 3, "dtype"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      dtype: []
      """,
      "M01", 3, "dtype"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      dtype: torch.float8
      """,
      "M01", 3, "dtype"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      dtype: torch.torch.float32
      """,
      "M01", 3, "dtype"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      dtype: Float32
      """,
      "M01", 3, "dtype"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      out_dtype: bf16
      """,
      "M01", 3, "out_dtype"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      out_dtype: {}
      """,
      "M01", 3, "out_dtype"),
  ]

  /// Slices, modules and tokenizers.
  static let sections: [RefusedRecipe] = [
    .init("merge_method: linear\nparameters: {weight: 1}\nslices: a", "M01", 3, "slices"),
    .init("merge_method: linear\nparameters: {weight: 1}\nslices:\n  []", "M01", 4, "slices"),
    .init("merge_method: linear\nparameters: {weight: 1}\nslices:\n  - a", "M01", 4, "slice"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - {parameters: {weight: 1}}
      """,
      "M01", 4, "sources"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
      """,
      "M01", 4, "sources"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources: []
      """,
      "M01", 4, "sources"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources: a
      """,
      "M01", 4, "sources"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources: {model: a}
      """,
      "M01", 4, "sources"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - a
      """,
      "M01", 5, "input"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - layer_range: [0, 1]
      """,
      "M01", 5, "model"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: 2
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: []
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: [1]
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: [0, 1, 2]
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: [1, 1]
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: [2, 1]
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: [-1, 2]
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: [0, 1.5]
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: [a, b]
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: ["0", 1]
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: [0, [1]]
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: {a: 1}
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: [0, ~]
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_range: [0, 99999999999999999999]
      """,
      "M01", 6, "layer_range"),
    .init(
      """
      merge_method: linear
      models:
        - {model: a, layer_range: [0, 1]}
      """,
      "M02", 3, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - base_model: []
          sources: [{model: a}]
      """,
      "M01", 4, "base_model"),
    .init("merge_method: linear\nmodules: []", "M01", 2, "modules"),
    .init("merge_method: linear\nmodules: a", "M01", 2, "modules"),
    .init("merge_method: linear\nmodules: {}", "M01", 2, "modules"),
    .init("merge_method: linear\nmodules:\n  default: a", "M01", 3, "module"),
    .init("merge_method: linear\nmodules:\n  default: {}", "M01", 3, "models"),
    .init(
      """
      merge_method: linear
      modules:
        text: {models: [{model: a}]}
        vision: {models: [{model: a}]}
      """,
      "M07", 3, "modules"),
    .init(
      """
      merge_method: linear
      modules:
        default:
          colour: red
          models: [{model: a}]
      """,
      "M02", 4, "colour"),
    .init(
      """
      merge_method: linear
      modules:
        default:
          modules: {default: {models: [{model: a}]}}
      """,
      "M02", 4, "modules"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      tokenizer: a
      """,
      "M01", 3, "tokenizer"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      tokenizer: {source: base}
      tokenizer_source: base
      """,
      "M01", 4, "tokenizer"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      tokenizer_source: []
      """,
      "M01", 3, "tokenizer_source"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      tokenizer:
        sauce: base
      """,
      "M02", 4, "sauce"),
  ]

  /// Keys and methods that are none.
  static let words: [RefusedRecipe] = [
    .init(
      """
      merge_method: linaer
      models: [{model: a}, {model: b}]
      """,
      "M02", 1, "did you mean linear"),
    .init(
      """
      merge_method: ties_merging
      models: [{model: a}, {model: b}]
      """,
      "M02", 1, "ties_merging"),
    .init(
      """
      merge_method: dare-ties
      models: [{model: a}, {model: b}]
      """,
      "M02", 1, "did you mean dare_ties"),
    .init(
      """
      merge_method: SLERP
      models: [{model: a}, {model: b}]
      """,
      "M02", 1, "did you mean slerp"),
    .init(
      """
      merge_metod: linear
      models: [{model: a}, {model: b}]
      """,
      "M02", 1, "did you mean merge_method"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      model: a
      """,
      "M02", 3, "did you mean models"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      base: a
      """,
      "M02", 3, "base"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      basemodel: a
      """,
      "M02", 3, "did you mean base_model"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      author: me
      """,
      "M02", 3, "author"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      Dtype: float32
      """,
      "M02", 3, "did you mean dtype"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      outdtype: float32
      """,
      "M02", 3, "did you mean out_dtype"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameter: {normalize: true}
      """,
      "M02", 3, "did you mean parameters"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      tokeniser: {source: base}
      """,
      "M02", 3, "did you mean tokenizer"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      random_seed: 3
      """,
      "M02", 3, "random_seed"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      1: 2
      """,
      "M02", 3, "1"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      "": 2
      """,
      "M02", 3, "there are"),
    .init("merge_method: linear\nmodels:\n  - {model: a, weight: 1}", "M02", 3, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - {model: a, parameter: {weight: 1}}
      """,
      "M02", 3, "did you mean parameters"),
    .init("merge_method: linear\nmodels:\n  - {modle: a}", "M02", 3, "there are model"),
    .init("merge_method: linear\nmodels:\n  - model: {model: {path: a, rev: b}}", "M02", 3, "rev"),
    .init("merge_method: linear\nmodels:\n  - model: {path: a}", "M02", 3, "path"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - source: [{model: a}]
      """,
      "M02", 4, "did you mean sources"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources: [{model: a, layers: [0, 1]}]
      """,
      "M02", 4, "layers"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - models: [{model: a}]
      """,
      "M02", 4, "models"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - model: a
              layer_rang: [0, 1]
      """,
      "M02", 6, "did you mean layer_range"),
  ]

  /// Parameters that are none, or have no value.
  static let parameters: [RefusedRecipe] = [
    .init(
      """
      merge_method: linear
      models:
        - {model: a, parameters: {wieght: 1}}
      """,
      "M02", 3, "did you mean weight"),
    .init(
      """
      merge_method: linear
      models:
        - {model: a, parameters: {density: 1}}
      """,
      "M02", 3, "density"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters: {normalise: true}
      """,
      "M02", 3, "did you mean normalize"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters:
        normalize: true
        t: 1
      """,
      "M02", 5, "t is no parameter"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters: 3
      """,
      "M01", 3, "parameters"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters: [a]
      """,
      "M01", 3, "parameters"),
    .init("merge_method: linear\nmodels:\n  - {model: a, parameters: [1]}", "M01", 3, "parameters"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: heavy
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: "yes"
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: 0x_
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: 0X1F
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: "0x1F"
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: .inf
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: -.inf
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: .nan
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: 1e999
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: [1, heavy]
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: [1, ~]
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: [[1]]
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: 1.5.2
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: 2001-12-14
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: "1 000"
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: "١"
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: tRue
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: ""
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters:
        normalize: maybe
      """,
      "M03", 4, "normalize"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters:
        normalize: 2
      """,
      "M03", 4, "normalize"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters:
        normalize: -1
      """,
      "M03", 4, "normalize"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters:
        normalize: 0.5
      """,
      "M03", 4, "normalize"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters:
        normalize: [true, 3]
      """,
      "M03", 4, "normalize"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters:
        normalize: [[true]]
      """,
      "M03", 4, "normalize"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters:
        normalize: "1.0"
      """,
      "M03", 4, "normalize"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      parameters:
        normalize: [~]
      """,
      "M03", 4, "normalize"),
    .init(
      """
      merge_method: karcher
      models: [{model: a}, {model: b}]
      parameters: {max_iter: 1.5}
      """,
      "M03", 3, "max_iter"),
    .init(
      """
      merge_method: karcher
      models: [{model: a}, {model: b}]
      parameters: {max_iter: ten}
      """,
      "M03", 3, "max_iter"),
    .init(
      """
      merge_method: karcher
      models: [{model: a}, {model: b}]
      parameters: {max_iter: 1e1}
      """,
      "M03", 3, "max_iter"),
    .init(
      """
      merge_method: karcher
      models: [{model: a}, {model: b}]
      parameters: {max_iter: "0x1F"}
      """,
      "M03", 3, "max_iter"),
    .init(
      """
      merge_method: karcher
      models: [{model: a}, {model: b}]
      parameters: {max_iter: 99999999999999999999}
      """,
      "M03", 3, "max_iter"),
    .init(
      """
      merge_method: karcher
      models: [{model: a}, {model: b}]
      parameters: {max_iter: [1, 2.5]}
      """,
      "M03", 3, "max_iter"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: {filter: mlp}
      """,
      "M01", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: {}
      """,
      "M01", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: {value: 1, filtre: mlp}
      """,
      "M02", 5, "did you mean filter"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: {value: 1, filter: [mlp]}
      """,
      "M01", 5, "filter"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: {value: {value: 1}}
      """,
      "M03", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight: [{value: 1, filter: mlp}, 2]
      """,
      "M01", 5, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight:
              - {value: 1}
              - {filter: mlp}
      """,
      "M01", 7, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters:
            weight:
              - {value: 1}
              - {value: heavy}
      """,
      "M03", 7, "weight"),
    .init("merge_method: linear\nmodels: [{model: a, parameters: {}}]\n", "M03", 2, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
        - {model: b, parameters: {weight: 1}}
      """,
      "M03", 3, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - model: a
          parameters: {weight: {value: 1, filter: mlp}}
      """,
      "M03", 3, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - {model: a, parameters: {weight: ~}}
      """,
      "M03", 3, "weight"),
    .init(
      """
      merge_method: linear
      models:
        - {model: a, parameters: {weight: []}}
      """,
      "M03", 3, "weight"),
    .init("merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\n", "M03", 3, "t"),
    .init(
      """
      merge_method: nearswap
      base_model: a
      models: [{model: a}, {model: b}]
      """,
      "M03", 3, "t"),
    .init(
      """
      merge_method: ties
      base_model: base
      models: [{model: a}, {model: b}]
      """,
      "M03", 3, "weight"),
    .init(
      """
      merge_method: ties
      models: [{model: a}, {model: b}]
      base_model: base
      """,
      "M03", 2, "weight"),
    .init(
      """
      merge_method: linear
      base_model: base
      models:
        - {model: a, parameters: {weight: 1}}
      """,
      "M03", 2, "weight for base"),
  ]

  /// Inputs that the methods do not take.
  static let inputs: [RefusedRecipe] = [
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}, {model: a}]
      """,
      "M04", 2, "a"),
    .init(
      """
      merge_method: linear
      models:
        - {model: a}
        - {model: b}
        - {model: a}
      """,
      "M04", 5, "a"),
    .init(
      """
      merge_method: linear
      models:
        - {model: a@x}
        - {model: {model: {path: a, revision: x}}}
      """,
      "M04", 4, "a@x"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - {model: a, layer_range: [0, 1]}
            - {model: a, layer_range: [1, 2]}
      """,
      "M04", 6, "a"),
    .init("merge_method: ties\nmodels: [{model: a}, {model: b}]\n", "M04", 2, "base_model"),
    .init(
      """
      merge_method: task_arithmetic
      models: [{model: a}, {model: b}]
      """,
      "M04", 2, "base_model"),
    .init("merge_method: dare_linear\nmodels: [{model: a}, {model: b}]\n", "M04", 2, "base_model"),
    .init("merge_method: dare_ties\nmodels: [{model: a}, {model: b}]\n", "M04", 2, "base_model"),
    .init("merge_method: breadcrumbs\nmodels: [{model: a}, {model: b}]\n", "M04", 2, "base_model"),
    .init(
      """
      merge_method: breadcrumbs_ties
      models: [{model: a}, {model: b}]
      """,
      "M04", 2, "base_model"),
    .init("merge_method: della\nmodels: [{model: a}, {model: b}]\n", "M04", 2, "base_model"),
    .init("merge_method: della_linear\nmodels: [{model: a}, {model: b}]\n", "M04", 2, "base_model"),
    .init("merge_method: sce\nmodels: [{model: a}, {model: b}]\n", "M04", 2, "base_model"),
    .init("merge_method: ram\nmodels: [{model: a}, {model: b}]\n", "M04", 2, "base_model"),
    .init("merge_method: model_stock\nmodels: [{model: a}, {model: b}]\n", "M04", 2, "base_model"),
    .init(
      """
      merge_method: slerp
      parameters: {t: 0.5}
      models: [{model: a}, {model: b}]
      """,
      "M04", 3, "base_model"),
    .init(
      """
      merge_method: slerp
      base_model: a
      parameters: {t: 0.5}
      models: [{model: a}]
      """,
      "M04", 4, "2"),
    .init(
      """
      merge_method: slerp
      base_model: base
      parameters: {t: 0.5}
      models: [{model: a}, {model: b}]
      """,
      "M04", 4, "3"),
    .init(
      """
      merge_method: nearswap
      base_model: base
      parameters: {t: 0.5}
      models: [{model: a}, {model: b}]
      """,
      "M04", 4, "3"),
    .init(
      """
      merge_method: arcee_fusion
      base_model: base
      models: [{model: a}, {model: b}]
      """,
      "M04", 3, "3"),
    .init(
      """
      merge_method: nuslerp
      parameters: {weight: 1}
      models: [{model: a}]
      """,
      "M04", 3, "nuslerp"),
    .init(
      """
      merge_method: nuslerp
      parameters: {weight: 1}
      models: [{model: a}, {model: b}, {model: c}]
      """,
      "M04", 3, "nuslerp"),
    .init(
      """
      merge_method: model_stock
      base_model: base
      models: [{model: a}]
      """,
      "M04", 3, "model_stock"),
    .init("merge_method: passthrough\nmodels: [{model: a}, {model: b}]\n", "M04", 2, "passthrough"),
    .init(
      """
      merge_method: passthrough
      base_model: base
      models: [{model: a}]
      """,
      "M04", 3, "passthrough"),
    .init(
      """
      merge_method: ties
      base_model: base
      parameters: {weight: 1}
      slices:
        - sources: [{model: a}, {model: b}]
      """,
      "M04", 5, "base"),
  ]

  /// Tensors that do not go together.
  static let tensors: [RefusedRecipe] = [
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      models:
        - model: a
        - model: wide
      """,
      "M06", 5, "wide"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      models:
        - model: a
        - model: lacking
      """,
      "M06", 5, "model.layers.1.mlp.up_proj.weight"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      models:
        - model: lacking
        - model: a
      """,
      "M06", 4, "model.layers.1.mlp.up_proj.weight"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      models:
        - model: a
        - model: tied
        - model: short
      """,
      "M06", 6, "short"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      models:
        - model: counting
        - model: counting-more
      """,
      "M06", 5, "model.steps"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      models:
        - model: counting
        - model: counting-less
      """,
      "M06", 5, "model.steps"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - {model: a, layer_range: [0, 5]}
      """,
      "M06", 5, "layer 4"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - {model: a, layer_range: [0, 2]}
            - {model: b, layer_range: [0, 3]}
      """,
      "M06", 6, "b"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - {model: a, layer_range: [0, 2]}
            - {model: b}
      """,
      "M06", 6, "b"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      slices:
        - sources:
            - {model: a, layer_range: [9, 10]}
      """,
      "M06", 5, "layer 9"),
  ]

  /// What is left to mergekit.
  static let unsupported: [RefusedRecipe] = [
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      chat_template: auto
      """,
      "M07", 3, "chat_template"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      tokenizer_source: union
      """,
      "M07", 3, "union"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      tokenizer: {source: union}
      """,
      "M07", 3, "union"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      tokenizer:
        tokens: {a: {source: a}}
      """,
      "M07", 4, "tokens"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      tokenizer:
        pad_to_multiple_of: 64
      """,
      "M07", 4, "pad_to_multiple_of"),
    .init("merge_method: linear\nmodels:\n  - model: a+lora", "M07", 3, "a+lora"),
    .init("merge_method: linear\nmodels:\n  - model: a@x+lora@y", "M07", 3, "lora"),
    .init(
      """
      merge_method: linear
      models:
        - model: {model: a, lora: {path: b}}
      """,
      "M07", 3, "lora"),
    .init(
      """
      merge_method: linear
      models:
        - model: {model: a, override_architecture: X}
      """,
      "M07", 3, "override_architecture"),
    .init(
      """
      base_model: a+b
      merge_method: linear
      models: [{model: a}, {model: b}]
      """,
      "M07", 1, "a+b"),
    .init(
      """
      base_model: a
      gate_mode: hidden
      experts:
        - {source_model: b, positive_prompts: [x]}
      """,
      "M07", 2, "gate_mode"),
    .init("genome:\n  models: [a]\n  merge_method: linear\ntasks: [{name: x}]", "M07", 1, "genome"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      trust_remote_code: true
      """,
      "M02", 3, "trust_remote_code"),
  ]

  /// Recipes for files in raw mode.
  static let raw: [RefusedRecipe] = [
    .init("merge_method: linear\nslices: [{sources: [{model: a}]}]", "M02", 2, "slices"),
    .init("merge_method: linear\nmodules: {default: {models: [{model: a}]}}", "M02", 2, "modules"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      tokenizer_source: base
      """,
      "M02", 3, "tokenizer_source"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      name: x
      """,
      "M02", 3, "name"),
    .init(
      """
      merge_method: linear
      models: [{model: a, parameters: {weight: 1}}]
      chat_template: auto
      """,
      "M02", 3, "chat_template"),
    .init("merge_method: linear\n", "M01", 1, "models"),
    .init("merge_method: linear\nmodels: []", "M01", 2, "models"),
    .init(
      """
      merge_method: linear
      models:
        - {model: a, layer_range: [0, 1]}
      """,
      "M02", 3, "layer_range"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      models:
        - model: a
        - model: tied
      """,
      "M06", 5, "lm_head.weight"),
    .init(
      """
      merge_method: linear
      parameters: {weight: 1}
      models:
        - model: a
        - model: wide
      """,
      "M06", 5, "wide"),
  ]
}
