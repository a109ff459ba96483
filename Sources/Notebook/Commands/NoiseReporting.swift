import ActiveLearning
import CommandLanguage
import Networks

/// What `noise` and `show noise` say about the oracle.
enum NoiseReporting {
  static func output(_ record: NoiseRecord, _ sheet: AnswerSheet, _ data: DataHandle) throws
    -> Output
  {
    guard let report = try report(sheet.exhausted, data) else {
      return Output(
        record: json(record, nil),
        lines: [
          "noise \(record.model): the truth is not known, labels sha256 \(record.digest.prefix(16))…"
        ])
    }
    let requested = record.requestedRate.map { "requested \(Format.fraction($0)), " } ?? ""
    return Output(
      record: json(record, report),
      lines: [
        "noise \(record.model): \(requested)realised \(Format.fraction(report.realisedRate)), "
          + "labels sha256 \(record.digest.prefix(16))…"
      ] + (try tiring(sheet, data)))
  }

  /// What annotators who tire say at first; reports are of what they say in the end.
  private static func tiring(_ sheet: AnswerSheet, _ data: DataHandle) throws -> [String] {
    guard sheet.tires, let report = try report(sheet.rested, data) else { return [] }
    return ["  realised \(Format.fraction(report.realisedRate)) at the first label"]
  }

  /// Rates per class and where the labels went, as a table.
  static func table(_ observed: [Int], _ data: DataHandle) throws -> Table? {
    guard let report = try report(observed, data) else { return nil }
    let names = data.classNames
    return Table(
      columns: [.init("class"), .init("name"), .init("rate"), .init("most often")],
      rows: report.perClass.indices.map { c in
        let row = report.matrix[c]
        let other = row.indices.filter { $0 != c && (row[$0] ?? 0) > 0 }
          .max { (row[$0] ?? 0) < (row[$1] ?? 0) }
        return [
          .int(c), .string(names[c]), .optional(report.perClass[c]),
          .optional(other.map { "\(names[$0]) (\(Format.fraction(row[$0])))" }),
        ]
      })
  }

  /// Nil where it is known of no label whether it is right.
  static func report(_ observed: [Int], _ data: DataHandle) throws -> NoiseReport? {
    let truth = try data.truth()
    let known = truth.known(Array(observed.indices), observed)
    guard !known.isEmpty else { return nil }
    let knownWrong = known.count { !$0.isRight && truth.label(of: $0.position) == nil }
    return NoiseReport(
      observed: observed, truth: observed.indices.map { truth.label(of: $0) },
      knownWrong: knownWrong, classes: data.record.classes)
  }

  private static func json(_ record: NoiseRecord, _ report: NoiseReport?) -> JSON {
    let evaluation = report.map {
      JSON.record(
        ("realised_rate", .double($0.realisedRate)), ("per_class", .doubles($0.perClass)),
        ("matrix", .array($0.matrix.map(JSON.doubles))))
    }
    return .record(
      ("model", .string(record.model)), ("requested_rate", .optional(record.requestedRate)),
      ("digest", .string(record.digest)), ("evaluation", evaluation ?? .null))
  }
}
