import ArgumentParser

/// The text behind `--help`, with lines to copy before anything else.
enum HelpPage {
  /// Puts the examples of the verb that `page` describes in front of it.
  ///
  /// Text that is no help page, such as a version or a completion script, stays as it is.
  static func text(of page: String) -> String {
    let page = page.hasSuffix("\n") ? page : page + "\n"
    guard let verb = described(in: page) else { return offeringFiles(page) }
    let lines = verb.examples.map { "  \($0)\n" }.joined()
    return "EXAMPLES:\n\(lines)\n\(page)"
  }

  /// A completion script for bash that offers files where it offers verbs: a path without a verb
  /// is inspected, and the parser knows of a default verb but not of its arguments.
  private static func offeringFiles(_ page: String) -> String {
    let verbs = "COMPREPLY+=($(compgen -W '\(Birdie.verbNames.joined(separator: " "))"
    guard page.hasPrefix("#!/bin/bash"), page.contains(verbs) else { return page }
    let files = """
              local file
              while IFS= read -r file; do COMPREPLY+=("${file}"); done < <(compgen -f -- "${cur}")
      """
    return page.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.contains(verbs) ? "\($0)\n\(files)" : String($0) }
      .joined(separator: "\n")
  }

  private static func described(in page: String) -> (any Verb.Type)? {
    let mark = "USAGE: birdie "
    guard let usage = page.split(separator: "\n").first(where: { $0.hasPrefix(mark) }) else {
      return nil
    }
    let word = usage.dropFirst(mark.count).prefix { $0 != " " }
    return Birdie.verbs.first { $0.configuration.commandName ?? "" == word } ?? Birdie.self
  }
}
