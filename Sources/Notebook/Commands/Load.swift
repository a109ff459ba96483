import ActiveLearning
import CommandLanguage
import Datasets
import LinearAlgebra
import WorkspaceStore

extension Vocabulary {
  static let load = Row(
    Entry(
      .command, "load", "opens a data set: nothing labeled, noise none, filter aum, round 0",
      parameters: [
        .option(
          "features", .features, default: .computed("the data set's own"),
          "the embedding: pca:D, pixels, a .npy file, or FILE.npz:key"),
        .option(
          "test_features", .file, default: .absent, "the test split's rows of a features file"),
        .option("path", .file, default: .absent, "the folder of the data set's files"),
        .option(
          "metric", .choice(["l2", "cosine"]), default: .value("l2"),
          "the distance of balls and neighbours"),
        .option(
          "normalization", .choice(["unit", "max", "none"]), default: .value("unit"),
          "rows to norm 1, all by the largest norm, or as they are"),
        .option(
          "scale", scaleKind, default: .value("auto"),
          "what filters and linear models see: mean norm 2.5, raw, unit, or a mean norm"),
      ],
      details: """
        The labeled set, the noise and the model of before are gone; variables and seed stay.
        Data directories, in order: --data, $WINNOW_DATA, ./data, $XDG_CACHE_HOME/winnow,
        /usr/share/datasets.
        """,
      examples: ["load digits", "load digits features=pixels normalization=unit"]),
    CommandImplementation(
      method: .dataset, changesState: true, isLong: true, action: .compute(runLoad)))

  @Sendable private static func runLoad(_ invocation: inout Invocation) throws -> Output {
    let plan = try LoadPlan(invocation.bound)
    let dataset = try plan.open(invocation.environment.data)
    let features = try plan.features(of: dataset)
    try Interrupt.check()
    let record = try keepRecord(plan, dataset, features, &invocation)
    let handle = DataHandle(
      record: record, workspace: invocation.session.workspace,
      directories: invocation.environment.data, dataset: dataset,
      embedding: record.features.map { LoadPlan.embedding(features.train, $0) },
      testFeatures: features.test)
    invocation.session.adopt(handle)
    invocation.effect = .loaded(record)
    invocation.settings = CellSettings(
      dataset: record.dataset, noise: "none", seed: invocation.state.seed)
    return output(record)
  }

  private static func keepRecord(
    _ plan: LoadPlan, _ dataset: Dataset, _ features: (train: Matrix, test: Matrix?),
    _ invocation: inout Invocation
  ) throws -> DataRecord {
    let source = try plan.source
    if source != "own" { invocation.bound.arguments.resolve("features", Value(naming: source)) }
    var trainBlob: String?
    var testBlob: String?
    if try plan.isComputed {
      trainBlob = invocation.keep(
        Digest.bytes(floats: features.train.elements), as: "features")
      testBlob = features.test.map {
        invocation.keep(Digest.bytes(floats: $0.elements), as: "test_features")
      }
    }
    return DataRecord(
      command: invocation.bound.withWholePaths.canonical, dataset: plan.dataset.name,
      train: dataset.train.labels.count, test: dataset.test?.labels.count ?? 0,
      classes: dataset.classNames.count,
      classNames: dataset.classNames == (0..<dataset.classNames.count).map(String.init)
        ? nil : dataset.classNames,
      features: DataRecord.Features(
        source: source, dimensions: features.train.columns,
        normalization: plan.option("normalization"), metric: plan.option("metric"),
        trainBlob: trainBlob, testBlob: testBlob),
      scale: plan.option("scale"), delta: try plan.delta, digest: LoadPlan.digest(dataset))
  }

  private static func output(_ record: DataRecord) -> Output {
    let features = record.features.map {
      JSON.record(
        ("source", .string($0.source)), ("dimensions", .int($0.dimensions)),
        ("normalization", .string($0.normalization)))
    }
    var line =
      "\(record.dataset): \(Format.grouped(record.train)) train, "
      + "\(Format.grouped(record.test)) test, \(record.classes) classes"
    if let features = record.features {
      line += ", features \(features.source) (\(features.dimensions) dimensions)"
    }
    return Output(
      record: .record(
        ("dataset", .string(record.dataset)), ("train", .int(record.train)),
        ("test", .int(record.test)), ("classes", .int(record.classes)),
        ("features", features ?? .null), ("digest", .string(record.digest))),
      lines: [line])
  }
}
