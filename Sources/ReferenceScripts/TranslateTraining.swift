import CommandLanguage

/// `train`.
extension Translator {
  mutating func train(_ dataset: ReferenceDataset) throws -> String {
    let model = try model()
    var line = Line("train", model)
    if let all = take(.trainOnAll, nil), try all.truth() { line.option("on", "all") }
    if !isStart, flags[.trainOnAll] == nil {
      note(
        "whether the run trained on suspected labels, too, is in no file of it: add on=all if so")
    }
    guard model != "1nn" else {
      ignoreTraining()
      return line.text
    }
    line.option(
      "epochs", Value(try take(.epochs, "OPTIM.MAX_EPOCH", or: "200").integer(from: 1)))
    line.option("lr", try take(nil, "OPTIM.BASE_LR", or: "0.1").number(.fromZero))
    line.option("batch", Value(try take(nil, "TRAIN.BATCH_SIZE", or: "128").integer(from: 1)))
    try addOptimiser(&line)
    try addRate(&line)
    try addChoices(&line)
    try addAugmentation(&line, model, dataset)
    return line.text
  }

  private mutating func model() throws -> String {
    let linear = try take(.linearModel, "MODEL.LINEAR_FROM_FEATURES", or: "False").truth()
    let nearest = try take(.nearestModel, "MODEL.USE_1NN", or: "False").truth()
    if let given = flags[.nearestModel], linear, nearest {
      throw given.error(.syntax, "either \(Flag.linearModel.rawValue) or \(given.name), not both")
    }
    guard let type = take(nil, "MODEL.TYPE") else {
      if linear || nearest { return linear ? "linear" : "1nn" }
      throw Diagnostic(
        .missingArgument, "the configuration has no MODEL.TYPE", source: configuration.source)
    }
    let name = try ReferenceNames.models.find(type)
    let chosen = linear ? "linear" : nearest ? "1nn" : name
    if chosen != name { ignore(type.name, type.text, "the model is \(chosen)") }
    if let pretrained = take(nil, "MODEL.PRETRAINED"), try pretrained.truth() {
      let reason = "the weights of a network start from random ones"
      ignore(pretrained.name, pretrained.text, reason)
      if chosen != "linear" && chosen != "1nn" { note("MODEL.PRETRAINED is left out: \(reason)") }
    }
    return chosen
  }

  private mutating func ignoreTraining() {
    let reason = "1nn is not trained"
    for key in configuration.keys where key.hasPrefix("OPTIM.") { ignore(key: key, reason) }
    for key in ["TRAIN.BATCH_SIZE", "TRAIN.BALANCE_CLASSES", "DATASET.AUG_METHOD"] {
      ignore(key: key, reason)
    }
    ignore(key: "ACTIVE_LEARNING.FINE_TUNE", reason)
    ignore(.epochs, reason)
    ignore(.balance, reason)
    ignore(.finetune, reason)
  }

  private mutating func addOptimiser(_ line: inout Line) throws {
    let type = take(nil, "OPTIM.TYPE", or: "sgd")
    _ = try NameTable<String>([(["sgd"], "sgd")]).find(type)
    let momentum = try take(nil, "OPTIM.MOMENTUM", or: "0.9").number(0...1)
    if momentum != 0.9 { line.option("momentum", momentum) }
    let decay = try take(nil, "OPTIM.WEIGHT_DECAY", or: "0.0005").number(.fromZero)
    if decay != 0.0003 { line.option("weight_decay", decay) }
    let nesterov = take(nil, "OPTIM.NESTEROV", or: "False")
    if try !nesterov.truth() {
      ignore("OPTIM.NESTEROV", nesterov.text, "momentum is Nesterov's")
    }
    for (key, harmless) in [
      ("OPTIM.DAMPENING", 0.0), ("OPTIM.MIN_LR", 0), ("OPTIM.WARMUP_EPOCHS", 0),
    ] where configuration[key].flatMap({ Double($0.text) }) == harmless {
      use(key)
    }
  }

  private mutating func addRate(_ line: inout Line) throws {
    let policy = try ReferenceNames.rates.find(take(nil, "OPTIM.LR_POLICY", or: "cos"))
    guard policy != "cos" else { return }
    line.option("schedule", policy)
    if policy == "steps", let steps = configuration.list("OPTIM.STEPS"), !steps.isEmpty {
      use("OPTIM.STEPS")
      line.option("steps", .list(try steps.map { Value(try $0.integer(from: 0)) }))
    }
    let key = policy == "exp" ? "OPTIM.GAMMA" : "OPTIM.LR_MULT"
    guard let factor = take(nil, key), Double(factor.text) != 0.1 else { return }
    ignore(key, factor.text, "schedule=\(policy) has the factor 0.1")
  }

  private mutating func addChoices(_ line: inout Line) throws {
    let balance = try [flags[.balance], configuration["TRAIN.BALANCE_CLASSES"]]
      .contains { try $0?.truth() == true }
    _ = take(.balance, nil)
    use("TRAIN.BALANCE_CLASSES")
    if balance { line.option("balance", "True") }
    if try take(.finetune, "ACTIVE_LEARNING.FINE_TUNE", or: "False").truth() {
      line.option("finetune", "True")
    }
  }

  /// The reference knows three names; any other adds nothing to the crop.
  private mutating func addAugmentation(
    _ line: inout Line, _ model: String, _ dataset: ReferenceDataset
  ) throws {
    let setting = take(nil, "DATASET.AUG_METHOD", or: "hflip")
    guard model != "linear" else {
      if configuration["DATASET.AUG_METHOD"] != nil {
        ignore(setting.name, setting.text, "features are not augmented")
      }
      return
    }
    switch setting.text.lowercased() {
    case "hflip": if !dataset.flips { line.option("augment", "flip") }
    case "simclr": line.option("augment", "simclr")
    case "randaug":
      line.option("augment", "randaug")
      try addRandAugment(&line)
    default:
      if !dataset.isNoisy, dataset.flips {
        line.option("augment", "crop")
        note("DATASET.AUG_METHOD '\(setting.text)' is no name of the reference: no flip there")
      }
    }
  }

  private mutating func addRandAugment(_ line: inout Line) throws {
    use("RANDAUG.ACTIVATE")
    let n = try take(nil, "RANDAUG.N", or: "1").integer(from: 1)
    let m = try take(nil, "RANDAUG.M", or: "5").integer(from: 0)
    if n != 1 { line.option("n", Value(n)) }
    if m != 5 { line.option("m", Value(m)) }
  }
}
