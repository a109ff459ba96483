import ActiveLearning
import CommandLanguage
import Foundation

/// Values that lie in the workspace as blobs of JSON.
enum Stored {
  static func bytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Array(try encoder.encode(value))
  }

  static func value<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }
}

/// What decided a judgement, with the samples that it is about.
struct StoredEvidence: Codable {
  let samples: [Int]
  let evidence: Evidence
}

extension Invocation {
  /// A value that a cell has kept; nil where the cell kept none.
  /// - Throws: `workspace-corrupt`.
  func stored<Value: Decodable>(_ type: Value.Type, _ digest: String?) throws -> Value? {
    try digest.map { try session.workspace.kept($0, as: type) }
  }

  /// Has a value stored with the cell, and returns its digest.
  mutating func keep(_ value: some Encodable, as name: String) throws -> String {
    keep(try Stored.bytes(value), as: name)
  }

  /// A judgement without its lists; what belongs to it is stored with the cell.
  mutating func keep(_ verdict: Verdict) throws -> VerdictRecord {
    VerdictRecord(
      filter: verdict.filter, options: verdict.options, threshold: verdict.threshold,
      evidenceBlob: try verdict.evidence.map {
        try keep(StoredEvidence(samples: verdict.labeled, evidence: $0), as: "evidence")
      },
      recordsBlob: try verdict.records.map { try keep($0, as: "records") })
  }
}
