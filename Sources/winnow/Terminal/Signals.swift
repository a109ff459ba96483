import CLineEditor
import Foundation
import Glibc
import LinearAlgebra
import Synchronization

/// Turns signals into facts that ordinary code can look at.
///
/// A handler only writes down which signal came, and a thread reads that: nothing of ours runs
/// inside a signal handler. SIGINT, SIGTERM and SIGHUP ask all loops to stop (`Interrupt`) and are
/// remembered; a further Ctrl-C while a command is stopping changes nothing. SIGWINCH and SIGCONT
/// are for the line editor. A write to a closed pipe is an error of that write (SIGPIPE is ignored,
/// in child processes too, unless whoever starts one says otherwise).
enum Signals {
  private static let handled: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT]
  private static let interrupted = Atomic<Bool>(false)
  private static let ending = Atomic<Int32>(0)
  private static let resized = Atomic<Bool>(false)
  private static let resumed = Atomic<Bool>(false)
  private static let descriptor = Atomic<Int32>(-1)

  /// Begins to listen. Once, first thing in `main`.
  static func install() {
    signal(SIGPIPE, SIG_IGN)
    descriptor.store(event_descriptor_open(), ordering: .relaxed)
    let numbers = signal_bytes_open(handled, handled.count)
    guard numbers >= 0 else { return }
    Thread.detachNewThread { listen(to: numbers) }
  }

  /// A descriptor that becomes readable when a signal has come; -1 before `install`. Whoever waits
  /// for input polls it too, and reads it empty before asking what came.
  static var eventDescriptor: Int32 { descriptor.load(ordering: .relaxed) }

  /// Why to stop: SIGTERM or SIGHUP, which stay, or else SIGINT until it is forgotten.
  static var received: Int32? {
    let last = ending.load(ordering: .acquiring)
    if last != 0 { return last }
    return interrupted.load(ordering: .acquiring) ? SIGINT : nil
  }

  /// Forgets a SIGINT that was obeyed or came too late, so that the next command runs. What ends
  /// the program is not forgotten.
  static func forget() {
    interrupted.store(false, ordering: .releasing)
    Interrupt.clear()
    // One that comes between these lines stops the next command, as it should.
    if received != nil { Interrupt.request() }
  }

  /// Whether the window has changed its size, and whether the process has been stopped and goes on,
  /// since this was asked last.
  static func takeScreenNews() -> (resized: Bool, resumed: Bool) {
    (
      resized.exchange(false, ordering: .acquiringAndReleasing),
      resumed.exchange(false, ordering: .acquiringAndReleasing)
    )
  }

  private static func listen(to numbers: Int32) {
    while true {
      var number: UInt8 = 0
      guard read(numbers, &number, 1) == 1 else { continue }
      note(Int32(number))
      var one: UInt64 = 1
      // Fails only when it is readable anyway.
      _ = write(eventDescriptor, &one, MemoryLayout.size(ofValue: one))
    }
  }

  private static func note(_ number: Int32) {
    switch number {
    case SIGWINCH: resized.store(true, ordering: .releasing)
    case SIGCONT: resumed.store(true, ordering: .releasing)
    case SIGINT:
      interrupted.store(true, ordering: .releasing)
      Interrupt.request()
    default:
      ending.store(number, ordering: .releasing)
      Interrupt.request()
    }
  }
}
