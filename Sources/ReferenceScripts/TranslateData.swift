import CommandLanguage

/// `seed`, `load` and `noise`.
extension Translator {
  mutating func seed() throws -> [String] {
    guard let seed = take(.seed, "RNG_SEED", default: isStart ? "1" : nil) else { return [] }
    return ["seed \(try seed.integer(from: 0))"]
  }

  mutating func dataset() throws -> ReferenceDataset {
    guard let name = take(nil, "DATASET.NAME") else {
      throw Diagnostic(
        .missingArgument, "the configuration has no DATASET.NAME",
        source: configuration.source)
    }
    return try ReferenceNames.datasets.find(name)
  }

  mutating func load(_ dataset: ReferenceDataset) throws -> String {
    var line = Line("load", dataset.name)
    if let classes = take(nil, "MODEL.NUM_CLASSES") {
      if try classes.integer(from: 1) != dataset.classes {
        ignore(classes.name, classes.text, "\(dataset.name) has \(dataset.classes) classes")
      }
    }
    addRepresentation(&line, dataset)
    let metric = try metric()
    if metric != "l2" { line.option("metric", metric) }
    if try !isUnit() { line.option("normalization", "max") }
    return line.text
  }

  private mutating func addRepresentation(_ line: inout Line, _ dataset: ReferenceDataset) {
    let key = "DATASET.REPRESENTATION_MODEL"
    if flags[.representation] != nil { use(key) }
    guard
      let name = flags[.representation] != nil
        ? take(.representation, nil) : take(nil, key)
    else { return }
    use("DATASET.REPRESENTATION_DIM")
    switch Representation.find(name.text, for: dataset.name) {
    case .ownDefault: break
    case .files(let train, let test):
      line.option("features", train)
      line.option("test_features", test)
      note("the embedding '\(name.text)' is \(train) and \(test), below the current folder")
    case .unknown:
      ignore(name.name, name.text, "where its files are is not known: load … features=FILE")
    }
  }

  private mutating func metric() throws -> String {
    let key = "ACTIVE_LEARNING.USE_COSINE_DIST"
    if let flag = flags[.metric] ?? (isStart ? Setting(name: "", text: "l2") : nil) {
      use(key)
      _ = take(.metric, nil)
      return try ReferenceNames.metrics.find(flag)
    }
    return try take(nil, key)?.truth() == true ? "cosine" : "l2"
  }

  private mutating func isUnit() throws -> Bool {
    let key = "ACTIVE_LEARNING.PROJECT_FEATURES_TO_UNIT_SPHERE"
    if flags[.normalization] != nil || isStart {
      use(key)
      return Spelling.normalised(take(.normalization, nil, or: "unit_norm").text) == "unitnorm"
    }
    return try take(nil, key)?.truth() ?? true
  }

  /// The noise that the reference runs: what the configuration says, or sym, its default; the
  /// command line has no say in it there.
  mutating func noise(_ dataset: ReferenceDataset) throws -> [String] {
    let byDefault = Setting(name: "NOISE.NOISE_TYPE", text: dataset.isNoisy ? "noisy_label" : "sym")
    let written = take(nil, "NOISE.NOISE_TYPE")
    let type = try ReferenceNames.noises.find(written ?? byDefault)
    if let typed = take(.noiseType, nil) {
      let asked = try ReferenceNames.noises.find(typed)
      if asked != type {
        let reason =
          "the reference runs \(type), which its configuration "
          + (written == nil ? "has by default" : "says") + ", whatever the flag is"
        ignore(typed.name, typed.text, reason)
        note("--noise_type \(typed.text) has no effect: \(reason)")
      }
    }
    switch type {
    case "sym", "asym": return [try synthetic(type, dataset, written ?? byDefault)]
    case "clean_label":
      try checkHuman(type, dataset, written ?? byDefault)
      ignoreRate("clean labels have none")
      return ["noise none"]
    default:
      try checkHuman(type, dataset, written ?? byDefault)
      ignoreRate("the rate is that of the labels; spc= counts with the measured one")
      return dataset.isNoisy ? [] : ["noise human \(type)"]
    }
  }

  private mutating func ignoreRate(_ reason: String) {
    if let rate = flags[.noiseRate], Double(rate.text) == 0 { use() }
    ignore(.noiseRate, reason)
    ignore(key: "NOISE.NOISE_RATE", reason)
  }

  private mutating func synthetic(
    _ type: String, _ dataset: ReferenceDataset, _ setting: Setting
  ) throws -> String {
    if dataset.isNoisy { try checkHuman(type, dataset, setting) }
    let rate = try take(.noiseRate, "NOISE.NOISE_RATE", or: "0.0").number(0...1)
    guard rate > 0 else { return "noise none" }
    var line = Line("noise", type)
    line.add(Value(rate).text)
    if type == "asym" && dataset.probe {
      line.option("matrix", "probe")
      note("the reference's confusion matrix is not published: matrix=probe makes one as it did")
    }
    return line.text
  }

  private func checkHuman(
    _ type: String, _ dataset: ReferenceDataset, _ setting: Setting
  ) throws {
    let own = dataset.isNoisy ? ["noisy_label"] : dataset.human + ["clean_label", "sym", "asym"]
    guard !own.contains(type) else { return }
    throw setting.error(
      .unknownName, "\(dataset.name) has no noise '\(setting.text)'",
      notes: ["values: " + own.joined(separator: ", ")])
  }
}
