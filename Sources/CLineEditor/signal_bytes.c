#define _GNU_SOURCE  // pipe2

#include "signal_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int written_end = -1;

static void write_number(int number) {
  int error = errno;
  unsigned char byte = (unsigned char)number;
  // Fails only when thousands wait to be read already.
  ssize_t ignored = write(written_end, &byte, 1);
  (void)ignored;
  errno = error;
}

int signal_bytes_open(const int *signals, size_t count) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  written_end = ends[1];
  sigset_t heard;
  sigemptyset(&heard);
  for (size_t i = 0; i < count; i++) {
    struct sigaction action = {0};
    if (sigaction(signals[i], NULL, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    action = (struct sigaction){.sa_handler = write_number, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(signals[i], &action, NULL);
    sigaddset(&heard, signals[i]);
  }
  // Whoever started the process may have left them blocked.
  pthread_sigmask(SIG_UNBLOCK, &heard, NULL);
  return ends[0];
}

int event_descriptor_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
