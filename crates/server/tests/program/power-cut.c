/*
 * Keeps what a power cut would leave: whenever the program that loads it (LD_PRELOAD) syncs a file, what stands in it by then is copied
 * to the folder POWER_CUT_KEEPS under the file's own name. What was never synced is not there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Copies before the sync: what is written while it goes on is not promised. */
static int copied(int file, char *copy, size_t room, char *kept) {
  const char *folder = getenv("POWER_CUT_KEEPS");
  char link[64], path[4096];
  struct stat what;
  if (!folder || fstat(file, &what) != 0 || !S_ISREG(what.st_mode)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  const char *name = strrchr(path, '/');
  snprintf(kept, room, "%s%s", folder, name);
  snprintf(copy, room, "%s%s.new", folder, name);
  int to = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), done = to >= 0;
  static char part[1 << 16];
  off_t at = 0;
  /* Through the file itself: to close another handle of it would end the locks that the program has on it. */
  for (ssize_t n; done && (n = pread(file, part, sizeof part, at)) != 0; at += n) done = n > 0 && write(to, part, n) == n;
  if (to >= 0) close(to);
  return done;
}

/* One at a time: what was copied earlier must not take the place of what was copied later. */
static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;

static int turn(int file, long call) {
  char copy[4200], kept[4200];
  pthread_mutex_lock(&alone);
  int done = copied(file, copy, sizeof copy, kept);
  int result = (int)syscall(call, file), error = errno;
  if (done && result == 0) rename(copy, kept);
  pthread_mutex_unlock(&alone);
  errno = error;
  return result;
}

int fsync(int file) { return turn(file, SYS_fsync); }

int fdatasync(int file) { return turn(file, SYS_fdatasync); }
