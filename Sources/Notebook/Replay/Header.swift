import CommandLanguage
import WorkspaceStore

/// The first `#:` line of a saved script: under which conditions it was recorded.
package struct ReplayHeader: Sendable {
  /// Of the format of scripts.
  static let version = 1

  let version: String
  let line: RecordLine

  /// Of a session as it stands.
  init(_ session: Session) throws {
    var data: [String] = []
    var features: [String] = []
    let line = try session.lease.lineage()
    for cell in line {
      guard let text = cell.effect, let effect = try? Effect(text: text),
        case .loaded(let record) = effect
      else { continue }
      let item = "\(record.dataset):sha256:\(record.digest)"
      if !data.contains(item) { data.append(item) }
      if let digest = record.features?.fileDigest {
        let item = "\(record.dataset):sha256:\(digest)"
        if !features.contains(item) { features.append(item) }
      }
    }
    var pairs = [("seed", String(session.lease.seed))]
    if !data.isEmpty { pairs.append(("data", data.joined(separator: ","))) }
    if !features.isEmpty { pairs.append(("features", features.joined(separator: ","))) }
    let platform = try Platforms(session.lease).platform(at: line) ?? .current
    pairs += ["threads", "kernels"].compactMap { key in platform[key].map { (key, $0) } }
    version = String(Self.version)
    self.line = RecordLine(pairs)
  }

  /// Of a script that was saved; nil for one that was not.
  package init?(_ script: Script) {
    guard let header = script.comments.lazy.compactMap({ ReplayHeader($0) }).first else {
      return nil
    }
    self = header
  }

  /// Of a text; nil where it is no script, too.
  package init?(_ source: SourceText) {
    guard let script = try? Parser.parse(source) else { return nil }
    self.init(script)
  }

  /// Nil where the comment is no header.
  init?(_ comment: Comment) {
    guard comment.kind == .machine, comment.text.hasPrefix("winnow ") else { return nil }
    version = String(comment.text.dropFirst("winnow ".count).prefix { $0 != " " })
    line = RecordLine(parsing: comment.text)
  }

  var text: String { "#: winnow \(Self.version) \(line.text)" }
  package var seed: Int { line["seed"].flatMap { Int($0) } ?? 0 }

  /// What differs from `other`, in words: data first, since that explains all the rest.
  func differences(from other: ReplayHeader) -> [String] {
    let versions =
      version == other.version
      ? [] : ["version differs: recorded \(version), this one writes \(other.version)"]
    return versions
      + ["data", "features", "seed", "threads", "kernels"].compactMap { key in
        // Scripts of before do not say which features they were recorded with.
        guard line[key] != other.line[key], key != "features" || line[key] != nil else {
          return nil
        }
        let words = ["data", "features"].contains(key) ? "your \(key) differ" : "\(key) differ"
        return "\(words): recorded \(line[key] ?? "none"), now \(other.line[key] ?? "none")"
      }
  }
}
