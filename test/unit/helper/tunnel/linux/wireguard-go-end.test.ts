import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { isWireguardGoEnding } from '../../../../../helper/tunnel/linux/wireguard-go-end.ts';

/** Its first thread, with its memory, has ended; another keeps the files open until it has read a line. */
const halfEnded = `
import ctypes, platform, sys, threading, os
libc = ctypes.CDLL(None)
libc.prctl(15, b'wireguard-go', 0, 0, 0)
def last():
    libc.prctl(15, b'wireguard-go', 0, 0, 0)
    os.write(1, b'ready\\n')
    os.read(0, 1)
    os._exit(0)
threading.Thread(target=last).start()
libc.syscall({'x86_64': 60, 'aarch64': 93}[platform.machine()], 0)
`;

function isZombie(pid: number, state: string): boolean {
  return state.startsWith(`${pid} (wireguard-go) Z`);
}

test('a wireguard-go whose memory is gone and whose files are open is still ending', async () => {
  const child = spawn('/usr/bin/python3', ['-c', halfEnded], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const { pid } = child;
  if (pid === undefined) throw new Error('python3 did not start');
  await once(child.stdout, 'data');
  await expect.poll(() => isZombie(pid, readFileSync(`/proc/${pid}/stat`, 'latin1'))).toBe(true);
  expect(isWireguardGoEnding(pid)).toBe(true);
  child.stdin.end('\n');
  await once(child, 'exit');
  expect(isWireguardGoEnding(pid)).toBe(false);
});

test('a process of another name, or one that runs, is none that is ending', () => {
  expect(isWireguardGoEnding(process.pid)).toBe(false);
  expect(isWireguardGoEnding(1)).toBe(false);
});
