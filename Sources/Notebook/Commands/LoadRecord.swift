import CommandLanguage
import Datasets
import LinearAlgebra

/// What a `load` leaves behind, worked out from what it opened.
struct LoadRecord {
  let plan: LoadPlan
  let opened: LoadPlan.Opened
  let chosen: ChosenFeatures?
  let features: (train: Matrix, test: Matrix?)?

  /// Keeps the arrays that cannot be read again, and names everything else.
  func keep(_ invocation: inout Invocation) -> DataRecord {
    let dataset = opened.dataset
    nameFeatures(&invocation)
    let kept = keepFeatures(&invocation)
    let cut = opened.cut.map {
      DataRecord.Part(
        blob: invocation.keep(Digest.bytes(ints: $0.indices), as: "subset"), whole: $0.whole)
    }
    return DataRecord(
      command: invocation.bound.withWholePaths.canonical, dataset: plan.entry.name,
      train: dataset.train.labels.count, test: dataset.test?.labels.count ?? 0,
      classes: dataset.classNames.count,
      classNames: dataset.classNames == (0..<dataset.classNames.count).map(String.init)
        ? nil : dataset.classNames,
      features: kept, scale: plan.option("scale"),
      delta: kept.flatMap { plan.delta($0.source, dimensions: $0.dimensions) },
      digest: dataset.digest(), cut: cut)
  }

  /// Fills in the embedding that nobody typed, so that the canonical command names it.
  private func nameFeatures(_ invocation: inout Invocation) {
    guard case .named(let source, let testFile) = chosen?.source else { return }
    invocation.bound.arguments.resolve("features", Value(naming: source.text))
    if let testFile { invocation.bound.arguments.resolve("test_features", Value(naming: testFile)) }
  }

  private func keepFeatures(_ invocation: inout Invocation) -> DataRecord.Features? {
    guard let chosen, let features else { return nil }
    var trainBlob: String?
    var testBlob: String?
    if chosen.isComputed {
      trainBlob = invocation.keep(
        Digest.bytes(floats: features.train.elements), as: "features")
      testBlob = features.test.map {
        invocation.keep(Digest.bytes(floats: $0.elements), as: "test_features")
      }
    }
    return DataRecord.Features(
      source: chosen.text, dimensions: features.train.columns,
      normalization: plan.option("normalization"), metric: plan.option("metric"),
      trainBlob: trainBlob, testBlob: testBlob,
      fileDigest: chosen.isFromFile ? Digest.sha256(rows: features.train, features.test) : nil)
  }
}

/// What `load` says.
enum LoadReport {
  static func output(_ record: DataRecord) -> Output {
    let features = record.features.map {
      JSON.record(
        ("source", .string($0.source)), ("dimensions", .int($0.dimensions)),
        ("normalization", .string($0.normalization)))
    }
    return Output(
      record: .record(
        ("dataset", .string(record.dataset)), ("train", .int(record.train)),
        ("test", .int(record.test)), ("classes", .int(record.classes)),
        ("features", features ?? .null), ("digest", .string(record.digest))),
      lines: [line(record)])
  }

  private static func line(_ record: DataRecord) -> String {
    var line = "\(record.dataset): \(Format.grouped(record.train)) train"
    if let cut = record.cut { line += " of \(Format.grouped(cut.whole))" }
    line += ", \(Format.grouped(record.test)) test, \(record.classes) classes"
    if let features = record.features {
      line += ", features \(features.source) (\(features.dimensions) dimensions)"
    } else {
      line += ", no embedding yet"
    }
    if let noise = record.noise { line += ", noise \(noise.model)" }
    return line
  }
}
