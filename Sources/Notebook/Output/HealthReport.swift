import CommandLanguage
import Foundation
import LinearAlgebra
import Networks
import WorkspaceStore

/// What `winnow doctor` finds: of the workspace, the libraries and the processor, the data folders.
package struct HealthReport {
  private struct Finding {
    let subject: String
    let isWell: Bool
    let detail: String
  }

  private var findings: [Finding] = []

  package init() {}

  /// Whether nothing is damaged.
  package var isWell: Bool { findings.allSatisfy(\.isWell) }

  private mutating func add(_ subject: String, _ detail: String, isWell: Bool = true) {
    findings.append(Finding(subject: subject, isWell: isWell, detail: detail))
  }

  /// A workspace that could be opened.
  /// - Throws: what reading it throws.
  package mutating func examine(_ workspace: Workspace) throws {
    let found = try workspace.examine()
    add(
      "workspace",
      "\(workspace.path): format \(found.version), \(Format.count(found.sessions, "session")), "
        + "\(Format.count(found.cells, "cell")), \(ByteCount.text(found.bytes))")
    add(
      "pages and indexes",
      found.damages.isEmpty ? "well" : found.damages.joined(separator: "; "),
      isWell: found.damages.isEmpty)
    add(
      "references",
      found.orphans == 0 ? "well" : "\(found.orphans) rows refer to what is not there",
      isWell: found.orphans == 0)
    try examineBlobs(workspace)
    try examineSessions(workspace)
    if found.abandoned > 0 {
      add(
        "cells",
        "\(Format.count(found.abandoned, "cell")) of processes that are gone; opening the session "
          + "marks them crashed, and resume goes on")
    }
  }

  /// Reads back what each session's cells have left behind, as opening it would.
  private mutating func examineSessions(_ workspace: Workspace) throws {
    let sessions = try workspace.sessions()
    let damaged = sessions.compactMap { session -> String? in
      do {
        let lease = try workspace.readingLease(.number(session.number))
        _ = try Restoration(lease: lease, records: lease.lineage()).effects()
        return nil
      } catch WorkspaceError.corrupt(_, let detail) {
        return "session \(session.number): \(detail)"
      } catch {
        return "session \(session.number): \(error)"
      }
    }
    add(
      "sessions",
      damaged.isEmpty
        ? "\(Format.count(sessions.count, "session")), each can be opened"
        : damaged.prefix(3).joined(separator: "; "),
      isWell: damaged.isEmpty)
  }

  private mutating func examineBlobs(_ workspace: Workspace) throws {
    var count = 0
    var damaged: [String] = []
    try workspace.forEachBlob { digest, bytes in
      count += 1
      if Digest.sha256(bytes) != digest { damaged.append(digest) }
    }
    add(
      "arrays",
      damaged.isEmpty
        ? "\(Format.count(count, "array")), each as its digest says"
        : "\(damaged.count) of \(count) are not as their digests say: "
          + damaged.prefix(3).joined(separator: ", "),
      isWell: damaged.isEmpty)
  }

  /// A workspace that is not there, or cannot be opened.
  package mutating func add(_ path: String, _ error: WorkspaceError) {
    let diagnostic = WorkspaceMessage.diagnostic(error)
    if case .missing = error {
      add("workspace", diagnostic.message)
    } else {
      add("workspace", diagnostic.message, isWell: false)
    }
  }

  /// Libraries, processor, memory, folders.
  package mutating func examine(_ environment: Environment, terminal: String) {
    add("SQLite", Workspace.libraryVersion)
    add("OpenBLAS", "kernels for \(OpenBLAS.coreName)")
    add("oneDNN", NetworkLibrary.version)
    add(
      "processor",
      "kernels \(Kernels.name); bfloat16: products of pairs "
        + "\(Kernels.multipliesRounded ? "yes" : "no"), networks "
        + "\(NetworkLibrary.multipliesBrainFloats ? "yes" : "no")")
    add("threads", "\(Parallel.threads) of \(ProcessInfo.processInfo.activeProcessorCount) cores")
    add("memory", "\(ByteCount.text(environment.memory)) for graphs and kernels (set memory)")
    if let cache = environment.cache {
      add(
        "cache",
        "\(cache.folder): \(ByteCount.text(cache.size)) of \(ByteCount.text(cache.limit))")
    }
    for folder in environment.data.paths { add("data", Self.folder(folder)) }
    add("terminal", terminal)
  }

  private static func folder(_ path: String) -> String {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      return "\(path): not there"
    }
    let shown = names.filter { !$0.hasPrefix(".") }.sorted()
    return "\(path): " + (shown.isEmpty ? "empty" : shown.joined(separator: ", "))
  }

  package var output: Output {
    let table = Table(
      columns: [.init("subject"), .init("well"), .init("detail")],
      rows: findings.map { [.string($0.subject), .bool($0.isWell), .string($0.detail)] })
    return Output(
      table: table,
      lines: isWell ? [] : ["something is damaged: see below; nothing was changed"])
  }
}
