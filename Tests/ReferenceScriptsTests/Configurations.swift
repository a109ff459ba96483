import CommandLanguage
import ReferenceScripts
import Testing

/// Configurations with the keys and values of the reference's own.
enum Configurations {
  static func yaml(
    dataset: String = "CIFAR100", representation: String = "simclr", classes: Int = 100,
    model: String = "resnet18", learningRate: String = "0.025", batch: Int = 100,
    augmentation: String = "hflip", noise: String = "NOISE_TYPE: 'sym'", more: String = ""
  ) -> String {
    """
    # what a run of active learning needs
    DATASET:
      NAME: \(dataset)
      REPRESENTATION_MODEL: "\(representation)"
      REPRESENTATION_DIM: 512
      ROOT_DIR: '.data'
      AUG_METHOD: '\(augmentation)'
    MODEL:
      TYPE: \(model)
      NUM_CLASSES: \(classes)
    OPTIM:
      TYPE: 'sgd'
      BASE_LR: \(learningRate)
      LR_POLICY: cos
      MAX_EPOCH: 200
      MOMENTUM: 0.9
      NESTEROV: True
      WEIGHT_DECAY: 0.0003
    TRAIN:
      BATCH_SIZE: \(batch)
      IM_SIZE: 32
    DATA_LOADER:
      NUM_WORKERS: 8
    NOISE:
      \(noise)
    \(more)
    """
  }

  static let clothing = yaml(
    dataset: "CLOTHING1M", representation: "dinov2_small", classes: 14, batch: 64,
    augmentation: "clothing1m", noise: "{NOISE_TYPE: noisy_label, NOISE_RATE: 0.38}")
}

/// Translates a line of flags; blanks separate arguments.
func translate(_ line: String, _ configuration: String = Configurations.yaml()) throws
  -> Translation
{
  let arguments = ["--cfg", "c.yaml"] + line.split(separator: " ").map(String.init)
  return try Translation(arguments) { _ in configuration }
}

/// The diagnostic that `body` throws; anything else is a failure.
func diagnostic(
  _ location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> Diagnostic? {
  do {
    try body()
    Issue.record("no error", sourceLocation: location)
  } catch let error as Diagnostic {
    return error
  } catch {
    Issue.record("another error: \(error)", sourceLocation: location)
  }
  return nil
}
