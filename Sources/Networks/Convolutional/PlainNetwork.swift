/// VGG networks (Simonyan and Zisserman 2014), plans A, B, D and E, with a penultimate layer of 512.
package struct PlainNetwork: Sendable {
  package let name: String
  /// How many convolutions stand between two pools.
  let runs: [Int]
  /// Channels of the first convolution; all other widths are multiples of it.
  let channels: Int

  package init(name: String, runs: [Int], channels: Int = 64) {
    self.name = name
    self.runs = runs
    self.channels = channels
  }

  package static let named = [
    PlainNetwork(name: "vgg11", runs: [1, 1, 2, 2, 2]),
    PlainNetwork(name: "vgg13", runs: [2, 2, 2, 2, 2]),
    PlainNetwork(name: "vgg16", runs: [2, 2, 3, 3, 3]),
    PlainNetwork(name: "vgg19", runs: [2, 2, 4, 4, 4]),
  ]

  package func architecture(for shape: ImageShape, classes: Int, normalised: Bool)
    throws(NetworkError)
    -> Architecture
  {
    var layers = [Layer]()
    var index = 0
    for (width, run) in zip([1, 2, 4, 8, 8], runs) {
      for _ in 0..<run {
        layers.append(
          .convolution(
            "features.\(index)", outputs: width * channels, kernel: 3, padding: 1, bias: true))
        if normalised { layers.append(.normalisation("features.\(index + 1)")) }
        layers.append(.rectifier)
        index += normalised ? 3 : 2
      }
      layers.append(.maxPool(kernel: 2, stride: 2))
      index += 1
    }
    layers += [
      .meanPool(rows: 7, columns: 7), .dense("penultimate_act.0", outputs: 64 * channels),
      .rectifier,
      .dropout, .dense("penultimate_act.3", outputs: 8 * channels), .rectifier,
      .dense("classifier.0", outputs: classes),
    ]
    return try Architecture(
      normalised ? name + "_bn" : name, shape: shape, classes: classes, start: .plain,
      layers: layers)
  }
}
