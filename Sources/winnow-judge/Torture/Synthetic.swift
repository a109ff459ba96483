/// Small sound files of formats for which no folder of fixtures has any.
enum Synthetic {
  static let labels = [
    Seed("labels.csv", text("0\n1\n2\n1\n0\n9\n")),
    Seed("named.csv", text("index,label\r\n0,3\r\n1,4\r\n2,0\r\n")),
    Seed("labels.txt", text((0..<200).map { "\($0 % 10)\n" }.joined())),
  ]

  /// MNIST's four files with a few images of 4 × 5 pixels, plain and gzipped.
  static let idx = [
    Seed("mnist", idxFiles("")),
    Seed("mnist gzipped", idxFiles(".gz"), .gzip),
  ]

  private static func idxFiles(_ ending: String) -> [Seed.File] {
    [("train", 6), ("t10k", 3)].flatMap { part, count -> [Seed.File] in
      let size: [UInt8] = [0, 0, 0, UInt8(count)]
      let images: [UInt8] = [0, 0, 8, 3] + size + [0, 0, 0, 4, 0, 0, 0, 5]
      let labels: [UInt8] = [0, 0, 8, 1] + size
      return [
        file("\(part)-images-idx3-ubyte" + ending, images + pattern(count * 20)),
        file("\(part)-labels-idx1-ubyte" + ending, labels + pattern(count).map { $0 % 10 }),
      ]
    }
  }

  static let stl10 = [
    Seed(
      "stl10_binary",
      [
        file("train_X.bin", pattern(2 * 27_648)), file("train_y.bin", [1, 10]),
        file("test_X.bin", pattern(27_648)), file("test_y.bin", [3]),
        file(
          "class_names.txt",
          text("airplane\nbird\ncar\ncat\ndeer\ndog\nhorse\nmonkey\nship\ntruck\n")),
      ])
  ]

  static let clothing1M = [
    Seed(
      "clothing1m",
      [
        file("noisy_label_kv.txt", text("images/0/a.jpg 0\nimages/1/b.jpg 13\nimages/2/c.jpg 5\n")),
        file("clean_label_kv.txt", text("images/1/b.jpg 12\nimages/3/d.jpg 7\n")),
        file("noisy_train_key_list.txt", text("images/0/a.jpg\nimages/1/b.jpg\nimages/2/c.jpg\n")),
        file("clean_train_key_list.txt", text("images/1/b.jpg\n")),
        file("clean_test_key_list.txt", text("images/3/d.jpg\n")),
      ])
  ]

  static let food101N = [
    Seed(
      "food-101n",
      [
        file("meta/classes.txt", text("class_name\napple_pie\nbaklava\nwaffles\n")),
        file(
          "meta/imagelist.tsv",
          text("class_name/key\napple_pie/a.jpg\nbaklava/b.jpg\nwaffles/c.jpg\nwaffles/d.jpg\n")),
        file(
          "meta/verified_train.tsv",
          text("class_name/key\tverification_label\napple_pie/a.jpg\t1\nbaklava/b.jpg\t0\n")),
        file(
          "meta/verified_val.tsv",
          text("class_name/key\tverification_label\nwaffles/c.jpg\t1\nwaffles/d.jpg\t0\n")),
      ])
  ]

  static let webVision = [
    Seed(
      "webvision",
      [
        file(
          "info/synsets.txt",
          text((0..<60).map { "n\(10_000_000 + $0) thing \($0), other name\n" }.joined())),
        file(
          "info/train_filelist_google.txt",
          text((0..<120).map { "google/q\($0 / 2)/\($0).jpg \($0 / 2)\n" }.joined())),
        file(
          "info/val_filelist.txt", text((0..<60).map { "val\($0).jpg \($0)\n" }.joined())),
      ])
  ]

  /// Two classes of two images each, in both parts.
  static func imageFolder(_ folders: SeedFolders) -> [Seed] {
    let images = Array(folders.files(".png", ".jpg", ".JPEG").flatMap(\.files).prefix(60))
    guard images.count >= 4 else { return [] }
    return stride(from: 0, to: images.count - 3, by: 4).map { start in
      Seed(
        "folder",
        (0..<4).map { i in
          let image = images[start + i]
          let part = i < 2 ? "train" : "test"
          return file("\(part)/class\(i % 2)/\(image.path)", image.bytes)
        })
    }
  }

  /// Two classes with an image each, and the list of the classes.
  static func imageNet(_ folders: SeedFolders) -> [Seed] {
    guard let image = folders.files(".jpg", ".JPEG").first?.files.first else { return [] }
    let classes = ["n01443537", "n01514668"]
    let images = ["train", "val"].flatMap { part in
      classes.map { file("\(part)/\($0)/\($0)_1.JPEG", image.bytes) }
    }
    let list = file("classes.txt", text("n01443537 goldfish\nn01514668 cock\n"))
    return [Seed("imagenet", images + [list], damaging: ["classes.txt"])]
  }

  private static func file(_ path: String, _ bytes: [UInt8]) -> Seed.File {
    Seed.File(path: path, bytes: bytes)
  }

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 * 7 % 256) } }
}
