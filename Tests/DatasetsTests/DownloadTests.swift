import Datasets
import Foundation
import LinearAlgebra
import Synchronization
import TestSupport
import Testing

/// Files fetched from a server on the loopback address.
@Suite(.timeLimit(.minutes(15))) struct DownloadTests {
  /// 200,000 bytes with their digests as other programs give them.
  static let bytes = (0..<200_000).map { UInt8($0 % 251) }
  static let sha256 = "e24bc62381f1224fbbb74688663f8f9743b9680b193edd666835e97b06e730eb"
  static let md5 = "415d6e662118c229c6ad3f950c24702a"
  static let target = "things/bytes.bin"

  static func file(
    _ digest: RemoteFile.Digest? = .sha256(sha256), size: Int? = bytes.count
  ) -> RemoteFile {
    RemoteFile(
      "https://nowhere.invalid/a/b/bytes.bin", folder: "some", size: size, digest, .file(target))
  }

  /// A download through `server` as its mirror, which does not wait between attempts.
  static func download(
    _ files: [RemoteFile] = [file()], into folder: URL, from server: String, retries: Int = 0,
    curl: String = "curl"
  ) -> Download {
    Download(
      dataset: "things", files: files, directory: folder.path(percentEncoded: false),
      mirror: server + "/mirror/", curl: curl, retries: retries, pause: 0)
  }

  static func content(_ folder: URL, _ path: String = target) -> [UInt8]? {
    (try? Data(contentsOf: folder.appending(path: path))).map { [UInt8]($0) }
  }

  static let partial = target + ".partial"

  @Test(arguments: [RemoteFile.Digest.sha256(sha256), .md5(md5)])
  func `a file comes whole, under its own name, and is said to`(digest: RemoteFile.Digest) throws {
    try withTemporaryFolder { folder in
      try withServer({ _, _ in .file(Self.bytes) }) { server in
        let download = Self.download([Self.file(digest)], into: folder, from: server.address)
        #expect(!download.isComplete)
        let notices = try download.run()
        #expect(notices == ["fetched \(server.address)/mirror/some/bytes.bin (200,000 bytes)"])
        #expect(server.requests == [.init(path: "/mirror/some/bytes.bin", from: nil)])
        #expect(Self.content(folder) == Self.bytes)
        #expect(Self.content(folder, Self.partial) == nil)
        #expect(download.isComplete)
        #expect(download.leftovers.isEmpty)
      }
    }
  }

  @Test func `what is there is not asked for again`() throws {
    try withTemporaryFolder { folder in
      try withServer({ _, _ in .file(Self.bytes) }) { server in
        let download = Self.download(into: folder, from: server.address)
        _ = try download.run()
        let path = folder.path(percentEncoded: false)
        let notices = try download.run()
        #expect(notices == ["things is in '\(path)' already; nothing was downloaded"])
        #expect(server.requests.count == 1)
      }
    }
  }

  @Test func `a gzipped IDX file is not fetched where the plain one is there`() throws {
    try withTemporaryFolder { folder in
      _ = try folder.write(Build.idx([1], [7]), as: "x/labels-idx1-ubyte")
      let file = RemoteFile(
        "http://nowhere.invalid/labels-idx1-ubyte.gz", folder: "x", size: nil, nil,
        .file("x/labels-idx1-ubyte.gz"))
      #expect(Self.download([file], into: folder, from: "http://nowhere.invalid").isComplete)
    }
  }

  @Test func `a transfer that broke goes on where it stopped`() throws {
    try withTemporaryFolder { folder in
      try withServer({ _, number in .file(Self.bytes, cutAfter: number == 0 ? 123_456 : nil) }) {
        server in
        let download = Self.download(into: folder, from: server.address)
        let error = fileError { _ = try download.run() }
        #expect(error?.kind == .missing)
        #expect(error?.path == server.address + "/mirror/some/bytes.bin")
        #expect(error?.found.hasPrefix("a connection that broke off (curl: (18) ") == true)
        #expect(error?.hints.first?.contains("keeps the 123456 bytes") == true)
        #expect(Self.content(folder, Self.partial)?.count == 123_456)
        #expect(Self.content(folder) == nil)
        #expect(download.leftovers.count == 1)
        let notices = try download.run()
        let place = server.address + "/mirror/some/bytes.bin"
        #expect(notices == ["fetched \(place) (200,000 bytes, going on after 123,456)"])
        #expect(server.requests.map(\.from) == [nil, 123_456])
        #expect(Self.content(folder) == Self.bytes)
      }
    }
  }

  @Test func `a transfer that breaks is taken up again as often as it may be`() throws {
    try withTemporaryFolder { folder in
      try withServer({ _, number in
        .file(Self.bytes, cutAfter: number < 2 ? 50_000 * (number + 1) : nil)
      }) { server in
        _ = try Self.download(into: folder, from: server.address, retries: 2).run()
        #expect(server.requests.map(\.from) == [nil, 50_000, 100_000])
        #expect(Self.content(folder) == Self.bytes)
      }
    }
  }

  @Test func `a busy server is asked again, and where it stays busy that is the error`() throws {
    try withTemporaryFolder { folder in
      try withServer({ _, _ in .status(503) }) { server in
        let error = fileError {
          _ = try Self.download(into: folder, from: server.address, retries: 2).run()
        }
        #expect(error?.found.hasPrefix("HTTP status 503") == true)
        #expect(server.requests.count == 3)
      }
    }
  }

  @Test func `a server without ranges sends the file from its beginning`() throws {
    try withTemporaryFolder { folder in
      _ = try folder.write(Array(Self.bytes[..<70_000]), as: Self.partial)
      try withServer({ _, _ in .whole(Self.bytes) }) { server in
        _ = try Self.download(into: folder, from: server.address).run()
        #expect(server.requests.map(\.from) == [70_000, nil])
        #expect(Self.content(folder) == Self.bytes)
      }
    }
  }

  @Test func `what is longer than the server's file is begun anew`() throws {
    try withTemporaryFolder { folder in
      _ = try folder.write([UInt8](repeating: 7, count: 300_000), as: Self.partial)
      try withServer({ _, _ in .file(Self.bytes) }) { server in
        let file = Self.file(size: nil)
        _ = try Self.download([file], into: folder, from: server.address).run()
        #expect(server.requests.map(\.from) == [300_000, nil])
        #expect(Self.content(folder) == Self.bytes)
      }
    }
  }

  @Test func `a file of which every byte is there is only checked`() throws {
    try withTemporaryFolder { folder in
      _ = try folder.write(Self.bytes, as: Self.partial)
      try withServer({ _, _ in .status(500) }) { server in
        _ = try Self.download(into: folder, from: server.address).run()
        #expect(server.requests.isEmpty)
        #expect(Self.content(folder) == Self.bytes)
      }
    }
  }

  @Test func `another digest is an error with both, and what came is deleted`() throws {
    try withTemporaryFolder { folder in
      var wrong = Self.bytes
      wrong[100_000] ^= 1
      let sent = wrong
      try withServer({ _, number in .file(number == 0 ? sent : Self.bytes) }) { server in
        let download = Self.download(into: folder, from: server.address)
        let error = fileError { _ = try download.run() }
        #expect(error?.kind == .format)
        #expect(error?.path == server.address + "/mirror/some/bytes.bin")
        #expect(error?.expected == "a file of the published SHA-256 \(Self.sha256)")
        #expect(error?.found.hasPrefix("SHA-256 ") == true)
        #expect(error?.hints.first?.hasPrefix("what came is deleted") == true)
        #expect(Self.content(folder) == nil && Self.content(folder, Self.partial) == nil)
        _ = try download.run()
        #expect(Self.content(folder) == Self.bytes)
      }
    }
  }

  @Test func `a file whose digest nobody has published is told by the one it has`() throws {
    try withTemporaryFolder { folder in
      try withServer({ _, _ in .file(Self.bytes) }) { server in
        let file = RemoteFile(
          "http://nowhere.invalid/bytes.bin", folder: "some", size: nil, nil, .file(Self.target),
          notice: "not for sale")
        let notices = try Self.download([file], into: folder, from: server.address).run()
        #expect(
          Array(notices.dropFirst()) == [
            "bytes.bin: nobody has published its digest; its SHA-256 is \(Self.sha256)",
            "not for sale",
          ])
      }
    }
  }

  @Test func `a file longer than the published one is not fetched to its end`() throws {
    try withTemporaryFolder { folder in
      let long = [UInt8](repeating: 1, count: 40_000_000)
      try withServer({ _, _ in .endless(long) }) { server in
        let error = fileError { _ = try Self.download(into: folder, from: server.address).run() }
        #expect(error?.kind == .format)
        #expect(Self.content(folder) == nil && Self.content(folder, Self.partial) == nil)
      }
    }
  }

  @Test func `redirections are followed`() throws {
    try withTemporaryFolder { folder in
      try withServer({ request, _ in
        request.path.hasSuffix(".bin") ? .redirect("/elsewhere") : .file(Self.bytes)
      }) { server in
        _ = try Self.download(into: folder, from: server.address).run()
        #expect(server.requests.map(\.path) == ["/mirror/some/bytes.bin", "/elsewhere"])
        #expect(Self.content(folder) == Self.bytes)
      }
    }
  }

  @Test func `a file that the server does not have is an error with the status`() throws {
    try withTemporaryFolder { folder in
      try withServer({ _, _ in .status(404) }) { server in
        let download = Self.download(into: folder, from: server.address, retries: 3)
        let error = fileError { _ = try download.run() }
        #expect(error?.kind == .missing)
        #expect(error?.found.hasPrefix("HTTP status 404 (curl: (22) ") == true)
        #expect(error?.hints == ["another server: WINNOW_MIRROR=http://HOST/PREFIX"])
        #expect(server.requests.count == 1)
        #expect(Self.content(folder, Self.partial) == nil)
      }
    }
  }

  @Test func `a server that is down is an error that says so`() throws {
    try withTemporaryFolder { folder in
      let server = try DownloadServer { _, _ in .status(500) }
      server.close()
      let error = fileError { _ = try Self.download(into: folder, from: server.address).run() }
      #expect(error?.found.hasPrefix("no connection (curl: (7) ") == true)
    }
  }

  @Test func `without curl the error says how to get it`() throws {
    try withTemporaryFolder { folder in
      let error = fileError {
        _ = try Self.download(into: folder, from: "http://127.0.0.1:9", curl: "no-curl-here").run()
      }
      #expect(error?.path == "no-curl-here")
      #expect(error?.hints == ["apt-get install curl"])
    }
  }

  @Test func `a folder that cannot be made is an error that names it`() throws {
    try withTemporaryFolder { folder in
      let path = try folder.write("a file", as: "file")
      let error = fileError {
        _ = try Download(dataset: "mnist", directory: path + "/below", mirror: "http://127.0.0.1:9")
          .run()
      }
      #expect(error?.kind == .unwritable)
      #expect(error?.path == path + "/below")
    }
  }

  @Test(arguments: ["ftp://host", "localhost:80", "http://a b", "-o/tmp/x"])
  func `a mirror that is no address is refused`(mirror: String) throws {
    try withTemporaryFolder { folder in
      let download = try Download(
        dataset: "mnist", directory: folder.path(percentEncoded: false), mirror: mirror)
      #expect(throws: OptionError.self) { try download.run() }
    }
  }

  @Test func `two at once fetch the files once`() async throws {
    try await withThrowingTaskGroup(of: [String].self) { group in
      let folder = FileManager.default.temporaryDirectory.appending(
        component: "winnow-\(UUID().uuidString)", directoryHint: .isDirectory)
      defer { try? FileManager.default.removeItem(at: folder) }
      let server = try DownloadServer { _, _ in .file(Self.bytes) }
      defer { server.close() }
      for _ in 0..<4 {
        group.addTask { try Self.download(into: folder, from: server.address).run() }
      }
      var notices: [String] = []
      for try await result in group { notices += result }
      #expect(notices.filter { $0.hasPrefix("fetched") }.count == 1)
      #expect(notices.filter { $0.hasSuffix("nothing was downloaded") }.count == 3)
      #expect(server.requests.count == 1)
      #expect(Self.content(folder) == Self.bytes)
    }
  }

  @Test func `an interruption stops curl and keeps what came`() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        try withServer({ _, number in
          .file(Self.bytes, stallAfter: number == 0 ? 60_000 : nil)
        }) { server in
          let download = Self.download(into: folder, from: server.address)
          let totals = Mutex<Set<Int>>([])
          let meter = ProgressMeter { work, done, total in
            #expect(work == "fetching bytes.bin")
            totals.withLock { _ = $0.insert(total) }
            if done >= 50_000 { Interrupt.request() }
          }
          #expect(throws: Interrupted.self) {
            try ProgressMeter.$current.withValue(meter) { try download.run() }
          }
          Interrupt.clear()
          #expect(totals.withLock { $0 } == [200_000])
          // curl may still have had the last few kilobytes in its own memory.
          let kept = Self.content(folder, Self.partial) ?? []
          #expect(
            (50_000...60_000).contains(kept.count) && kept == Array(Self.bytes[..<kept.count]))
          #expect(
            download.leftovers.first?.hasSuffix(" bytes that came; download=true goes on there")
              == true)
          _ = try download.run()
          #expect(server.requests.map(\.from) == [nil, kept.count])
          #expect(Self.content(folder) == Self.bytes)
        }
      }
    }
  }
}
