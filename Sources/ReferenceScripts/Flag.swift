/// The flags of the reference's `train_al.py`, and those of its earlier program that mean the same.
enum Flag: String, CaseIterable {
  case configuration = "--cfg"
  case experimentName = "--exp-name"
  case seed = "--seed"
  case strategy = "--al"
  case initialSize = "--initial_budget_size"
  case budget = "--budget"
  case episodes = "--num_episodes"
  case samplesPerClass = "--samples_per_class"
  case normalization = "--features_normalization"
  case metric = "--distance_metric"
  case delta = "--initial_delta"
  case schedule = "--delta_policy"
  case softening = "--delta_softening_policy"
  case considerNoise = "--delta_consider_noise"
  case noiseDropout = "--use_noise_dropout"
  case filter = "--lnl"
  case noiseType = "--noise_type"
  case noiseRate = "--noise_rate"
  case trainOnAll = "--train_on_all_labeled_data"
  case momentum = "--noise_mom_coeff"
  case neighbours = "--use_neighbors_for_threshold"
  case linearModel = "--use_linear_model"
  case nearestModel = "--use_1nn_model"
  case balance = "--balance_classes"
  case logisticK = "--k_logistic"
  case logisticA = "--a_logistic"
  case epochs = "--max_epoch"
  case finetune = "--finetune"
  case representation = "--rep"

  /// How many values follow.
  enum Arity { case none, one, several }

  var arity: Arity {
    switch self {
    case .considerNoise, .noiseDropout, .trainOnAll, .neighbours, .linearModel, .nearestModel,
      .balance:
      .none
    case .samplesPerClass: .several
    default: .one
    }
  }

  /// What follows, for the help text.
  var placeholder: String {
    switch self {
    case .configuration: "FILE.yaml"
    case .samplesPerClass: "S S …"
    case .noiseRate, .momentum, .logisticA, .delta: "NUMBER"
    case .seed, .initialSize, .budget, .episodes, .logisticK, .epochs: "N"
    case .finetune: "True|False"
    default: arity == .none ? "" : "NAME"
    }
  }

  /// Other spellings: of the earlier program, of the README, and short forms.
  static let aliases: [String: Flag] = [
    "--initial_size": .initialSize, "--spc": .samplesPerClass, "--max-epoch": .epochs,
    "--linear_from_features": .linearModel, "--use_1nn": .nearestModel, "--delta": .delta,
  ]
}
