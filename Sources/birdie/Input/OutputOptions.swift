import ArgumentParser

/// How a command tells what it found.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON document on stdout.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print errors only.")
  var quiet = false

  /// Whether prose belongs on stderr.
  var isTalkative: Bool { !quiet && !json }
}
