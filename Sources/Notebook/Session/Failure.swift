import ActiveLearning
import CommandLanguage
import Datasets
import LinearAlgebra
import Networks
import WorkspaceStore

/// A diagnostic with the text it is about: what `error` of the results is made from, and the
/// message on stderr.
package struct Failure: Error, Sendable {
  package let diagnostic: Diagnostic
  /// The text that was being run; nil where there is none (a flag, a file).
  package let source: SourceText?
  /// Where that was, if the text has no name: `cell 12`.
  package let location: String?

  package init(_ diagnostic: Diagnostic, in source: SourceText?, location: String? = nil) {
    self.diagnostic = diagnostic
    self.source = diagnostic.source ?? source
    self.location = location
  }

  package var code: Diagnostic.Code { diagnostic.code }

  /// `{"code","message","file","line","column","length","suggestions"}`
  package var json: JSON {
    let place = diagnostic.location(in: source)
    return .record(
      ("code", .string(diagnostic.code.rawValue)), ("message", .string(diagnostic.message)),
      ("file", .optional(place.file)), ("line", .optional(place.line)),
      ("column", .optional(place.column)), ("length", .optional(place.length)),
      ("suggestions", .array(diagnostic.suggestions.map(JSON.string))))
  }

  /// The message as LANGUAGE has it, with the line and a caret.
  package func text(color: Bool) -> String {
    diagnostic.render(in: source, location: location, color: color)
  }
}

/// Errors of the layers below, as diagnostics: the one place that makes prose of them.
enum Diagnosis {
  /// - Parameter command: what was running, to point at the option to blame.
  static func diagnose(_ error: any Error, command: BoundCommand?) -> Diagnostic {
    let range = command?.range
    switch error {
    case let diagnostic as Diagnostic: return diagnostic
    case let error as MethodError: return method(error, command)
    case let error as FileError:
      return FileMessage.diagnostic(error, at: command?.place(ofFile: error.path) ?? range)
    case let error as OptionError: return FileMessage.diagnostic(error, command)
    case let error as NoFeatures: return FileMessage.diagnostic(error, at: range)
    case let error as PCAError: return FileMessage.diagnostic(error, at: range)
    case let error as NetworkError: return FileMessage.diagnostic(error, command)
    case let error as ParseFailure:
      return error.diagnostics.first ?? Diagnostic(.syntax, "no script")
    case let error as WorkspaceError: return workspace(error, at: range)
    case is Interrupted:
      return Diagnostic(
        .interrupted, "interrupted", at: range, notes: ["resume goes on with it"])
    default: return Diagnostic(.refused, String(describing: error), at: range)
    }
  }

  private static func place(_ command: BoundCommand?, _ option: String) -> SourceRange? {
    command?.arguments.ranges[option] ?? command?.range
  }

  private static func method(_ error: MethodError, _ command: BoundCommand?) -> Diagnostic {
    let range = command?.range
    switch error {
    case .budget(let requested, let available):
      return Diagnostic(
        .budget, "\(requested) labels are asked for, \(available) samples are unlabeled",
        at: place(command, "n"),
        label: available == 0 ? "all are labeled" : "from 1 to \(available)")
    case .needsLabels:
      return Diagnostic(
        .needsLabels, "nothing is labeled yet", at: range,
        notes: ["buy labels first: query random 20"])
    case .needsEmbedding:
      return Diagnostic(.needsEmbedding, "this needs an embedding of the pool", at: range)
    case .needsDelta:
      return Diagnostic(
        .needsDelta, "no delta is known for this embedding", at: range,
        label: "needs delta=NUMBER",
        notes: ["delta is the radius of a ball around a sample; on unit rows between 0 and 2"])
    case .range(let name, let value, let allowed):
      return Diagnostic(
        .range, "\(name) must be \(allowed), not \(Value(value).text)",
        at: place(command, name), label: allowed)
    case .noSuchSample(let sample, let count):
      return Diagnostic(.range, "no sample \(sample): the pool is 0…\(count - 1)", at: range)
    case .alreadyLabeled(let sample):
      return Diagnostic(.refused, "sample \(sample) is labeled already", at: range)
    case .overLimit(let requested, let left):
      return Diagnostic(
        .budget, "\(requested) labels were to be bought, \(left) are left of the budget", at: range)
    case .labelCount(let found, let expected):
      return Diagnostic(.fileFormat, "\(found) labels for \(expected) samples", at: range)
    case .label(let row, let value, let classes):
      return Diagnostic(
        .fileFormat, "row \(row): label \(value) is not one of 0…\(classes - 1)", at: range)
    case .diverged(let method, let rate):
      return Diagnostic(
        .refused, "\(method) diverged at learning rate \(Value(rate).text)",
        at: place(command, "lr"), notes: ["use a smaller lr=, or scale=auto"])
    case .refused(let reason): return Diagnostic(.refused, reason, at: range)
    }
  }

  private static func workspace(_ error: WorkspaceError, at range: SourceRange?) -> Diagnostic {
    var diagnostic = WorkspaceMessage.diagnostic(error)
    diagnostic.range = diagnostic.range ?? range
    return diagnostic
  }
}
