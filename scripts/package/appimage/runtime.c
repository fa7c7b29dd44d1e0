/*
 * Stands in for the AppImage runtime where the real one cannot be downloaded, in tests only: unpacks the SquashFS image
 * behind this program with unsquashfs into a temporary folder, runs AppRun from there, and removes the folder.
 * Type 2 AppImages: https://github.com/AppImage/AppImageSpec/blob/master/draft.md
 */
#include <elf.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int run(char *const argv[]) {
  pid_t child = fork();
  if (child == 0) {
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The image begins where the ELF file ends, which is with its section headers. */
static long image_offset(const char *path) {
  Elf64_Ehdr header;
  FILE *file = fopen(path, "rb");
  if (file == NULL || fread(&header, sizeof header, 1, file) != 1) return -1;
  fclose(file);
  return (long)(header.e_shoff + (unsigned long)header.e_shnum * header.e_shentsize);
}

int main(int argc, char **argv) {
  char self[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length < 0) return 1;
  self[length] = '\0';
  char offset[32];
  snprintf(offset, sizeof offset, "%ld", image_offset(self));
  if (argc == 2 && strcmp(argv[1], "--appimage-offset") == 0) return puts(offset) < 0;

  char folder[] = "/tmp/.mount_HomingXXXXXX";
  if (mkdtemp(folder) == NULL) return 1;
  char root[64];
  snprintf(root, sizeof root, "%s/app", folder);
  char *unpack[] = {"unsquashfs", "-quiet", "-no-progress", "-offset", offset, "-dest", root, self, NULL};
  int status = run(unpack);
  if (status == 0) {
    setenv("APPIMAGE", self, 1);
    setenv("APPDIR", root, 1);
    setenv("ARGV0", argv[0], 1);
    char program[96];
    snprintf(program, sizeof program, "%s/AppRun", root);
    argv[0] = program;
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    status = run(argv);
  }
  char *clean[] = {"rm", "-rf", folder, NULL};
  run(clean);
  return status;
}
