#ifndef WINNOW_SIGNAL_BYTES_H
#define WINNOW_SIGNAL_BYTES_H

#include <stddef.h>

/// Makes each of the signals a byte to be read: the descriptor returned blocks until one comes and
/// then yields its number. -1 when there are no descriptors left.
///
/// Blocking the signals and waiting for them would not do: libraries start threads before `main`
/// (OpenBLAS does), and a thread that does not block a signal is killed by it. A handler runs on
/// whatever thread, so it is here, in C, and does nothing but write. Calls that a signal interrupts
/// are restarted. A signal that whoever started the process has it ignore (`nohup`, `&` in a
/// script) stays ignored. Once per process; a child that executes a program has none of this.
int signal_bytes_open(const int *signals, size_t count);

/// An eventfd that does not block and is not inherited, or -1: Swift's Glibc has no `eventfd`.
int event_descriptor_open(void);

#endif
