import ArgumentParser
import Datasets
import LinearAlgebra
import Networks

/// Where a network's weights and its images come from, and where the answers go.
struct NetworkFiles: ParsableArguments {
  @Option(help: "Weights: torch state dict or safetensors.")
  var weights: String

  @Option(help: "Arrays that the network is run on: torch or safetensors.")
  var problem: String

  @Option(help: "A safetensors file to be written.")
  var output: String

  @Option(help: "Name of the network.")
  var network = "resnet18"

  @Option(help: "Classes of the network.")
  var classes = 10

  @Option(help: "Numbers between layers: f32, exact or bf16.")
  var format = NumberFormat.f32

  @Option(help: "Threads; without it, as many as there are cores.")
  var threads: Int?

  func validate() throws {
    guard classes > 0, (threads ?? 1) > 0 else {
      throw ValidationError("classes and threads are numbers from 1 on")
    }
    guard format.isOffered else {
      throw ValidationError("this processor has no \(format.rawValue)")
    }
  }

  /// The arrays of the problem; sets the number of threads.
  func readProblem() throws -> NetworkProblem {
    if let threads { Parallel.threads = threads }
    return NetworkProblem(arrays: try StateDictionary.read(problem), path: problem)
  }

  /// The network with the weights of the file, read as `train pretrained=` reads them.
  func network(for shape: ImageShape) throws -> (Architecture, NetworkWeights) {
    guard let network = try Architecture.named(network, for: shape, classes: classes) else {
      throw ValidationError("there is no network '\(network)'")
    }
    let arrays = try StateDictionary.read(weights).tensors.map {
      ($0.name, (shape: $0.shape, values: $0.values))
    }
    let named = Dictionary(arrays, uniquingKeysWith: { first, _ in first })
    return (network, try NetworkWeights(network, named: named))
  }
}

/// Arrays from a file, checked when they are asked for.
struct NetworkProblem {
  let arrays: StateDictionary
  let path: String

  func shape(_ name: String) -> [Int] { arrays[name]?.shape ?? [] }

  private func array(_ name: String, dimensions: Int) throws -> StateDictionary.Tensor {
    guard let array = arrays[name], array.shape.count == dimensions, !array.values.isEmpty else {
      throw ValidationError("\(path): an array '\(name)' with \(dimensions) dimensions is missing")
    }
    return array
  }

  /// `images`: count × channels × height × width.
  func images() throws -> ImagesInMemory {
    let array = try array("images", dimensions: 4)
    let size = array.shape
    return ImagesInMemory(
      shape: ImageShape(channels: size[1], height: size[2], width: size[3]), count: size[0],
      numbers: array.values)
  }

  func wholeNumbers(_ name: String, below limit: Int, dimensions: Int) throws -> [Int] {
    try array(name, dimensions: dimensions).values.map { value in
      guard let whole = Int(exactly: value), (0..<limit).contains(whole) else {
        throw ValidationError("\(path): \(value) in '\(name)' is no whole number below \(limit)")
      }
      return whole
    }
  }
}

/// Images that need nothing done to them.
struct ImagesInMemory: ImageFeed {
  let shape: ImageShape
  let count: Int
  let numbers: [Float]

  func write(
    _ index: Int, random: RandomSource?, into target: UnsafeMutableBufferPointer<Float>
  ) throws {
    _ = target.update(fromContentsOf: numbers[index * shape.count..<(index + 1) * shape.count])
  }

  /// Writes the images at `places` one after the other.
  func fill(_ target: UnsafeMutableBufferPointer<Float>, with places: some Sequence<Int>) {
    for (row, place) in places.enumerated() {
      for i in 0..<shape.count {
        target[row * shape.count + i] = numbers[place * shape.count + i]
      }
    }
  }
}
