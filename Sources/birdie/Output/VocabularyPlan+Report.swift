import Glibc
import JSON
import Recipes

extension VocabularyPlan {
  /// The vocabulary and where each model's rows come from, as a table.
  var rendered: String {
    var table = Table(
      [
        .left("rows of"), .left("model"), .right("own"), .right("others'"), .right("means"),
        .right("zeros"), .right("padding"),
      ])
    for origin in origins {
      let counts = [origin.own, origin.others, origin.means, origin.zeros, origin.padding]
      table.add([origin.name, origin.model.description] + counts.map(String.init))
    }
    return table.rendered(with: Ink(for: STDOUT_FILENO))
      + "\(rowCount) rows for \(tokenCount) tokens\n"
  }

  /// The same for scripts.
  var json: JSONValue {
    [
      "tokens": .integer(tokenCount), "rows": .integer(rowCount),
      "origins": .array(
        origins.map { origin in
          [
            "name": .string(origin.name), "model": .string(origin.model.description),
            "own": .integer(origin.own), "others": .integer(origin.others),
            "means": .integer(origin.means), "zeros": .integer(origin.zeros),
            "padding": .integer(origin.padding),
          ]
        }),
    ]
  }
}
