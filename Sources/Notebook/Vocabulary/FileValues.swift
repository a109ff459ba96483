import CommandLanguage
import Datasets
import Foundation

/// Values that name files, alone or among other things.
extension Parameter.Kind {
  /// Whether it names files, or methods that may.
  var isFile: Bool {
    switch self {
    case .file, .features, .methods: true
    case .either(let kinds): kinds.contains(where: \.isFile)
    default: false
    }
  }

  /// The value with its file named from the root.
  func wholePath(_ value: Value) -> Value {
    let path = value.plainText
    if case .features = self, case .file? = try? FeatureSource(path) {
      return Value(naming: Self.whole(path))
    }
    if case .file = self { return Value(naming: Self.whole(path)) }
    if case .methods(let kind) = self {
      return .list((value.list ?? [value]).map { Self.wholeMethod($0, kind) })
    }
    if case .either = self, value.number == nil { return Value(naming: Self.whole(path)) }
    return value
  }

  /// A method with the files among its options named from the root.
  private static func wholeMethod(_ value: Value, _ kind: EntryKind) -> Value {
    guard case .method(let name, let options) = value,
      let entry = Vocabulary.find(kind, name)?.entry
    else { return value }
    return .method(
      name,
      options.map { option in
        let parameter = entry.parameters.first { $0.standsIn(for: option.name) }
        guard let parameter, parameter.kind.isFile else { return option }
        return MethodOption(option.name, parameter.kind.wholePath(option.value))
      })
  }

  fileprivate static func whole(_ path: String) -> String { URL(fileURLWithPath: path).path }

  /// `pca:D`, `pixels`, or a file that is there.
  static func features(_ given: Given, _ name: String) throws(Diagnostic) -> Value {
    let source: FeatureSource
    do {
      source = try FeatureSource(given.value.plainText)
    } catch {
      var diagnostic = Diagnosis.diagnose(error, command: nil)
      diagnostic.range = given.range
      throw diagnostic
    }
    if case .file = source { try requireFile(given, name) }
    return Value(naming: source.text)
  }

  /// A file, or `FILE:key`.
  static func requireFile(_ given: Given, _ name: String) throws(Diagnostic) {
    let path = given.value.plainText
    if FileManager.default.fileExists(atPath: path) { return }
    if let colon = path.lastIndex(of: ":"), colon != path.startIndex,
      FileManager.default.fileExists(atPath: String(path[..<colon]))
    {
      return
    }
    throw Diagnostic(
      .fileMissing, "no file '\(path)'", at: given.range,
      label: "\(name) must be there already",
      notes: ["looked in \(FileManager.default.currentDirectoryPath)"])
  }
}

extension BoundCommand {
  /// The files, or folders, that it writes.
  var writtenFiles: [String] {
    parameters.compactMap { parameter in
      switch parameter.kind {
      case .newFile, .picture: arguments.text(parameter.name)
      default: nil
      }
    }
  }

  /// The parameter whose value names `path`, a folder that it is in, or an array in it.
  func parameter(ofFile path: String) -> String? {
    let whole = Parameter.Kind.whole(path)
    return parameters.filter(\.kind.isFile).map(\.name).first { name in
      guard let typed = arguments.text(name) else { return false }
      let named = Parameter.Kind.whole(typed)
      return named == whole || named.hasPrefix(whole + ":") || whole.hasPrefix(named + "/")
    }
  }

  /// Where that value was typed.
  func place(ofFile path: String) -> SourceRange? {
    parameter(ofFile: path).flatMap { arguments.ranges[$0] }
  }
}
