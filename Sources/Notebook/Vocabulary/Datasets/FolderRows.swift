import Datasets

/// Data sets that are folders of image files.
extension Vocabulary {
  static let folders: [Row<DatasetImplementation>] =
    [
      Row(
        Entry(
          .dataset, "tinyimagenet", aliases: ["tinyimagenet200"],
          "100,000 and 10,000 images in colour, 64 by 64, 200 classes",
          details: """
            The folder tiny-imagenet-200 in a data directory, or path=. Classes are the sorted ids
            of wnids.txt, val is the test split, images are read when they are needed.
            """,
          citation: "Stanford CS231n (2015), Tiny ImageNet visual recognition challenge",
          examples: [
            "load tinyimagenet", "load tinyimagenet\nnoise sym 0.2\nquery random 5",
          ]),
        DatasetImplementation(
          embedding: .expected(
            ExpectedFeatures(
              name: "SimCLR, 512 values a row",
              train: "tiny-imagenet_simclr/pretext/features_seed1.npy")),
          open: { arguments, directories in
            try TinyImageNet.load(from: directories, path: arguments.text("path"))
          },
          classNames: (0..<200).map(String.init))),
      Row(
        Entry(
          .dataset, "folder", aliases: ["image_folder"],
          "any folder of images: train/CLASS/*, and test/CLASS/* or val/CLASS/*",
          parameters: [
            .option("path", .file, default: .required, "the folder that has train in it"),
            .option(
              "size", .integer(1...1024), default: .computed("of the first image, at most 224"),
              "the side of the square that images become"),
          ],
          details: """
            Classes are the sorted names of the folders; PNG and JPEG, by content. Images are read
            when they are needed. From 224 on the square is the middle of the image resized to a
            shorter side of 8/7 of it, below that the shorter side becomes the square's.
            """,
          examples: [
            "load folder path=photos", "load folder path=photos size=64\nquery random 2",
          ]),
        DatasetImplementation(
          embedding: .expected(ExpectedFeatures(name: "any")),
          open: { arguments, _ in
            try ImageFolder.load(
              path: arguments.text("path"), size: arguments.integer("size"))
          })),
    ] + [50, 100, 200].map(imageNet)

  private static func imageNet(_ classes: Int) -> Row<DatasetImplementation> {
    Row(
      Entry(
        .dataset, "imagenet\(classes)",
        "\(classes) classes of ImageNet, over a folder of the whole",
        parameters: [
          .option(
            "classes", .file, default: .absent,
            "a file of lines 'wnid name', whose classes in its order replace the built-in ones")
        ],
        details: """
          train/WNID/*.JPEG and val/WNID/*.JPEG below path= or a data directory's imagenet, or below
          its folder dist. Files are sorted by name within a class, samples by class.
          """,
        citation: """
          Deng, Dong, Socher, Li, Li, Fei-Fei (2009), ImageNet; the subsets of Van Gansbeke, \
          Vandenhende, Georgoulis, Proesmans, Van Gool (2020), arXiv 2005.12320
          """,
        examples: [
          "load imagenet\(classes)", "load imagenet\(classes)\nnoise sym 0.5\nquery random 20",
        ]),
      DatasetImplementation(
        embedding: .expected(
          ExpectedFeatures(
            name: "DINOv2 ViT-S/14, 384 values a row",
            train: classes == 50 ? "features_IMAGENET50_dinov2_train.npy" : nil)),
        open: { arguments, directories in
          try ImageNetSubset.load(
            classes, from: directories, path: arguments.text("path"),
            classes: arguments.text("classes"))
        },
        training: classes == 50
          ? TrainingDefaults(learningRate: 0.01, batch: 50) : TrainingDefaults()))
  }
}
