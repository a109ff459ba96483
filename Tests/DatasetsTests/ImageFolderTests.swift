import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Data sets whose images lie in one folder per class.
struct ImageFolderTests {
  static let nowhere = DataDirectories(paths: [])
  static let tinyDigits = Fixtures.url("oracles/tiny-imagenet-digits").path(percentEncoded: false)

  /// Writes small images into a fresh folder, and nothing else into some files, and loads it.
  static func withTree<Result>(
    images: [String], files: [String: String] = [:], _ body: (String) throws -> Result
  ) throws -> Result {
    let image = try ImageFileTests.bytes("grey8.png")
    return try withMemoryFolder { folder in
      for name in images { _ = try folder.write(image, as: name) }
      for (name, text) in files { _ = try folder.write(text, as: name) }
      return try body(folder.path(percentEncoded: false))
    }
  }

  static func names(_ images: ImageSet?) -> [String] {
    var bytes: [UInt8] = []
    images?.forEachDigestChunk { bytes += $0 }
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  // Tiny-ImageNet

  @Test func `Tiny-ImageNet has sorted classes, images in the order of their numbers`() throws {
    let set = try TinyImageNet.load(from: Self.nowhere, path: Self.tinyDigits)
    #expect(set.name == "tinyimagenet")
    #expect(set.classNames == ["digit 1", "digit 2", "digit 3"])
    #expect(set.train.labels == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    #expect(set.test?.labels == [0, 2, 1, 0, 2, 1])
    let names = Self.names(set.train.images)
    #expect(names[5] == "train/n90000002/images/n90000002_1.JPEG")
    #expect(Self.names(set.test?.images)[3] == "val/images/val_3.JPEG")
    #expect(set.notices == ["12 training images; all of Tiny-ImageNet has 100000"])
    #expect(set.train.annotation == nil)
  }

  @Test func `its images are those that Pillow decodes`() throws {
    let set = try TinyImageNet.load(from: Self.nowhere, path: Self.tinyDigits)
    let images = try #require(set.train.images)
    #expect((images.height, images.width, images.channels) == (64, 64, 3))
    // Every eighth in the manifest's order of files, of which these are the 0th and the 8th.
    let expected = try Oracle("data_files").ints("jpeg_pixels")
    let names = Self.names(images)
    for (number, name) in [(0, "n90000003_0"), (1, "n90000002_0")] {
      let index = try #require(names.firstIndex { $0.contains(name) })
      let image = try images.image(index)
      let differences = (0..<12288).map { place in
        let (channel, pixel) = (place % 3, place / 3)
        return abs(Int(image[channel * 4096 + pixel]) - expected[12288 * number + place])
      }
      #expect(differences.max() ?? 255 <= 3)
    }
    let validation = try #require(set.test?.images).image(4)
    let differences = (0..<12288).map { place in
      abs(Int(validation[place % 3 * 4096 + place / 3]) - expected[24576 + place])
    }
    #expect(differences.max() ?? 255 <= 3)
  }

  @Test func `images are the same one by one, all at once, and as chosen ones`() throws {
    let set = try TinyImageNet.load(from: Self.nowhere, path: Self.tinyDigits)
    let images = try #require(set.train.images)
    let all = try images.bytes()
    #expect(all == (try (0..<12).flatMap { try images.image($0) }))
    #expect(try images.pixelMatrix().elements == all.map { Float($0) })
    let chosen = images.images(at: [7, 7, 2])
    #expect(try chosen.image(1) == images.image(7))
    #expect(try chosen.bytes() == images.image(7) + images.image(7) + images.image(2))
  }

  static let tinyFiles = [
    "wnids.txt": "n2\nn1\n", "words.txt": "n1\tone, uno\nn2\ttwo\n",
    "val/val_annotations.txt": "val_10.JPEG\tn1\t0\t0\t1\t1\nval_9.JPEG\tn2\t0\t0\t1\t1\n",
  ]
  static let tinyImages = [
    "train/n1/images/n1_10.JPEG", "train/n1/images/n1_9.JPEG", "train/n2/images/n2_0.JPEG",
    "train/n1/n1_boxes.txt", "train/n1/images/.hidden.JPEG",
  ]

  static func tiny(_ files: [String: String] = [:], images: [String] = tinyImages) throws -> Dataset
  {
    let all = tinyFiles.merging(files) { $1 }.filter { !$0.value.isEmpty }
    return try withTree(images: images, files: all) { path in
      try TinyImageNet.load(from: nowhere, path: path)
    }
  }

  @Test func `nine comes before ten`() throws {
    let set = try Self.tiny()
    #expect(
      Self.names(set.train.images) == [
        "train/n1/images/n1_9.JPEG", "train/n1/images/n1_10.JPEG", "train/n2/images/n2_0.JPEG",
      ])
    #expect(Self.names(set.test?.images) == ["val/images/val_9.JPEG", "val/images/val_10.JPEG"])
    #expect(set.test?.labels == [1, 0])
    #expect(set.classNames == ["one", "two"])
    #expect(try Self.tiny(["words.txt": ""]).classNames == ["n1", "n2"])
  }

  @Test(arguments: [
    ("val_1.JPEG\tn3\t0", 1), ("val_1.JPEG", 1), ("x.JPEG\tn1", 1), ("val_x.JPEG\tn1", 1),
    ("val_1.JPEG\tn1\nval_1.JPEG\tn2", 2), ("val_1.JPEG\tn1\n\nval_2.JPEG\tn1", 2),
    ("val_1./../../x.JPEG\tn1", 1),
  ])
  func `annotations that are not as they have to be are errors with their line`(
    text: String, line: Int
  ) {
    let error = fileError { _ = try Self.tiny(["val/val_annotations.txt": text]) }
    #expect(error?.kind == .format)
    #expect(error?.place == .line(line))
    #expect(error?.path.hasSuffix("val_annotations.txt") == true)
  }

  @Test func `classes without a folder, twice or leading elsewhere are errors`() {
    let absent = fileError { _ = try Self.tiny(["wnids.txt": "n1\nn2\nn3\n"]) }
    #expect(absent?.kind == .missing)
    #expect(absent?.path.hasSuffix("train/n3/images") == true)
    #expect(fileError { _ = try Self.tiny(["wnids.txt": "n1\nn1"]) }?.place == .line(2))
    for name in ["..", "/etc", "a/b", "."] {
      #expect(fileError { _ = try Self.tiny(["wnids.txt": "n1\n\(name)"]) }?.place == .line(2))
    }
    let stranger = Self.tinyImages + ["train/n1/images/other_1.JPEG"]
    let error = fileError { _ = try Self.tiny(images: stranger) }
    #expect(error?.found == "'other_1.JPEG'")
  }

  @Test func `a missing data set lists the places looked at and where to get it`() {
    let directories = DataDirectories(paths: ["/no/a", "/no/b"])
    let error = fileError { _ = try TinyImageNet.load(from: directories) }
    #expect(error?.kind == .missing)
    #expect(error?.searched.contains("/no/b/tiny-imagenet-200") == true)
    #expect(error?.hints.first?.contains("cs231n") == true)
    let half = fileError { _ = try Self.tiny(["val/val_annotations.txt": ""]) }
    #expect(half?.found == "no val/val_annotations.txt")
  }

  @Test func `an image that is missing is an error when it is read, with its line`() throws {
    let set = try Self.tiny()
    let error = fileError { _ = try set.test?.images?.image(0) }
    #expect(error?.kind == .missing)
    #expect(error?.path.hasSuffix("val/images/val_9.JPEG") == true)
    #expect(error?.expected.contains("image 0, line 2 of ") == true)
    #expect(fileError { _ = try set.test?.images?.pixelMatrix() }?.kind == .missing)
  }

  @Test func `the real folders of five classes are read where they are there`() throws {
    guard let path = RealData.path("tiny-imagenet-200-small") else { return }
    let set = try TinyImageNet.load(from: Self.nowhere, path: path)
    #expect(
      set.classNames == ["Egyptian cat", "reel", "rocking chair", "volleyball", "lemon"])
    #expect(set.train.count == 100)
    #expect(set.test?.count == 40)
    let images = try #require(set.train.images)
    let bytes = try images.bytes()
    #expect(bytes.count == 100 * 12288)
    #expect(Set(bytes).count > 200)
    #expect(try set.test?.images?.bytes().count == 40 * 12288)
  }

  // ImageNet subsets

  @Test func `the built-in subsets are nested, sorted and of their sizes`() throws {
    var images: [String] = []
    let all = try Self.subsetClasses(200)
    let hundred = try Self.subsetClasses(100)
    let fifty = try Self.subsetClasses(50)
    #expect((all.count, hundred.count, fifty.count) == (200, 100, 50))
    #expect(Set(fifty).isSubset(of: hundred) && Set(hundred).isSubset(of: all))
    #expect(all == all.sorted() && Set(all).count == 200)
    #expect(all.allSatisfy { $0.count == 9 && $0.hasPrefix("n") })
    #expect(fifty.first == "n01601694" && fifty.last == "n07753592")
    for name in fifty { images += ["train/\(name)/b.JPEG", "train/\(name)/a.jpg"] }
    images += fifty.map { "val/\($0)/v.JPEG" } + ["train/n01443537/other.JPEG"]
    let set = try Self.withTree(images: images) { path in
      try ImageNetSubset.load(50, from: Self.nowhere, path: path)
    }
    #expect(set.train.labels == (0..<50).flatMap { [$0, $0] })
    #expect(set.test?.labels == Array(0..<50))
    #expect(set.classNames == fifty)
    #expect(
      Self.names(set.train.images)[..<2] == ["train/n01601694/a.jpg", "train/n01601694/b.JPEG"])
    #expect(set.train.images?.height == 224)
    #expect(set.notices.isEmpty)
  }

  /// The classes that are missed in an empty tree, one after another.
  static func subsetClasses(_ count: Int) throws -> [String] {
    try withMemoryFolder { folder in
      let files = FileManager.default
      let path = folder.path(percentEncoded: false)
      for part in ["train", "val"] {
        try files.createDirectory(atPath: "\(path)/\(part)", withIntermediateDirectories: true)
      }
      var found: [String] = []
      while found.count < 300 {
        let error = fileError { _ = try ImageNetSubset.load(count, from: nowhere, path: path) }
        guard let missing = error, missing.kind == .missing else { break }
        let name = String(missing.path.split(separator: "/").last ?? "")
        found.append(name)
        try files.createDirectory(
          atPath: "\(path)/train/\(name)", withIntermediateDirectories: true)
        try files.createDirectory(atPath: "\(path)/val/\(name)", withIntermediateDirectories: true)
      }
      return found
    }
  }

  @Test func `a file of classes replaces the list, and dist may be in between`() throws {
    let images = [
      "dist/train/x2/1.JPEG", "dist/train/x1/1.JPEG", "dist/val/x1/9.png", "dist/val/x2/readme.txt",
    ]
    let files = ["classes.txt": "x2 second, other\nx1\n"]
    let set = try Self.withTree(images: images, files: files) { path in
      try ImageNetSubset.load(
        100, from: Self.nowhere, path: path, classes: "\(path)/classes.txt")
    }
    #expect(set.classNames == ["second", "x1"])
    #expect(Self.names(set.train.images) == ["train/x2/1.JPEG", "train/x1/1.JPEG"])
    #expect(set.test?.labels == [1])
    #expect(set.notices.count == 1)
    #expect(throws: OptionError.self) { _ = try ImageNetSubset.load(30, from: Self.nowhere) }
    let error = fileError { _ = try ImageNetSubset.load(50, from: DataDirectories(paths: ["/no"])) }
    #expect(error?.searched.contains("/no/imagenet/dist") == true)
  }

  // Any folder

  @Test func `any folder of classes is read, sorted by bytes`() throws {
    let images = [
      "train/b/2.PNG", "train/b/10.jpeg", "train/Z/x.jpg", "train/é/x.png", "train/b/.x.png",
      "train/b/notes.txt", "train/.git/x.png", "test/b/1.png", "train/readme.md",
    ]
    let set = try Self.withTree(images: images) { try ImageFolder.load(path: $0) }
    #expect(set.name == "folder")
    #expect(set.classNames == ["Z", "b", "é"])
    #expect(
      Self.names(set.train.images) == [
        "train/Z/x.jpg", "train/b/10.jpeg", "train/b/2.PNG", "train/é/x.png",
      ])
    #expect(set.train.labels == [0, 1, 1, 2])
    #expect(set.test?.labels == [1])
    #expect(set.notices.count == 1)
    // The images are 19 × 13.
    #expect(set.train.images?.height == 13)
  }

  @Test func `size says how large images become`() throws {
    let images = ["train/a/1.png", "train/b/1.png"]
    for (size, height) in [(5, 5), (224, 224), (300, 300), (nil, 13)] {
      let (images, bytes) = try Self.withTree(images: images) { path in
        let images = try ImageFolder.load(path: path, size: size).train.images
        return (images, try images?.image(1))
      }
      #expect(images?.height == height)
      #expect(bytes?.count == 3 * height * height)
    }
    for size in [0, -1, 5000] {
      #expect(throws: OptionError.self) { _ = try ImageFolder.load(path: "/tmp", size: size) }
    }
    #expect(throws: OptionError.self) { _ = try ImageFolder.load(path: nil) }
  }

  @Test func `folders that are not as they have to be are errors with advice`() throws {
    func error(_ images: [String]) throws -> FileError? {
      try Self.withTree(images: images) { path in
        fileError { _ = try ImageFolder.load(path: path) }
      }
    }
    let flat = try error(["cat/1.png", "dog/1.png"])
    #expect(flat?.kind == .missing)
    #expect(flat?.found == "only 'cat' and the like")
    #expect(flat?.hints.first?.contains("/train") == true)
    #expect(try error(["train/cat/1.png"])?.found == "only 'cat'")
    #expect(try error(["train/cat/1.png", "train/dog/1.txt"])?.path.hasSuffix("dog") == true)
    let strange = try error(["train/a/1.png", "train/b/1.png", "val/c/1.png"])
    #expect(strange?.found == "'c'")
    let none = try error(["train/a/1.png", "train/b/1.png", "test/a/1.gif"])
    #expect(none?.path.hasSuffix("test") == true)
    #expect(fileError { _ = try ImageFolder.load(path: "/no/such") }?.kind == .missing)
  }

  @Test func `links are followed, and names that are no text are refused`() throws {
    try withMemoryFolder { folder in
      let path = folder.path(percentEncoded: false)
      let image = try folder.write(ImageFileTests.bytes("grey8.png"), as: "elsewhere/1.png")
      _ = try folder.write(ImageFileTests.bytes("grey8.png"), as: "train/b/1.png")
      let files = FileManager.default
      try files.createSymbolicLink(
        atPath: "\(path)/train/a", withDestinationPath: "\(path)/elsewhere")
      try files.createSymbolicLink(atPath: "\(path)/train/b/2.png", withDestinationPath: image)
      let set = try ImageFolder.load(path: path)
      #expect(set.train.labels == [0, 1, 1])
      #expect(try set.train.images?.bytes().count == 3 * 3 * 13 * 13)
      let bad = fopen("\(path)/train/b/x", "w")
      fclose(bad)
      let name: [CChar] =
        "\(path)/train/b/".utf8CString.dropLast() + [-1, 0x2e, 0x70, 0x6e, 0x67, 0]
      rename("\(path)/train/b/x", name)
      #expect(fileError { _ = try ImageFolder.load(path: path) }?.expected == "file names in UTF-8")
    }
  }
}

/// Real data that may not be copied into the repository.
enum RealData {
  /// The folder of that name in the folder that WINNOW_TEST_DATA names, else in `../shared/data`
  /// beside the repository; nil, and a word about it, where it is not there.
  static func path(_ name: String) -> String? {
    let beside = Fixtures.url("../../../shared/data").standardizedFileURL.path(
      percentEncoded: false)
    let root = ProcessInfo.processInfo.environment["WINNOW_TEST_DATA"] ?? beside
    let path = "\(root)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else {
      print("\(name) is not in \(root): not tested")
      return nil
    }
    return path
  }
}
