import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeTraces } from '../wireguard-go.ts';

const stopTimeoutMs = 2_000;
const pollMs = 1;

/** The wireguard-go processes of an interface, by command line and program. */
export function wireguardGoProcesses(interfaceName: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const args = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
        return (
          args.includes(interfaceName) &&
          readlinkSync(`/proc/${pid}/exe`)
            .replace(/ \(deleted\)$/, '')
            .endsWith('/wireguard-go')
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

/**
 * Whether a wireguard-go is just ending: the kernel frees its memory, and with it the command line, before it closes
 * its files (do_exit() in the kernel's exit.c). Its control socket exists until then. A process that has closed them is
 * a zombie without other threads.
 */
export function isWireguardGoEnding(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    if (!stat.includes(' (wireguard-go) ') || readFileSync(`/proc/${pid}/cmdline`).length > 0) return false;
    const isZombie = /\) [ZX] /.test(stat);
    return !isZombie || readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

function isAnyEnding(): boolean {
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && isWireguardGoEnding(Number(name)));
}

/**
 * Waits until wireguard-go has ended after its interface was deleted; kills it if it does not; removes its socket, its
 * log and the socket directory (if empty).
 */
export async function awaitWireguardGoEnd(interfaceName: string, runtimeDirectory: string): Promise<void> {
  const deadline = performance.now() + stopTimeoutMs;
  let pids = wireguardGoProcesses(interfaceName);
  while (pids.length > 0) {
    if (performance.now() > deadline) for (const pid of pids) process.kill(pid, 'SIGKILL');
    await sleep(pollMs);
    pids = wireguardGoProcesses(interfaceName);
  }
  while (isAnyEnding() && performance.now() <= deadline) await sleep(pollMs);
  await removeTraces(interfaceName, interfaceName, runtimeDirectory);
}
