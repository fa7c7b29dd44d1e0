import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GoFromDebian } from './debian-go.ts';
import type { Processor } from './mach-o.ts';

const goArchitectures = { arm64: 'arm64', x64: 'amd64' } as const;

/**
 * Cross-compiles wireguard-go for macOS, without C. Go's linker signs the program for arm64 ad hoc; Intel Macs also run
 * unsigned programs.
 * @param out absolute path of the program
 * @throws Error with the compiler's output
 */
export function buildWireguardGo(go: GoFromDebian, processor: Processor, out: string): void {
  const { program, goroot, gopath, wireguard } = go;
  mkdirSync(dirname(out), { recursive: true });
  const cache = join(dirname(out), 'go-cache');
  execFileSync(program, ['build', '-trimpath', '-ldflags=-s', '-o', out, '.'], {
    cwd: wireguard,
    stdio: 'pipe',
    env: {
      PATH: '/usr/bin:/bin',
      HOME: cache,
      GOCACHE: cache,
      GOROOT: goroot,
      GOPATH: gopath,
      // The libraries are Debian's, by import path; nothing is fetched.
      GO111MODULE: 'off',
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '0',
      GOOS: 'darwin',
      GOARCH: goArchitectures[processor],
    },
  });
  rmSync(cache, { recursive: true });
}

/** @returns the version in wireguard-go's own source, which `wireguard-go --version` prints */
export function versionInSource({ wireguard }: GoFromDebian): string {
  const version = /^const Version = "([^"]+)"/m.exec(
    readFileSync(join(wireguard, 'version.go'), 'utf8'),
  )?.[1];
  if (version === undefined) throw new Error('wireguard-go’s source says no version');
  return version;
}
