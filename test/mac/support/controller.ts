import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { macPrograms, run } from './mac.ts';

/**
 * A controller on the Mac itself: stock wireguard-go, configured by `wg` (Homebrew's wireguard-tools). It listens at an
 * address of a `feth` interface, the virtual Ethernet of macOS. Both ends share a routing table, so packets inside the
 * tunnel are not sent through it; handshakes and keepalives are.
 */

const device = 'feth77';
export const controllerAddress = '192.168.77.10';
export const controllerPort = 51_820;
const startTimeoutMs = 10_000;

export class MacController {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #interface: string;

  private constructor(folder: string, process: ChildProcess, name: string) {
    this.#folder = folder;
    this.#process = process;
    this.#interface = name;
  }

  /** @param folder a directory of the test @param config what `homing network render` printed */
  static async start(folder: string, config: string, privateKey: string): Promise<MacController> {
    run('/sbin/ifconfig', [device, 'create']);
    run('/sbin/ifconfig', [device, 'inet', `${controllerAddress}/24`, 'up']);
    mkdirSync('/var/run/wireguard', { recursive: true });
    const nameFile = join(folder, 'controller.name');
    const child = spawn(join(macPrograms, 'wireguard-go'), ['-f', 'utun'], {
      env: { WG_TUN_NAME_FILE: nameFile },
      stdio: 'ignore',
    });
    const deadline = Date.now() + startTimeoutMs;
    while (!existsSync(nameFile) || !existsSync(socketOf(nameOf(nameFile)))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error('wireguard-go did not start');
      await sleep(50);
    }
    const controller = new MacController(folder, child, nameOf(nameFile));
    const paths = { config: join(folder, 'wg0.conf'), key: join(folder, 'wg0.key') };
    writeFileSync(paths.config, config, { mode: 0o600 });
    writeFileSync(paths.key, privateKey, { mode: 0o600 });
    const stripped = run(tool('wg-quick'), ['strip', paths.config]);
    writeFileSync(paths.config, stripped, { mode: 0o600 });
    controller.wg(['setconf', controller.#interface, paths.config]);
    controller.wg(['set', controller.#interface, 'private-key', paths.key]);
    return controller;
  }

  wg(args: readonly string[]): string {
    return run(tool('wg'), args);
  }

  /** When each peer completed its latest handshake, in seconds of Unix time; 0 is never (wg(8)). */
  latestHandshakes(): readonly number[] {
    const lines = this.wg(['show', this.#interface, 'latest-handshakes']).trim().split('\n');
    return lines.map((line) => Number(line.split('\t')[1]));
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await ended;
    run('/sbin/ifconfig', [device, 'destroy']);
    rmSync(this.#folder, { recursive: true });
  }
}

function nameOf(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

function socketOf(name: string): string {
  return `/var/run/wireguard/${name}.sock`;
}

/** Homebrew's folder depends on the processor. @throws Error when wireguard-tools is not installed */
function tool(name: string): string {
  const path = ['/opt/homebrew/bin', '/usr/local/bin'].map((bin) => join(bin, name)).find(existsSync);
  if (path === undefined) throw new Error(`${name} is missing: brew install wireguard-tools`);
  return path;
}

/** A new key pair, in base64. */
export function generateKeyPair(): { readonly privateKey: string; readonly publicKey: string } {
  const privateKey = run(tool('wg'), ['genkey']);
  return { privateKey, publicKey: run(tool('wg'), ['pubkey'], privateKey).trim() };
}
