import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { controlSocket } from '../wireguard-go.ts';

/** A name file and the socket of its interface are made within this time of each other. */
const maxApartMs = 5_000;

/** The content of a small file of the helper's own; undefined when there is none. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function modifiedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/**
 * What macOS calls the interface of a network: the kernel numbers them (`utun7`), so Homing's own name leads to it by a
 * file in a directory that only root can write to. A number is used again by the next program that wants one: an
 * interface is the named one only while its socket was made together with the file.
 */
export class DeviceNames {
  readonly #runtimeDirectory: string;
  readonly #socketOf: (device: string) => string;

  /** @param socketOf where wireguard-go listens for an interface */
  constructor(runtimeDirectory: string, socketOf = controlSocket) {
    this.#runtimeDirectory = runtimeDirectory;
    this.#socketOf = socketOf;
  }

  /** Where wireguard-go writes the name (WG_TUN_NAME_FILE). */
  nameFile(interfaceName: string): string {
    return `${this.#runtimeDirectory}/${interfaceName}.name`;
  }

  #processFile(interfaceName: string): string {
    return `${this.#runtimeDirectory}/${interfaceName}.pid`;
  }

  /** The name as the file has it, whoever uses it by now; undefined where there is none. */
  written(interfaceName: string): string | undefined {
    return /^(utun\d{1,5})\n?$/.exec(textOf(this.nameFile(interfaceName)) ?? '')?.[1];
  }

  /** The live interface; undefined when it is gone, or another program's. */
  device(interfaceName: string): string | undefined {
    const name = this.written(interfaceName);
    if (name === undefined) return undefined;
    const namedMs = modifiedMs(this.nameFile(interfaceName));
    const boundMs = modifiedMs(this.#socketOf(name));
    if (namedMs === undefined || boundMs === undefined) return undefined;
    return Math.abs(namedMs - boundMs) <= maxApartMs ? name : undefined;
  }

  rememberProcess(interfaceName: string, pid: number): void {
    writeFileSync(this.#processFile(interfaceName), `${pid}\n`, { mode: 0o600 });
  }

  /** The wireguard-go that was started for it, running or not. */
  process(interfaceName: string): number | undefined {
    const [, pid] = /^(\d{1,10})\n$/.exec(textOf(this.#processFile(interfaceName)) ?? '') ?? [];
    return pid === undefined ? undefined : Number(pid);
  }

  forget(interfaceName: string): void {
    rmSync(this.nameFile(interfaceName), { force: true });
    rmSync(this.#processFile(interfaceName), { force: true });
  }
}
