import LinearAlgebra
import Networks
import Testing

struct ArchitectureTests {
  private let small = ImageShape(channels: 3, height: 32, width: 32)

  /// What torchvision counts for 1,000 classes, less the difference of the stems: 7 × 7 there, 3 × 3
  /// here.
  @Test(arguments: [
    ("resnet18", 11_689_512), ("resnet34", 21_797_672), ("resnet50", 25_557_032),
    ("resnet101", 44_549_160), ("resnet152", 60_192_808), ("resnext50_32x4d", 25_028_904),
    ("resnext101_32x8d", 88_791_336), ("wide_resnet50_2", 68_883_240),
    ("wide_resnet101_2", 126_886_696),
  ])
  func `has as many parameters as torchvision's`(name: String, count: Int) throws {
    let network = try #require(try Architecture.named(name, for: small, classes: 1000))
    #expect(network.parameterCount == count - 64 * 3 * (49 - 9))
  }

  @Test(arguments: [(10, 11_173_962), (100, 11_220_132)])
  func `counts a resnet18 as its definition does`(classes: Int, count: Int) throws {
    let network = try #require(try Architecture.named("resnet18", for: small, classes: classes))
    #expect(network.parameterCount == count)
  }

  /// torchvision's count of convolutions and normalisations, and the dense layers as defined here.
  @Test(arguments: [
    ("vgg11", 9_220_480), ("vgg13", 9_404_992), ("vgg16", 14_714_688), ("vgg19", 20_024_384),
    ("vgg11_bn", 9_225_984), ("vgg16_bn", 14_723_136), ("vgg19_bn", 20_035_392),
  ])
  func `has the convolutions of torchvision's plain networks`(name: String, count: Int) throws {
    let network = try #require(try Architecture.named(name, for: small, classes: 10))
    let dense = 25088 * 4096 + 4096 + 4096 * 512 + 512 + 512 * 10 + 10
    #expect(network.parameterCount == count + dense)
  }

  @Test func `knows all names, and no others`() throws {
    for name in Architecture.names {
      let network = try Architecture.named(name, for: small, classes: 10)
      #expect(network?.name == name)
    }
    #expect(try Architecture.named("resnet19", for: small, classes: 10) == nil)
    #expect(try Architecture.named("resnet18_bn", for: small, classes: 10) == nil)
  }

  @Test func `draws initial weights with the deviations of its definition`() throws {
    let network = try #require(try Architecture.named("resnet18", for: small, classes: 10))
    var random = RandomSource(RandomKey(seed: 2, role: .initialWeights))
    let weights = NetworkWeights(initial: network, using: &random)
    let convolution = try #require(weights["layer3.0.conv2.weight"])
    let variance =
      convolution.reduce(0) { $0 + Double($1) * Double($1) } / Double(convolution.count)
    #expect(abs(variance * 256 * 9 / 2 - 1) < 0.01)
    let bound = 1 / Float(512).squareRoot()
    let dense = try #require(weights["fc.weight"])
    #expect(dense.allSatisfy { abs($0) <= bound } && dense.contains { $0 > 0.99 * bound })
    #expect(try #require(weights["bn1.weight"]).allSatisfy { $0 == 1 })
    #expect(try #require(weights["layer4.1.bn2.running_var"]).allSatisfy { $0 == 1 })
  }

  @Test func `takes the stem of MNIST where it is asked for`() throws {
    let grey = ImageShape(channels: 1, height: 32, width: 32)
    let network = try #require(
      try Architecture.named("resnet18", for: grey, classes: 10, coarse: true))
    #expect(network.tensors.first?.shape == [64, 1, 7, 7])
  }

  @Test func `refuses images that are too small`() {
    let tiny = ImageShape(channels: 3, height: 8, width: 8)
    #expect(throws: NetworkError.image(tiny, network: "vgg16")) {
      _ = try Architecture.named("vgg16", for: tiny, classes: 10)
    }
  }
}
