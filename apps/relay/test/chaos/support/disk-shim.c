/*
 * Preloaded (LD_PRELOAD) into a relay under test, to break its disk without any rights. For files below CHAOS_DISK_ROOT it
 *  - keeps, for each file, what unsynced writes have overwritten, in CHAOS_DISK_UNDO/<name>.undo: undoing that after a kill gives the file
 *    as a power cut would leave it. A record is: size of the file before, offset, length of the old bytes (each int64), the old bytes.
 *  - writes "sync <name>" to file descriptor 3 after each sync, if CHAOS_DISK_REPORT is set;
 *  - fails as the file CHAOS_DISK_FAULT says by its first letter: f(ull), e(rror), r(ead-only); missing or empty: not at all. Full: the
 *    files below the root may have so many bytes together as the number after the letter says.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static long long quota;

static char fault(void) {
  const char *path = getenv("CHAOS_DISK_FAULT");
  if (!path) return 0;
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  char text[32] = {0};
  if (syscall(SYS_read, fd, text, sizeof text - 1) < 1) text[0] = 0;
  syscall(SYS_close, fd);
  if (text[0] == 'f') quota = atoll(text + 1);
  return text[0];
}

/* Of all files in the root; the store has no folders in it. */
static long long used(void) {
  const char *root = getenv("CHAOS_DISK_ROOT");
  DIR *folder = root ? opendir(root) : 0;
  if (!folder) return 0;
  long long sum = 0;
  struct stat status;
  for (struct dirent *entry; (entry = readdir(folder));)
    if (fstatat(dirfd(folder), entry->d_name, &status, 0) == 0 && S_ISREG(status.st_mode)) sum += status.st_size;
  closedir(folder);
  return sum;
}

/* The name of the file below the root, 0 for any other. */
static const char *name_of(int fd, char *buffer) {
  const char *root = getenv("CHAOS_DISK_ROOT");
  if (!root || fd < 4) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, buffer, PATH_MAX - 1);
  if (length <= 0) return 0;
  buffer[length] = 0;
  size_t prefix = strlen(root);
  if (strncmp(buffer, root, prefix) != 0 || buffer[prefix] != '/') return 0;
  const char *name = strrchr(buffer, '/') + 1;
  size_t size = strlen(name);
  int is_store = (size > 3 && strcmp(name + size - 3, ".db") == 0) || (size > 4 && strcmp(name + size - 4, "-wal") == 0);
  return is_store ? name : 0;
}

static int undo_file(const char *name) {
  const char *folder = getenv("CHAOS_DISK_UNDO");
  if (!folder) return -1;
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s.undo", folder, name);
  return syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void remember(int fd, const char *name, off_t offset, size_t count) {
  int undo = undo_file(name);
  if (undo < 0) return;
  struct stat status;
  fstat(fd, &status);
  size_t old = offset >= status.st_size ? 0 : (size_t)(status.st_size - offset) < count ? (size_t)(status.st_size - offset) : count;
  char *bytes = malloc(old + 1);
  ssize_t got = old ? syscall(SYS_pread64, fd, bytes, old, offset) : 0;
  if (got < 0) got = 0; /* Opened for writing alone: nothing of it is a database. */
  int64_t head[3] = {status.st_size, offset, got};
  struct iovec parts[2] = {{head, sizeof head}, {bytes, got}};
  syscall(SYS_writev, undo, parts, 2);
  free(bytes);
  syscall(SYS_close, undo);
}

/* 0: go on. Otherwise errno is set. */
static int refuse(int fd, off_t offset, size_t count) {
  char letter = fault();
  if (letter == 'e') return errno = EIO, -1;
  if (letter == 'r') return errno = EROFS, -1;
  if (letter != 'f') return 0;
  struct stat status;
  fstat(fd, &status);
  off_t more = offset + (off_t)count - status.st_size;
  if (more <= 0 || used() + more <= quota) return 0;
  return errno = ENOSPC, -1;
}

static ssize_t write_at(int fd, const void *buffer, size_t count, off_t offset, int moves) {
  char path[PATH_MAX];
  const char *name = name_of(fd, path);
  if (!name) return moves ? syscall(SYS_write, fd, buffer, count) : syscall(SYS_pwrite64, fd, buffer, count, offset);
  if (moves) offset = lseek(fd, 0, SEEK_CUR);
  if (refuse(fd, offset, count)) return -1;
  pthread_mutex_lock(&lock);
  remember(fd, name, offset, count);
  ssize_t done = moves ? syscall(SYS_write, fd, buffer, count) : syscall(SYS_pwrite64, fd, buffer, count, offset);
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t write(int fd, const void *buffer, size_t count) { return write_at(fd, buffer, count, 0, 1); }
ssize_t pwrite(int fd, const void *buffer, size_t count, off_t offset) { return write_at(fd, buffer, count, offset, 0); }
ssize_t pwrite64(int fd, const void *buffer, size_t count, off_t offset) { return write_at(fd, buffer, count, offset, 0); }

static int truncate_to(int fd, off_t length) {
  char path[PATH_MAX];
  const char *name = name_of(fd, path);
  if (!name) return syscall(SYS_ftruncate, fd, length);
  if (refuse(fd, length, 0)) return -1;
  pthread_mutex_lock(&lock);
  struct stat status;
  fstat(fd, &status);
  remember(fd, name, length, status.st_size > length ? status.st_size - length : 0);
  int done = syscall(SYS_ftruncate, fd, length);
  pthread_mutex_unlock(&lock);
  return done;
}

int ftruncate(int fd, off_t length) { return truncate_to(fd, length); }
int ftruncate64(int fd, off_t length) { return truncate_to(fd, length); }

static int sync_file(int fd, long call) {
  char path[PATH_MAX];
  const char *name = name_of(fd, path);
  if (name && fault() == 'e') return errno = EIO, -1;
  if (!name) return syscall(call, fd);
  pthread_mutex_lock(&lock);
  int done = syscall(call, fd);
  int undo = done == 0 ? undo_file(name) : -1;
  if (undo >= 0) {
    syscall(SYS_ftruncate, undo, 0);
    syscall(SYS_close, undo);
  }
  pthread_mutex_unlock(&lock);
  if (done == 0 && getenv("CHAOS_DISK_REPORT")) {
    char line[PATH_MAX + 8];
    int length = snprintf(line, sizeof line, "sync %s\n", name);
    syscall(SYS_write, 3, line, length);
  }
  return done;
}

int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }

static void pretend(struct statfs *status) {
  if (fault() == 'f') status->f_bavail = status->f_bfree = 16;
}

int statfs(const char *path, struct statfs *status) {
  int done = syscall(SYS_statfs, path, status);
  if (done == 0) pretend(status);
  return done;
}
int statfs64(const char *path, struct statfs64 *status) { return statfs(path, (struct statfs *)status); }
