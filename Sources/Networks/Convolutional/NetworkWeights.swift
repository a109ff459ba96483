import Foundation
import LinearAlgebra

/// The numbers of a network, by name: weights, biases and running statistics, each row-major.
package struct NetworkWeights: Sendable, Equatable {
  /// In the order of the architecture.
  package let tensors: [NetworkTensor]
  /// One array per tensor.
  package var values: [[Float]]

  /// - Precondition: as many numbers as each tensor's shape says.
  package init(tensors: [NetworkTensor], values: [[Float]]) {
    precondition(tensors.map(\.count) == values.map(\.count), "numbers for every tensor")
    self.tensors = tensors
    self.values = values
  }

  /// Fresh weights, drawn as the architecture says, tensor after tensor, each in the order of its
  /// numbers.
  package init(initial architecture: Architecture, using random: inout RandomSource) {
    tensors = architecture.tensors
    values = tensors.map { architecture.start.values(of: $0, using: &random) }
  }

  /// The numbers called `name`; nil where there are none.
  package subscript(name: String) -> [Float]? {
    tensors.firstIndex { $0.name == name }.map { values[$0] }
  }

  /// The numbers of a network from arrays that came from elsewhere, a file for example.
  /// - Throws: `NetworkError.weights` for the first tensor of the architecture that is not there, or
  ///   has another shape. Arrays that no tensor asks for are passed over.
  package init(
    _ architecture: Architecture, named arrays: [String: (shape: [Int], values: [Float])]
  ) throws(NetworkError) {
    var values = [[Float]]()
    for tensor in architecture.tensors {
      guard let array = arrays[tensor.name], array.shape == tensor.shape,
        array.values.count == tensor.count
      else {
        throw .weights(
          tensor.name, found: arrays[tensor.name]?.shape, expected: tensor.shape)
      }
      values.append(array.values)
    }
    self.init(tensors: architecture.tensors, values: values)
  }

  package var areFinite: Bool { values.allSatisfy { $0.allSatisfy(\.isFinite) } }
}

extension Architecture.Start {
  fileprivate func values(of tensor: NetworkTensor, using random: inout RandomSource) -> [Float] {
    func normal(_ variance: Double) -> [Float] {
      let deviation = variance.squareRoot()
      return (0..<tensor.count).map { _ in Float(deviation * random.normal()) }
    }
    func uniform(_ inputs: Int) -> [Float] {
      let bound = 1 / Double(max(1, inputs)).squareRoot()
      return (0..<tensor.count).map { _ in Float((2 * random.uniform() - 1) * bound) }
    }
    func constant(_ value: Float) -> [Float] { [Float](repeating: value, count: tensor.count) }
    switch (tensor.role, self) {
    case (.normalisationWeight, _), (.runningVariance, _): return constant(1)
    case (.normalisationBias, _), (.runningMean, _): return constant(0)
    case (.convolution, .kaiming), (.dense, .kaiming):
      return normal(2 / Double(max(1, tensor.inputs)))
    case (.convolution, .uniform): return uniform(tensor.inputs)
    case (.convolution, _):
      return normal(2 / Double(tensor.shape[0] * tensor.shape[2] * tensor.shape[3]))
    case (.convolutionBias(let inputs), .uniform): return uniform(inputs)
    case (.convolutionBias, _): return constant(0)
    case (.dense, .plain): return normal(0.0001)
    case (.dense, _): return uniform(tensor.inputs)
    case (.denseBias, .plain), (.denseBias, .kaiming): return constant(0)
    case (.denseBias(let inputs), _): return uniform(inputs)
    }
  }
}
