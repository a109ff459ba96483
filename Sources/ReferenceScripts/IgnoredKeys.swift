/// Why keys of the reference's configurations have no counterpart in a script.
enum IgnoredKeys {
  static func reason(_ key: String) -> String {
    let part = String(key.prefix { $0 != "." })
    return exact[key] ?? sections[part]
      ?? "it has no counterpart in a script"
  }

  private static let machine = "where and how a run is computed and logged is not part of a script"
  private static let evaluation = "the whole test split is evaluated once per round"
  private static let files = "data sets and labels are looked for in the data directories (--data)"
  private static let saved =
    "labels of another run are read by load … labeled=DIRECTORY, not from single files"

  private static let sections = [
    "NUM_GPUS": machine, "GPU_ID": machine, "OUT_DIR": machine, "EXP_DIR": machine,
    "EPISODE_DIR": machine, "CFG_DEST": machine, "LOG_DEST": machine, "LOG_PERIOD": machine,
    "DATA_LOADER": machine, "CUDNN": machine, "EXP_NAME": "results are kept in the workspace",
    "TEST": evaluation, "BN": "batch normalisation has eps 1e-5 and momentum 0.1",
    "VAAL": "vaal has the settings of its paper", "ENSEMBLE": "only ensemble_var_r reads it",
    "RANDAUG": "only augment=randaug reads it",
  ]

  private static let exact = [
    "DATASET.ROOT_DIR": files, "NOISE.ROOT_NOISE_DIR": files,
    "DATASET.REPRESENTATION_DIM": "it is read from the features file",
    "DATASET.VAL_RATIO": "there is no validation part: nothing is chosen by it",
    "DATASET.ACCEPTED": "help load lists the data sets",
    "MODEL.LOSS_FUN": "the loss is the cross-entropy",
    "MODEL.USE_LNL_MODEL": "the filter's model is not the one that is evaluated",
    "TRAIN.SPLIT": "the training split is the pool", "TRAIN.DATASET": "load names the data set",
    "TRAIN.IMBALANCED": "load … imbalance= makes a pool imbalanced",
    "TRAIN.IM_SIZE": "it follows from the data set",
    "TRAIN.IM_CHANNELS": "it follows from the data set",
    "TRAIN.EVAL_PERIOD": evaluation, "TRAIN.CHECKPOINT_PERIOD": machine,
    "TRAIN.AUTO_RESUME": machine, "TRAIN.WEIGHTS": "every round starts from new weights",
    "OPTIM.DAMPENING": "momentum is not dampened",
    "OPTIM.MIN_LR": "the rate falls to 0",
    "OPTIM.WARMUP_EPOCHS": "there is no warm-up", "OPTIM.WARMUP_FACTOR": "there is no warm-up",
    "OPTIM.GAMMA": "only LR_POLICY exp reads it",
    "OPTIM.LR_MULT": "only LR_POLICY steps reads it",
    "OPTIM.STEPS": "only LR_POLICY steps reads it",
    "ACTIVE_LEARNING.LSET_PATH": saved, "ACTIVE_LEARNING.USET_PATH": saved,
    "ACTIVE_LEARNING.VALSET_PATH": saved,
    "ACTIVE_LEARNING.INIT_L_RATIO": "the reference's program does not read it",
    "ACTIVE_LEARNING.INITIAL_L_RATIO": "the reference's program does not read it",
    "ACTIVE_LEARNING.DELTA_LST": "radii are found anew",
    "ACTIVE_LEARNING.EXPECTED_CLEAN_SAMPLES_PER_CLASS": "it follows from the budgets",
    "ACTIVE_LEARNING.DELTA_POLICY.INIT_POLICY": "the radius starts at delta=",
    "ACTIVE_LEARNING.SAMPLE_FROM_DEGREES_DISTRIBUTION": "the sample of largest degree is taken",
    "ACTIVE_LEARNING.DROPOUT_ITERATIONS": "only bald and dbal read it",
  ]
}
