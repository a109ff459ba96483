import Foundation
import Glibc
import Synchronization
import Testing

/// A web server on the loopback address, which says what it was asked for and misbehaves when told
/// to.
final class DownloadServer: Sendable {
  struct Request: Sendable, Equatable {
    var path: String
    /// From the header `Range: bytes=N-`.
    var from: Int?
  }

  enum Response: Sendable {
    /// The bytes asked for; cut off or held up before that many of them.
    case file([UInt8], cutAfter: Int? = nil, stallAfter: Int? = nil)
    /// All bytes, whatever was asked for.
    case whole([UInt8])
    /// No length is told: the end is where the connection ends.
    case endless([UInt8])
    case status(Int)
    case redirect(String)
  }

  private let socket: Int32
  private let port: UInt16
  private let seen = Mutex<[Request]>([])
  private let isClosed = Atomic<Bool>(false)
  private let respond: @Sendable (Request, _ number: Int) -> Response

  /// - Parameter respond: gets the request and how many came before it.
  init(_ respond: @escaping @Sendable (Request, _ number: Int) -> Response) throws {
    self.respond = respond
    (socket, port) = try Self.listen()
    let thread = Thread { self.serve() }
    thread.start()
  }

  var address: String { "http://127.0.0.1:\(port)" }
  var requests: [Request] { seen.withLock { $0 } }

  /// Nobody answers on its port from here on.
  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    shutdown(socket, Int32(SHUT_RDWR))
    Glibc.close(socket)
  }

  private static func listen() throws -> (Int32, UInt16) {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(socket >= 0)
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, size) == 0 && Glibc.listen(socket, 16) == 0
          && getsockname(socket, $0, &size) == 0
      }
    }
    try #require(isBound)
    return (socket, UInt16(bigEndian: address.sin_port))
  }

  private func serve() {
    while !isClosed.load(ordering: .sequentiallyConsistent) {
      let connection = accept(socket, nil, nil)
      guard connection >= 0 else { continue }
      _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
      answer(connection)
      Glibc.close(connection)
    }
  }

  private func answer(_ connection: Int32) {
    guard let request = Self.readRequest(connection) else { return }
    let number = seen.withLock {
      $0.append(request)
      return $0.count - 1
    }
    switch respond(request, number) {
    case .status(let status): send("HTTP/1.1 \(status) Some Words\r\n\r\n", connection)
    case .redirect(let place):
      send("HTTP/1.1 302 Found\r\nLocation: \(place)\r\nContent-Length: 0\r\n\r\n", connection)
    case .whole(let bytes):
      send("HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n", connection)
      send(bytes[...], connection)
    case .endless(let bytes):
      send("HTTP/1.1 200 OK\r\n\r\n", connection)
      send(bytes[...], connection)
    case .file(let bytes, let cut, let stall):
      sendFile(bytes, request.from, cut, stall, connection)
    }
  }

  private func sendFile(
    _ bytes: [UInt8], _ from: Int?, _ cut: Int?, _ stall: Int?, _ connection: Int32
  ) {
    let start = from ?? 0
    guard start < bytes.count else {
      send("HTTP/1.1 416 No\r\nContent-Range: bytes */\(bytes.count)\r\n\r\n", connection)
      return
    }
    let head = from == nil ? "200 OK" : "206 Partial Content"
    let range = "Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)\r\n"
    send(
      "HTTP/1.1 \(head)\r\n\(from == nil ? "" : range)"
        + "Content-Length: \(bytes.count - start)\r\n\r\n", connection)
    if let stall {
      send(bytes[start..<stall], connection)
      // Until the other side gives up.
      var byte: UInt8 = 0
      _ = recv(connection, &byte, 1, 0)
    } else {
      send(bytes[start..<(cut ?? bytes.count)], connection)
    }
  }

  private static func readRequest(_ connection: Int32) -> Request? {
    var text = ""
    var piece = [UInt8](repeating: 0, count: 4096)
    while !text.contains("\r\n\r\n") {
      let count = recv(connection, &piece, piece.count, 0)
      guard count > 0 else { return nil }
      text += String(decoding: piece[..<count], as: UTF8.self)
    }
    let lines = text.components(separatedBy: "\r\n")
    let path = lines[0].components(separatedBy: " ")
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
    let from = range.flatMap { Int($0.drop { $0 != "=" }.dropFirst().prefix { $0 != "-" }) }
    return Request(path: path.count > 1 ? path[1] : "", from: from)
  }

  private func send(_ text: String, _ connection: Int32) { send(Array(text.utf8)[...], connection) }

  private func send(_ bytes: ArraySlice<UInt8>, _ connection: Int32) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}

/// Runs `body` with a server that is closed afterwards.
func withServer<Result>(
  _ respond: @escaping @Sendable (DownloadServer.Request, Int) -> DownloadServer.Response,
  _ body: (DownloadServer) throws -> Result
) throws -> Result {
  let server = try DownloadServer(respond)
  defer { server.close() }
  return try body(server)
}
