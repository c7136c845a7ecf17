internal import JSON
internal import RecordFormats

extension ModelCard {
  /// How to get the weights and use them, from Birdie and from Python.
  var usage: String {
    let weights = folder.files.filter(\.role.holdsTensors)
    guard !weights.isEmpty || options.repository != nil else { return "" }
    var text = "## Use it\n"
    if let commands = download { text += "\n" + Markdown.fenced(commands, language: "sh") }
    guard let first = weights.first(where: { $0.role == .artifact }) ?? weights.first else {
      return text
    }
    text += "\n" + Markdown.fenced(commands(for: first.path), language: "sh")
    text += "\n" + Markdown.fenced(python(for: weights), language: "python")
    return text
  }

  private var download: [String]? {
    guard let repository = options.repository else { return nil }
    let pattern = options.folder.isEmpty ? "" : " --include \((options.folder + "/*").shellWord)"
    let place = options.folder.isEmpty ? "record" : "record/\(options.folder)"
    return [
      "hf download \(repository.shellWord)\(pattern) --local-dir record", "cd \(place.shellWord)",
    ]
  }

  private func commands(for path: RecordPath) -> [String] {
    let word = path.description.shellWord
    return [
      "birdie \(word)",
      "birdie convert \(word) model.safetensors",
    ]
  }

  /// safetensors and PyTorch files have readers in Python; anything else has to be converted first.
  private func python(for weights: [RecordFile]) -> [String] {
    func named(_ ending: String) -> String? {
      weights.first { $0.path.name.lowercased().hasSuffix(ending) }?.path.description
    }
    func literal(_ text: String) -> String { JSONValue.string(text).text() }
    if named(".safetensors") == nil, let path = named(".pt") ?? named(".pth") {
      return ["import torch", "", "state = torch.load(\(literal(path)), weights_only=True)"]
    }
    let path = named(".safetensors") ?? "model.safetensors"
    return [
      "from safetensors.torch import load_file", "", "state = load_file(\(literal(path)))",
    ]
  }
}
