/*
 * Makes each sync of the program that loads it (LD_PRELOAD) take as many milliseconds more as SLOW_SYNC_MS says, as a disk without a
 * battery would. A machine whose syncs cost next to nothing measures the processor where durability is asked for.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void turn(void) {
  static long ms = -1;
  if (ms < 0) {
    const char *text = getenv("SLOW_SYNC_MS");
    ms = text ? atol(text) : 0;
  }
  struct timespec wait = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&wait, &wait) != 0) {}
}

int fsync(int file) {
  turn();
  return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
  turn();
  return (int)syscall(SYS_fdatasync, file);
}
