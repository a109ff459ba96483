import CZlib

/// Undoes deflate piece by piece, so that neither the packed nor the plain bytes are held whole.
struct Inflater: ~Copyable {
  enum Wrapping: Sendable {
    /// Bare deflate, as members of a zip have it.
    case none
    /// One gzip file, or several one after another.
    case gzip
    /// One zlib stream, as MATLAB packs variables.
    case zlib

    /// How zlib is told: the size of the window, and by its sign or 16 more what is around it.
    fileprivate var windowBits: Int32 {
      switch self {
      case .none: -15
      case .gzip: 31
      case .zlib: 15
      }
    }
  }

  /// No deflate stream grows by more than this factor; whatever promises more is not sound.
  static let largestGrowth = 1032

  private let source: any ByteSource
  private let wrapping: Wrapping
  private var position: Int
  private let end: Int
  private var hasEnded = false
  /// zlib keeps the address of its state, so the state must not move.
  private let state: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer

  init(_ source: any ByteSource, _ range: Range<Int>, _ wrapping: Wrapping) throws {
    self.source = source
    self.wrapping = wrapping
    position = range.lowerBound
    end = range.upperBound
    state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    state.initialize(to: z_stream())
    input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(state, wrapping.windowBits, ZLIB_VERSION, size) == Z_OK else {
      throw FileError(
        .tooLarge, path: source.name, expected: "memory to unpack it", found: "none left")
    }
  }

  deinit {
    inflateEnd(state)
    state.deinitialize(count: 1)
    state.deallocate()
    input.deallocate()
  }

  /// Unpacks into `target` and returns the number of bytes written, which is less than asked for
  /// only at the end of the packed data.
  mutating func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    var done = 0
    while done < target.count && !hasEnded {
      let piece = UnsafeMutableRawBufferPointer(
        rebasing: target[done..<min(target.count, done + 1 << 30)])
      done += try inflatePiece(piece)
    }
    return done
  }

  private mutating func inflatePiece(_ target: UnsafeMutableRawBufferPointer) throws -> Int {
    state.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
    state.pointee.avail_out = UInt32(target.count)
    while state.pointee.avail_out > 0 && !hasEnded {
      if state.pointee.avail_in == 0 { try refill() }
      switch inflate(state, Z_NO_FLUSH) {
      case Z_OK, Z_BUF_ERROR: continue
      case Z_STREAM_END: try endMember()
      default: throw damaged("packed data")
      }
    }
    return target.count - Int(state.pointee.avail_out)
  }

  private mutating func refill() throws {
    let count = min(end - position, input.count)
    guard count > 0 else { throw damaged("more packed data") }
    try source.read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: input[..<count]))
    position += count
    state.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
    state.pointee.avail_in = UInt32(count)
  }

  private mutating func endMember() throws {
    guard position < end || state.pointee.avail_in > 0 else {
      hasEnded = true
      return
    }
    guard wrapping == .gzip, inflateReset(state) == Z_OK else {
      throw damaged("the end of the packed data")
    }
  }

  private func damaged(_ expected: String) -> FileError {
    let place = position - Int(state.pointee.avail_in)
    return FileError(
      .format, path: source.name, at: .byte(place), expected: expected,
      found: place >= end ? "their end" : "bytes that do not unpack",
      hints: ["the file is damaged or cut off: fetch it again"])
  }
}
