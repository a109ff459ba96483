import CommandLanguage
import Foundation
import WorkspaceStore

/// Which inputs `history` lists.
package struct HistoryView {
  private enum Choice {
    case all
    case last(Int)
    case numbers(ClosedRange<Int>)
    case holding(String)
  }

  private let choice: Choice

  /// - Parameters:
  ///   - which: nil, a number, `3..7`, or `-g`.
  ///   - text: what is searched for.
  /// - Throws: `type`, `missing-argument`.
  package init(_ which: String?, _ text: String? = nil, at range: SourceRange? = nil)
    throws(Diagnostic)
  {
    guard let which else {
      choice = .all
      return
    }
    if which == "-g" {
      guard let text else {
        throw Diagnostic(
          .missingArgument, "history -g needs a text to search for", at: range,
          label: "such as history -g query")
      }
      choice = .holding(text)
      return
    }
    if let count = Int(which), count > 0 {
      choice = .last(count)
      return
    }
    guard let numbers = Self.range(which) else {
      throw Diagnostic(
        .type, "'\(which)' names no inputs", at: range,
        label: "a number, a range such as 3..7, or -g TEXT")
    }
    choice = .numbers(numbers)
  }

  /// What no parameter alone can say.
  @Sendable static func validate(_ bound: BoundCommand) throws(Diagnostic) {
    let which = bound.arguments["which"]?.plainText
    _ = try HistoryView(
      which, bound.arguments.text("text"), at: bound.arguments.ranges["which"])
    if which != "-g" { try bound.refuse(["text"], "is for history -g") }
  }

  /// `3..7`, `3..`, `..7`.
  private static func range(_ text: String) -> ClosedRange<Int>? {
    guard let dots = text.firstRange(of: "..") else { return nil }
    let (first, last) = (text[..<dots.lowerBound], text[dots.upperBound...])
    let lower = first.isEmpty ? 1 : Int(first)
    let upper = last.isEmpty ? Int.max : Int(last)
    guard let lower, let upper, lower <= upper, !(first.isEmpty && last.isEmpty) else { return nil }
    return lower...upper
  }

  /// - Parameter running: the input that asks.
  package func output(_ lease: SessionLease, except running: Int? = nil) throws -> Output {
    if case .holding(let text) = choice {
      let found = try lease.workspace.inputs(holding: text).filter {
        ($0.session != lease.number || $0.input.number != running)
          && $0.input.shown.localizedCaseInsensitiveContains(text)
      }
      return Self.table(found)
    }
    let inputs = try lease.inputs().filter { $0.number != running }
    return Output(
      table: Table(
        columns: [.init("input"), .init("text"), .init("status")],
        rows: chosen(inputs).map {
          [.int($0.number), .string($0.shown), .string($0.status.rawValue)]
        }))
  }

  private func chosen(_ inputs: [InputRecord]) -> [InputRecord] {
    switch choice {
    case .all, .holding: inputs
    case .last(let count): inputs.suffix(count)
    case .numbers(let range): inputs.filter { range.contains($0.number) }
    }
  }

  private static func table(_ found: [FoundInput]) -> Output {
    Output(
      table: Table(
        columns: [.init("session"), .init("input"), .init("text"), .init("status")],
        rows: found.map {
          [
            .int($0.session), .int($0.input.number), .string($0.input.shown),
            .string($0.input.status.rawValue),
          ]
        }), lines: found.isEmpty ? ["no input holds that text"] : [])
  }
}

extension InputRecord {
  /// What a person typed of it: without the lines of a script that are for the machine.
  fileprivate var shown: String { ScriptLines.typed(text).trimmed }
}
