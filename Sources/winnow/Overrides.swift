import CommandLanguage
import Notebook

/// The `-p name=value` of `run`.
struct Overrides {
  private(set) var values: [String: Value] = [:]

  init(_ parameters: [String]) throws {
    for parameter in parameters {
      guard let equals = parameter.firstIndex(of: "="), equals != parameter.startIndex else {
        throw Self.wrong("-p needs name=value, not '\(parameter)'")
      }
      let text = String(parameter[parameter.index(after: equals)...])
      do {
        let source = SourceText(text: text)
        values[String(parameter[..<equals])] = try Parser.parseValue(source).evaluate(in: [:])
      } catch {
        throw Self.wrong("-p \(parameter): '\(text)' is no value")
      }
    }
  }

  /// Each must replace something: a top-level assignment to its name.
  func requireUse(in sources: [SourceText]) throws {
    let assigned = Set(
      sources.compactMap { try? Parser.parse($0) }.flatMap(\.statements)
        .compactMap { statement -> String? in
          if case .assignment(let assignment) = statement { assignment.name.text } else { nil }
        })
    for name in values.keys.sorted() where !assigned.contains(name) {
      let nearest = Spelling.nearest(name, among: assigned.sorted())
      let hint = nearest.first.map { "; did you mean '\($0)'?" } ?? ""
      throw Self.wrong("-p \(name): no script assigns to '\(name)' at its top level\(hint)")
    }
  }

  private static func wrong(_ message: String) -> Failure {
    Failure(Diagnostic(.unknownName, message), in: nil)
  }
}
