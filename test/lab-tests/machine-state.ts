import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What the lab could leave on the machine: interfaces and mounts of its own namespaces, and other namespaces. */
export interface MachineState {
  readonly interfaces: string[];
  readonly mounts: string[];
  /** Network and pid namespaces of all processes that can be read. */
  readonly namespaces: string[];
}

export function readMachineState(): MachineState {
  const links = readdirSync('/sys/class/net').sort();
  const mounts = readFileSync('/proc/self/mounts', 'utf8').trim().split('\n').sort();
  return { interfaces: links, mounts, namespaces: [...new Set(allPids().flatMap(namespacesOf))].sort() };
}

/** Pids of all processes whose network namespace is one of these. */
export function pidsInNamespaces(namespaces: readonly string[]): number[] {
  return allPids().filter((pid) => namespacesOf(pid).some((namespace) => namespaces.includes(namespace)));
}

/** The network and pid namespace of a process, such as net:[4026531840]; none when it has ended. */
export function namespacesOf(pid: number): string[] {
  try {
    return [readlinkSync(`/proc/${pid}/ns/net`), readlinkSync(`/proc/${pid}/ns/pid`)];
  } catch {
    return [];
  }
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
