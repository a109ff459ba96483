import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Data sets of photographs from the web with the labels that they were found with. Nothing but
/// lists is needed to load them.
struct NoisySetTests {
  static let nowhere = DataDirectories(paths: [])

  /// Writes files into a fresh folder and hands it to `body`; empty ones are left out.
  static func withFiles<Result>(
    _ files: [String: String], _ changes: [String: String], _ body: (String) throws -> Result
  ) throws -> Result {
    let all = files.merging(changes) { $1 }.filter { !$0.value.isEmpty }
    return try ImageFolderTests.withTree(images: [], files: all, body)
  }

  static func names(_ part: Examples?) -> [String] { ImageFolderTests.names(part?.images) }

  // Clothing1M

  static let clothing = [
    "noisy_label_kv.txt": """
    images/0/a b,1.jpg 3
    images/0/b.jpg 0
    images/1/c.jpg 13
    images/1/unused.jpg 5

    """,
    "clean_label_kv.txt": """
    images/1/c.jpg 13
    images/0/b.jpg 7
    images/2/t.jpg 1
    """,
    "noisy_train_key_list.txt": "images/1/c.jpg\nimages/0/a b,1.jpg\nimages/0/b.jpg\n",
    "clean_test_key_list.txt": "images/2/t.jpg\r\nimages/0/b.jpg\r\n\r\n",
  ]

  static func clothing(_ changes: [String: String] = [:]) throws -> Dataset {
    try withFiles(clothing, changes) { try Clothing1M.load(from: nowhere, path: $0) }
  }

  @Test func `Clothing1M has observed labels, and true ones where a hand gave them`() throws {
    let set = try Self.clothing()
    #expect(set.name == "clothing1m")
    #expect(set.classNames.count == 14)
    #expect((set.classNames[0], set.classNames[13]) == ("T-Shirt", "Underwear"))
    #expect(set.train.annotation == Annotation(observed: [13, 3, 0], isRight: [true, nil, false]))
    #expect(set.train.labels == [13, Examples.unknown, 7])
    #expect(Self.names(set.train) == ["images/1/c.jpg", "images/0/a b,1.jpg", "images/0/b.jpg"])
    #expect(set.test?.labels == [1, 7])
    #expect(set.test?.annotation == nil)
    #expect(Self.names(set.test) == ["images/2/t.jpg", "images/0/b.jpg"])
    #expect(set.train.images?.imageLength == 3 * 224 * 224)
  }

  @Test func `its lists may lie in a folder of their own`() throws {
    let files = Dictionary(
      uniqueKeysWithValues: Self.clothing.map { ("annotations/\($0.key)", $0.value) })
    let photograph = try ImageFileTests.bytes("photograph.jpg")
    try Self.withFiles(files, [:]) { path in
      _ = try URL(filePath: path).write(photograph, as: "images/1/c.jpg")
      let images = try #require(try Clothing1M.load(from: Self.nowhere, path: path).train.images)
      #expect(ImageFolderTests.names(images)[0] == "images/1/c.jpg")
      let expected = try #require(ImageFileTests.expected).array("photograph_framed").integers()
      #expect(ImageFileTests.largestDifference(try images.image(0), expected) <= 3)
      let error = fileError { _ = try images.image(2) }
      #expect(error?.expected.contains("image 2, line 3 of ") == true)
      _ = try URL(filePath: path).write("no image", as: "images/0/b.jpg")
      let damaged = fileError { _ = try images.image(2) }
      #expect(damaged?.hints.last?.contains("line 3 of ") == true)
    }
  }

  @Test(arguments: [
    ("noisy_label_kv.txt", "images/0/b.jpg 0\nimages/0/b.jpg 1", 2),
    ("noisy_label_kv.txt", "images/0/b.jpg 14", 1), ("noisy_label_kv.txt", "images/0/b.jpg", 1),
    ("noisy_label_kv.txt", "a 1\nb 2\nc -1", 3), ("noisy_label_kv.txt", "a 1\n\nc 1", 2),
    ("noisy_label_kv.txt", "a 99999999999999999999999", 1), ("clean_label_kv.txt", "a 0x1", 1),
    ("clean_label_kv.txt", "/etc/passwd 1", 1), ("clean_label_kv.txt", " 1", 1),
    ("noisy_train_key_list.txt", "images/../../x.jpg", 1),
    ("noisy_train_key_list.txt", "images/0/b.jpg\n..", 2),
    ("noisy_train_key_list.txt", "images/0/b.jpg\nimages/0/other.jpg", 2),
    ("noisy_train_key_list.txt", "images/0/b.jpg\nimages/1/c.jpg\nimages/0/b.jpg", 3),
    ("clean_test_key_list.txt", "images/0/a b,1.jpg", 1),
    ("clean_test_key_list.txt", "images/2/t.jpg\nx\0y", 2),
  ])
  func `lines that are not as they have to be are errors with their place`(
    file: String, text: String, line: Int
  ) {
    let error = fileError { _ = try Self.clothing([file: text]) }
    #expect(error?.kind == .format)
    #expect(error?.path.hasSuffix(file) == true)
    #expect(error?.place == .line(line))
  }

  @Test func `bytes that are no text, empty lists and missing files are errors`() throws {
    try Self.withFiles(Self.clothing, [:]) { path in
      _ = try URL(filePath: path).write([0xff, 0xfe, 0x0a], as: "noisy_train_key_list.txt")
      let error = fileError { _ = try Clothing1M.load(from: Self.nowhere, path: path) }
      #expect(error?.expected == "a path in UTF-8")
    }
    let marked = try Self.clothing(["clean_test_key_list.txt": "\u{feff}images/2/t.jpg"])
    #expect(marked.test?.labels == [1])
    let none = fileError { _ = try Self.clothing(["clean_test_key_list.txt": "\n\n"]) }
    #expect(none?.expected == "at least one image")
    let missing = fileError { _ = try Self.clothing(["clean_label_kv.txt": ""]) }
    #expect(missing?.found == "no clean_label_kv.txt")
    let error = fileError { _ = try Clothing1M.load(from: DataDirectories(paths: ["/no"])) }
    #expect(error?.searched.contains("/no/clothing1M") == true)
    #expect(error?.hints.first?.contains("github.com/Cysu/noisy_label") == true)
  }

  @Test func `lists of hundreds of thousands of images are read, each path found again`() throws {
    let count = 300_000
    let order = (0..<count).map { $0 &* 7919 % count }
    var labels: [String] = []
    for index in order { labels.append("images/\(index % 10)/\(index),photo.jpg \(index % 14)") }
    let keys = (0..<count).map { "images/\($0 % 10)/\($0),photo.jpg" }
    let set = try Self.clothing([
      "noisy_label_kv.txt": labels.joined(separator: "\n"),
      "noisy_train_key_list.txt": keys.joined(separator: "\n"),
    ])
    #expect(set.train.annotation?.observed == (0..<count).map { $0 % 14 })
    let limit = fileError { _ = try set.train.images?.pixelMatrix() }
    #expect(limit?.kind == .tooLarge || limit?.kind == .missing)
  }

  // Food-101N

  static let food = [
    "meta/classes.txt": "class_name\napple_pie\nfilet_mignon\nsoup\n",
    "meta/imagelist.tsv": """
    class_name/key
    apple_pie/1.jpg
    apple_pie/2.jpg
    filet_mignon/a49e6fb26e356c6c41a37b5c18176355.jpg
    soup/3.jpg
    soup/4.jpg
    soup/5.jpg
    """,
    "meta/verified_train.tsv": """
    class_name/key\tverification_label
    soup/3.jpg\t1
    apple_pie/1.jpg\t0
    soup/a49e6fb26e356c6c41a37b5c18176355.jpg\t1
    """,
    "meta/verified_val.tsv": """
    class_name/key\tverification_label
    apple_pie/2.jpg\t1
    soup/5.jpg\t0
    """,
  ]

  static func food(_ pool: Food101N.Pool = .verified, _ changes: [String: String] = [:]) throws
    -> Dataset
  {
    try withFiles(food, changes) { try Food101N.load(from: nowhere, path: $0, pool: pool) }
  }

  @Test func `Food-101N knows which labels are right and for the others only that they are not`()
    throws
  {
    let set = try Self.food()
    #expect(set.classNames == ["apple_pie", "filet_mignon", "soup"])
    #expect(set.train.annotation == Annotation(observed: [2, 0, 2], isRight: [true, false, true]))
    #expect(set.train.labels == [2, Examples.unknown, 2])
    #expect(
      Self.names(set.train) == [
        "images/soup/3.jpg", "images/apple_pie/1.jpg",
        "images/soup/a49e6fb26e356c6c41a37b5c18176355.jpg",
      ])
    #expect(set.test?.labels == [0])
    #expect(Self.names(set.test) == ["images/apple_pie/2.jpg"])
  }

  @Test func `features of the whole image list of Food-101N are taken by its order`() throws {
    let set = try Self.food()
    #expect(set.featureRows == FeatureRows(indices: [3, 0, 2], whole: 6))
    #expect(try Self.food(.all).featureRows == FeatureRows(indices: [0, 2, 3, 4], whole: 6))
    #expect(try Self.food(.verified, ["meta/imagelist.tsv": "h\nsoup/3.jpg"]).featureRows == nil)
    try withTemporaryFolder { folder in
      let path = folder.appending(component: "f.npy").path(percentEncoded: false)
      try NumpyWriter.write((0..<6).map { Float($0) }, shape: [6, 1], to: path)
      #expect(try set.features(from: .file(path)).train.elements == [3, 0, 2])
      let cut = Cut(indices: [1, 2], whole: 3)
      #expect(
        try set.cut(to: cut).features(from: .file(path), cut: cut).train.elements == [0, 2])
    }
  }

  @Test func `its whole pool is the image list without the validation part`() throws {
    let set = try Self.food(.all)
    #expect(
      Self.names(set.train) == [
        "images/apple_pie/1.jpg", "images/filet_mignon/a49e6fb26e356c6c41a37b5c18176355.jpg",
        "images/soup/3.jpg", "images/soup/4.jpg",
      ])
    #expect(
      set.train.annotation
        == Annotation(observed: [0, 1, 2, 2], isRight: [false, nil, true, nil]))
    #expect(set.train.labels == [-1, -1, 2, -1])
    #expect(set.test?.labels == [0])
    // One file under two classes is two images.
    let twice = "h\nsoup/a49e.jpg\nfilet_mignon/a49e.jpg"
    #expect(try Self.food(.all, ["meta/imagelist.tsv": twice]).train.count == 2)
  }

  @Test(arguments: [
    ("meta/verified_train.tsv", "soup/3.jpg\t2", 1), ("meta/verified_train.tsv", "x/3.jpg\t1", 1),
    ("meta/verified_train.tsv", "h\th\nsoup/3.jpg\t1\nsoup/3.jpg\t0", 3),
    ("meta/verified_val.tsv", "soup/../../3.jpg\t1", 1), ("meta/imagelist.tsv", "h\ncake/1.jpg", 2),
    ("meta/imagelist.tsv", "h\nsoup/1.jpg\nsoup/1.jpg", 3),
    ("meta/imagelist.tsv", "h\n\nsoup/1.jpg", 2),
    ("meta/classes.txt", "class_name\na\na", 3), ("meta/classes.txt", "class_name\n../x", 2),
  ])
  func `a list of Food-101N that is not as it has to be is an error with its line`(
    file: String, text: String, line: Int
  ) {
    let error = fileError { _ = try Self.food(.all, [file: text]) }
    #expect(error?.kind == .format)
    #expect(error?.place == .line(line))
  }

  @Test func `lists without a header lose nothing`() throws {
    let set = try Self.food(
      .all, ["meta/imagelist.tsv": "soup/3.jpg\nsoup/4.jpg", "meta/classes.txt": "soup\napple_pie"])
    #expect(set.train.annotation?.observed == [0, 0])
    #expect(set.classNames == ["soup", "apple_pie"])
  }

  // Mini-WebVision

  static let web = [
    "info/synsets.txt": (0..<60).map { "n\(10_000_000 + $0) name \($0), other name" }
      .joined(separator: "\n"),
    "info/train_filelist_google.txt": "google/q1/x.jpg 0\ngoogle/q2/y.jpg 50\ngoogle/q2/z.jpg 49",
    "info/train_filelist_flickr.txt": "flickr/q1/x.jpg 7\n",
    "info/val_filelist.txt": "val1.jpg 51\nval2.jpg 3\nval3.jpg 0\n",
  ]

  static func web(_ source: WebVision.Source, _ changes: [String: String] = [:]) throws -> Dataset {
    try withFiles(web, changes) { try WebVision.load(source, from: nowhere, path: $0) }
  }

  @Test func `Mini-WebVision keeps the first fifty classes and knows no truth of its pool`() throws
  {
    let set = try Self.web(.google)
    #expect(set.name == "webvision_google")
    #expect(set.classNames.count == 50)
    #expect(set.classNames[49] == "name 49")
    #expect(set.train.labels == [-1, -1])
    #expect(set.train.annotation == Annotation(observed: [0, 49], isRight: [nil, nil]))
    #expect(Self.names(set.train) == ["google/q1/x.jpg", "google/q2/z.jpg"])
    #expect(set.test?.labels == [3, 0])
    #expect(Self.names(set.test) == ["val_images_resized/val2.jpg", "val_images_resized/val3.jpg"])
    let error = fileError { _ = try set.train.images?.image(1) }
    #expect(error?.expected.contains("line 3 of ") == true)
    let flickr = try Self.web(.flickr, ["val_images_256/val2.jpg": "x"])
    #expect(flickr.train.annotation?.observed == [7])
    #expect(Self.names(flickr.test)[0] == "val_images_256/val2.jpg")
  }

  @Test(arguments: [
    ("info/train_filelist_google.txt", "a.jpg 60"), ("info/val_filelist.txt", "../a.jpg 1"),
    ("info/val_filelist.txt", "a.jpg one"), ("info/train_filelist_google.txt", "a.jpg"),
  ])
  func `a list of WebVision that is not as it has to be is an error with its line`(
    file: String, text: String
  ) {
    let error = fileError { _ = try Self.web(.google, [file: text]) }
    #expect(error?.place == .line(1))
    #expect(error?.path.hasSuffix(file) == true)
  }

  @Test func `too few classes and lists of other classes only are errors`() {
    let few = fileError { _ = try Self.web(.google, ["info/synsets.txt": "n1 a\nn2 b"]) }
    #expect(few?.found == "2")
    let none = fileError { _ = try Self.web(.google, ["info/val_filelist.txt": "a.jpg 55"]) }
    #expect(none?.expected == "at least one image")
    let missing = fileError { _ = try Self.web(.flickr, ["info/train_filelist_flickr.txt": ""]) }
    #expect(missing?.found == "no info/train_filelist_flickr.txt")
  }

  @Test func `damaged lists are read or refused, and never end the program`() throws {
    var source = RandomSource(RandomKey(seed: 22, role: .data, method: "lists"))
    for (file, text) in Self.clothing.sorted(by: { $0.key < $1.key }) {
      for _ in 0..<60 {
        try Self.withFiles(Self.clothing, [:]) { path in
          let bytes = damaged(Array(text.utf8), using: &source)
          _ = try URL(filePath: path).write(bytes, as: file)
          do { _ = try Clothing1M.load(from: Self.nowhere, path: path) } catch is FileError {}
        }
      }
    }
  }
}
