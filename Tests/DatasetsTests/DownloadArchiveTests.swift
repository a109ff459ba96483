import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Archives, which are fetched and then unpacked, and the table of what can be fetched.
@Suite(.timeLimit(.minutes(15))) struct DownloadArchiveTests {
  static let members = ["set/one", "set/two"]
  static let archive = RemoteFile(
    "http://nowhere.invalid/set.tar.gz", folder: "some", size: nil, nil,
    .archive(members: members))

  static let sound = Tar.archive([
    .init(name: "set/", type: "5"), .init(name: "set/one", data: Array("first".utf8)),
    .init(name: "set/three", data: [3]), .init(name: "set/two", data: [2, 2]),
  ])

  /// Fetches an archive into `folder/data` and gives what is in `folder` afterwards.
  func unpack(
    _ bytes: [UInt8], _ check: ([String], _ run: () throws -> [String], URL) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let data = folder.appending(component: "data", directoryHint: .isDirectory)
      try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
      try withServer({ _, _ in .file(bytes) }) { server in
        let download = DownloadTests.download([Self.archive], into: data, from: server.address)
        try check(Self.members, { try download.run() }, folder)
      }
    }
  }

  /// Every file, link and folder below `folder`, by its path from there.
  func all(in folder: URL) -> [String] {
    (FileManager.default.enumerator(atPath: folder.path(percentEncoded: false))?
      .compactMap { $0 as? String } ?? []).sorted()
  }

  static let lockFile = "data/.winnow-download-lock"

  @Test func `the members asked for are unpacked, others and the archive are not kept`() throws {
    try unpack(Self.sound) { _, run, folder in
      let notices = try run()
      #expect(
        all(in: folder) == ["data", Self.lockFile, "data/set", "data/set/one", "data/set/two"])
      #expect(DownloadTests.content(folder, "data/set/one") == Array("first".utf8))
      #expect(DownloadTests.content(folder, "data/set/two") == [2, 2])
      let path = folder.path(percentEncoded: false)
      #expect(notices.last == "unpacked 2 files into '\(path)data/'")
    }
  }

  @Test(arguments: ["../evil", "/tmp/winnow-evil-member", "set/../../evil"])
  func `a member that would leave the folder goes nowhere`(name: String) throws {
    let archive = Tar.archive([
      .init(name: name, data: [6, 6, 6]), .init(name: "set/one", data: [1]),
      .init(name: "set/two", data: [2]), .init(name: name, data: [6]),
    ])
    try unpack(archive) { _, run, folder in
      _ = try run()
      #expect(
        all(in: folder) == ["data", Self.lockFile, "data/set", "data/set/one", "data/set/two"])
      #expect(!FileManager.default.fileExists(atPath: "/tmp/winnow-evil-member"))
    }
  }

  @Test func `a member that is a link is refused, and nothing is left outside or in its place`()
    throws
  {
    try withTemporaryFolder { elsewhere in
      let victim = try elsewhere.write([1, 2, 3], as: "victim")
      let links: [[Tar.Member]] = [
        [.init(name: "set/one", type: "2", link: victim)],
        [.init(name: "set/one", type: "1", link: victim)],
        [
          .init(name: "set", type: "2", link: elsewhere.path(percentEncoded: false)),
          .init(name: "set/one", data: [9]),
        ],
        [
          .init(name: "set/one", type: "2", link: victim), .init(name: "set/one", data: [9]),
          .init(name: "set/one", type: "2", link: victim),
        ],
        [.init(name: "set/one/", type: "5"), .init(name: "set/one/more", data: [9])],
      ]
      for members in links {
        try unpack(Tar.archive(members + [.init(name: "set/two", data: [2])])) { _, run, folder in
          _ = try? run()
          let found = all(in: folder).filter { !$0.hasPrefix("data/set.tar.gz") }
          #expect(
            found == ["data", Self.lockFile]
              || found == ["data", Self.lockFile, "data/set", "data/set/one", "data/set/two"]
                && DownloadTests.content(folder, "data/set/one") == [9]
          )
          #expect(DownloadTests.content(elsewhere, "victim") == [1, 2, 3])
          #expect(all(in: elsewhere) == ["victim"])
        }
      }
    }
  }

  @Test func `an archive without a member, and one that is none, is an error that names it`() throws
  {
    let lacking = Tar.archive([.init(name: "set/one", data: [1])])
    for bytes in [lacking, Array(Self.sound[..<60]), [1, 2, 3]] {
      try unpack(bytes) { _, run, folder in
        let error = fileError { _ = try run() }
        #expect(error?.kind == .format)
        #expect(error?.path.hasSuffix("data/set.tar.gz") == true)
        #expect(!all(in: folder).contains { $0.contains("unpacking") || $0.hasSuffix("one") })
      }
    }
  }

  @Test func `an archive put there by hand is unpacked and left`() throws {
    try withTemporaryFolder { folder in
      let path = try folder.write(Self.sound, as: "set.tar.gz")
      let notices = try DownloadTests.download(
        [Self.archive], into: folder, from: "http://127.0.0.1:9"
      ).run()
      #expect(notices == ["unpacked '\(path)', which was there, and left it"])
      #expect(DownloadTests.content(folder, "set/two") == [2, 2])
      #expect(DownloadTests.content(folder, "set.tar.gz") == Self.sound)
    }
  }

  @Test func `an archive put there by hand that is another is not touched`() throws {
    try withTemporaryFolder { folder in
      let path = try folder.write(Self.sound, as: "set.tar.gz")
      let file = RemoteFile(
        "http://nowhere.invalid/set.tar.gz", folder: "some", size: nil,
        .md5(String(repeating: "0", count: 32)), .archive(members: Self.members))
      let error = fileError {
        _ = try DownloadTests.download([file], into: folder, from: "http://127.0.0.1:9").run()
      }
      #expect(error?.path == path)
      #expect(DownloadTests.content(folder, "set.tar.gz") == Self.sound)
    }
  }

  @Test func `a file that is there is not replaced by that of the archive`() throws {
    try unpack(Self.sound) { _, run, folder in
      _ = try folder.write([7], as: "data/set/one")
      _ = try run()
      #expect(DownloadTests.content(folder, "data/set/one") == [7])
      #expect(DownloadTests.content(folder, "data/set/two") == [2, 2])
    }
  }

  @Test func `an MNIST-like set of four files can be loaded afterwards`() throws {
    let names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]
      .map { $0 + "-ubyte.gz" }
    let digests = [
      "1fba1de7d1dbff7f6104ad22be339f6cef1adfbadecc4249f0e14044f94590a2",
      "1bdfd1c77939b2ebc42fcd9f1ac4873e8924585511fa8e577d89a91c9f882605",
      "aff2e7eb052f7f0d02005deb5a6758c874ea1a82c699cbd7605635e409b42e8f",
      "6b2ef606defb817fa706d658d9806150f51a3b25822e1ddc4a6afd0b7a8fc10d",
    ]
    let files = zip(names, digests).map { name, digest in
      RemoteFile(
        "http://nowhere.invalid/\(name)", folder: "fashion_mnist", size: nil, .sha256(digest),
        .file("fashion-mnist/\(name)"))
    }
    try withTemporaryFolder { folder in
      try withServer({ request, _ in
        let name = request.path.split(separator: "/").last ?? ""
        let file = try? Data(contentsOf: Fixtures.url("oracles/digits-idx/\(name)"))
        return file.map { .file([UInt8]($0)) } ?? .status(404)
      }) { server in
        _ = try DownloadTests.download(files, into: folder, from: server.address).run()
        let set = try FashionMNIST.load(
          from: DataDirectories(paths: [folder.path(percentEncoded: false)]))
        #expect(set.train.count == 1297 && set.test?.count == 500)
        #expect(server.requests.map(\.path) == names.map { "/mirror/fashion_mnist/" + $0 })
      }
    }
  }

  @Test func `downloads go to the first place named, else ./data, else the cache`() {
    let environment = ["XDG_CACHE_HOME": "/c", "HOME": "/h"]
    #expect(Download.directory(named: ["", "/a", "/b"], environment: environment) == "/a")
    let unnamed = Download.directory(named: [], environment: environment)
    #expect(unnamed == (FileManager.default.fileExists(atPath: "data") ? "data" : "/c/winnow"))
    if unnamed != "data" {
      #expect(Download.directory(named: [], environment: ["HOME": "/h"]) == "/h/.cache/winnow")
    }
  }

  @Test func `every data set of the table can be asked for, and no other`() throws {
    #expect(
      Download.names == [
        "mnist", "fashion_mnist", "cifar10", "cifar100", "svhn", "stl10", "cifar10n", "cifar100n",
      ])
    for name in Download.names {
      let download = try Download(dataset: name, directory: "/nowhere/at/all")
      #expect(!download.isComplete)
      #expect(download.leftovers.isEmpty)
    }
    #expect(throws: OptionError.self) { try Download(dataset: "digits", directory: "/nowhere") }
  }

  @Test func `nothing of the table leads out of the directory, and every digest is one`() {
    for file in Download.files {
      #expect(file.address.hasPrefix("http://") || file.address.hasPrefix("https://"))
      let targets =
        switch file.contents {
        case .file(let path): [path]
        case .archive(let members): members
        }
      #expect(!targets.isEmpty)
      for target in targets {
        #expect(!target.hasPrefix("/") && !target.split(separator: "/").contains(".."))
      }
      let digits =
        switch file.digest {
        case .md5(let digits): digits.count == 32 ? digits : "?"
        case .sha256(let digits): digits.count == 64 ? digits : "?"
        case nil: ""
        }
      #expect(digits.allSatisfy { "0123456789abcdef".contains($0) })
    }
  }
}

/// Tar archives, byte by byte, so that they can hold what no `tar` would put in.
enum Tar {
  struct Member {
    var name: String
    var data: [UInt8] = []
    /// 0 a file, 1 a hard link, 2 a symbolic link, 5 a folder.
    var type: Character = "0"
    var link = ""
  }

  /// Gzipped, but not packed.
  static func archive(_ members: [Member]) -> [UInt8] {
    gzip(members.flatMap(block) + [UInt8](repeating: 0, count: 1024))
  }

  private static func block(_ member: Member) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (i, byte) in text.utf8.enumerated() { header[offset + i] = byte }
    }
    func octal(_ number: Int, _ width: Int) -> String {
      let digits = String(number, radix: 8)
      return String(repeating: "0", count: width - digits.count) + digits
    }
    put(member.name, at: 0)
    put(member.type == "5" ? "0000755" : "0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(octal(member.data.count, 11), at: 124)
    put("00000000000", at: 136)
    put("        ", at: 148)
    put(String(member.type), at: 156)
    put(member.link, at: 157)
    put("ustar", at: 257)
    put("00", at: 263)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
    let padding = (512 - member.data.count % 512) % 512
    return header + member.data + [UInt8](repeating: 0, count: padding)
  }

  private static func gzip(_ data: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    for start in stride(from: 0, to: data.count, by: 0xffff) {
      let piece = data[start..<min(start + 0xffff, data.count)]
      let count = UInt16(piece.count)
      result += [start + piece.count == data.count ? 1 : 0] + Build.bytes([count, ~count]) + piece
    }
    return result + Build.bytes([Build.crc32(data), UInt32(data.count)])
  }
}
