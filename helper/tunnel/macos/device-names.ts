import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { controlSocket } from '../wireguard-go.ts';

/** The name file and the socket of an interface are created within this time of each other. */
const maxApartMs = 5_000;

/** The content of a small file of the helper; undefined if it does not exist. */
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
 * Maps the interface name of a network to the name that the macOS kernel assigned (`utun7`), by a file in a directory
 * that only root can write to. The kernel reuses numbers, so a file counts only while the socket of that interface was
 * created together with it.
 */
export class DeviceNames {
  readonly #runtimeDirectory: string;
  readonly #socketOf: (device: string) => string;

  /** @param socketOf the path of wireguard-go's socket for an interface */
  constructor(runtimeDirectory: string, socketOf = controlSocket) {
    this.#runtimeDirectory = runtimeDirectory;
    this.#socketOf = socketOf;
  }

  /** The file to which wireguard-go writes the name (WG_TUN_NAME_FILE). */
  nameFile(interfaceName: string): string {
    return `${this.#runtimeDirectory}/${interfaceName}.name`;
  }

  #processFile(interfaceName: string): string {
    return `${this.#runtimeDirectory}/${interfaceName}.pid`;
  }

  /** The name in the file, whoever uses it now; undefined without a file. */
  written(interfaceName: string): string | undefined {
    return /^(utun\d{1,5})\n?$/.exec(textOf(this.nameFile(interfaceName)) ?? '')?.[1];
  }

  /** The live interface; undefined if it is gone or belongs to another program. */
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

  /** The process id of the wireguard-go that was started for it, running or not. */
  process(interfaceName: string): number | undefined {
    const [, pid] = /^(\d{1,10})\n$/.exec(textOf(this.#processFile(interfaceName)) ?? '') ?? [];
    return pid === undefined ? undefined : Number(pid);
  }

  forget(interfaceName: string): void {
    rmSync(this.nameFile(interfaceName), { force: true });
    rmSync(this.#processFile(interfaceName), { force: true });
  }
}
