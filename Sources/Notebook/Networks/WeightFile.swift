import Datasets
import Networks

/// Weights of networks in files of other programs: torch state dicts and safetensors.
enum WeightFile {
  /// The tensors that a network needs, under torchvision's names; others in the file are passed over.
  /// - Throws: `FileError`; `NetworkError.weights` for the first that is missing or of another shape.
  static func read(_ path: String, for architecture: Architecture) throws -> NetworkWeights {
    let file = try StateDictionary.read(path)
    let arrays = file.tensors.map { ($0.name, (shape: $0.shape, values: $0.values)) }
    return try NetworkWeights(
      architecture, named: Dictionary(arrays, uniquingKeysWith: { first, _ in first }))
  }

  /// By the ending: .safetensors, else a torch state dict.
  static func write(_ weights: NetworkWeights, to path: String) throws {
    let file = StateDictionary(
      zip(weights.tensors, weights.values).map {
        StateDictionary.Tensor(name: $0.name, shape: $0.shape, values: $1)
      })
    if path.lowercased().hasSuffix(".safetensors") {
      try file.writeSafetensors(to: path)
    } else {
      try file.writeTorch(to: path)
    }
  }
}
