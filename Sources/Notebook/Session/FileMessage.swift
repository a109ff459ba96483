import CommandLanguage
import Datasets
import LinearAlgebra
import Networks

/// Errors of files, options and models in words.
enum FileMessage {
  static func diagnostic(_ error: FileError, at range: SourceRange?) -> Diagnostic {
    var place = "'\(error.path)'"
    if let member = error.member { place += " (\(member))" }
    if let words = error.place.map(words) { place += ", \(words)" }
    let message =
      error.kind == .missing && error.expected.isEmpty
      ? "no file \(place)" : "\(place): expected \(error.expected), found \(error.found)"
    let searched =
      error.searched.isEmpty ? [] : ["looked for: " + error.searched.joined(separator: ", ")]
    return Diagnostic(code(error.kind), message, at: range, notes: searched + error.hints)
  }

  static func diagnostic(_ error: OptionError, _ command: BoundCommand?) -> Diagnostic {
    let range = command?.arguments.ranges[error.option] ?? command?.range
    guard let value = error.value else {
      return Diagnostic(
        .missingArgument, "\(error.option) is needed: \(error.allowed)", at: range)
    }
    return Diagnostic(
      .range, "\(error.option) must be \(error.allowed), not \(value)", at: range,
      label: error.allowed)
  }

  static func diagnostic(_ error: NoFeatures, at range: SourceRange?) -> Diagnostic {
    guard !error.askedForPixels else {
      return Diagnostic(
        .needsEmbedding, "\(error.dataset) has no images, so no pixels", at: range,
        notes: ["it brings features of its own: leave features= out"])
    }
    return Diagnostic(
      .needsEmbedding, "\(error.dataset) has no embedding of its own", at: range,
      notes: ["give one: features=FILE, or features=pca:50 (poor coverage on pixels)"])
  }

  static func diagnostic(_ error: PCAError, at range: SourceRange?) -> Diagnostic {
    switch error {
    case .dimensions(let asked, let largest):
      Diagnostic(.range, "pca:\(asked): D must be from 1 to \(largest)", at: range)
    case .tooLarge(let order, let largest):
      Diagnostic(
        .refused, "a PCA of order \(order) is too large, the largest is \(largest)", at: range)
    case .columns(let found, let expected):
      Diagnostic(.fileFormat, "rows of \(found) values where \(expected) are expected", at: range)
    case .notFinite: Diagnostic(.fileFormat, "the features are not all finite", at: range)
    case .noConvergence: Diagnostic(.refused, "the eigenvalues did not converge", at: range)
    }
  }

  static func diagnostic(_ error: NetworkError, _ command: BoundCommand?) -> Diagnostic {
    let range = command?.range
    switch error {
    case .noSamples: return Diagnostic(.needsLabels, "there is nothing to train on", at: range)
    case .counts(let rows, let labels):
      return Diagnostic(.fileFormat, "\(labels) labels for \(rows) rows", at: range)
    case .label(let label, let position, let classes):
      return Diagnostic(
        .fileFormat, "row \(position): label \(label) is not one of 0…\(classes - 1)", at: range)
    case .columns(let found, let expected):
      return Diagnostic(
        .fileFormat, "rows have \(found) features, the model has weights for \(expected)",
        at: range)
    case .setting(let name, let value, let allowed):
      return Diagnostic(
        .range, "\(name) must be \(allowed), not \(Value(value).text)",
        at: command?.arguments.ranges[name] ?? range, label: allowed)
    case .diverged:
      return Diagnostic(
        .refused, "training diverged: losses are not finite any more", at: range,
        notes: ["use a smaller lr=, or scale=auto"])
    case .storedWeights(let bytes, _):
      return Diagnostic(
        .workspaceCorrupt, "the stored weights (\(bytes) bytes) are not as they were written",
        at: range)
    case .image(let shape, let network):
      return Diagnostic(
        .refused, "images of \(shape.height) × \(shape.width) are too small for \(network)",
        at: range)
    case .weights(let name, let found, let expected):
      return Diagnostic(
        .fileFormat,
        found.map { "\(name) has the shape \($0), the network needs \(expected)" }
          ?? "\(name) is missing, an array of the shape \(expected)", at: range)
    case .numberFormat(let format):
      return Diagnostic(
        .refused, "this processor does not multiply \(format.rawValue) numbers", at: range,
        notes: ["use precision=f32"])
    case .engine(let reason):
      return Diagnostic(.refused, "the network cannot run: \(reason)", at: range)
    }
  }

  private static func code(_ kind: FileError.Kind) -> Diagnostic.Code {
    switch kind {
    case .missing, .unwritable: .fileMissing
    case .format: .fileFormat
    case .forbidden: .fileForbidden
    case .tooLarge: .refused
    }
  }

  private static func words(_ place: FileError.Place) -> String {
    switch place {
    case .byte(let offset): "byte \(offset)"
    case .row(let row): "row \(row)"
    case .cell(let row, let column): "row \(row), column \(column)"
    case .element(let index): "element \(index)"
    case .line(let line): "line \(line)"
    }
  }
}
