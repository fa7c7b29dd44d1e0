import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a snapshot needs from a host. */
export interface SnapshotSource {
  /** Pid of the host's pid 1 as the process that runs the lab sees it. */
  readonly pid: number;
  /** Runs a command in the host; resolves with its standard output. */
  run(argv: readonly string[]): Promise<string>;
  readFile(path: string): Promise<string>;
  /** The path by which the process that runs the lab reaches a file of the host. */
  outsidePath(path: string): string;
}

/** What the product may touch on a host, each as sorted lines or text by which two snapshots are compared. */
export interface Snapshot {
  readonly hostsFile: string;
  readonly links: readonly string[];
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
  readonly rules: readonly string[];
  readonly firewall: readonly string[];
  /** The kernel's settings that the product may change, as printed by sysctl(8). */
  readonly settings: readonly string[];
  readonly unixSockets: readonly string[];
  readonly processes: readonly string[];
  readonly runFiles: readonly string[];
}

/** Fields of `ip -json` that change by themselves. */
const volatileFields = new Set(['expires', 'cache', 'age', 'used', 'valid_life_time', 'preferred_life_time']);

/** Reads the state of a host, without the processes that read it. */
export async function readSnapshot(host: SnapshotSource): Promise<Snapshot> {
  const ip = async (...args: string[]): Promise<string[]> =>
    jsonLines(await host.run(['ip', '-json', ...args]));
  const [links, addresses, routes4, routes6, rules4, rules6, firewall, settings] = await Promise.all([
    ip('-details', 'link', 'show'),
    ip('address', 'show'),
    ip('-4', 'route', 'show', 'table', 'all'),
    ip('-6', 'route', 'show', 'table', 'all'),
    ip('-4', 'rule', 'show'),
    ip('-6', 'rule', 'show'),
    // -s omits the counters.
    host.run(['nft', '-s', 'list', 'ruleset']),
    host.run(['sysctl', 'net.ipv4.conf.all.src_valid_mark']),
  ]);
  return {
    hostsFile: await host.readFile('/etc/hosts'),
    links,
    addresses,
    routes: [...routes4, ...routes6],
    rules: [...rules4, ...rules6],
    firewall: firewall.split('\n').filter((line) => line !== ''),
    settings: settings.trim().split('\n'),
    unixSockets: await unixSockets(host),
    processes: await processes(host),
    runFiles: await filesBelow(host, '/run'),
  };
}

/** The differences as lines: `-` for what only the first contains, `+` for what only the second contains. */
export function diffSnapshots(before: Snapshot, after: Snapshot): string[] {
  return [
    ...(before.hostsFile === after.hostsFile
      ? []
      : [
          `- /etc/hosts: ${JSON.stringify(before.hostsFile)}`,
          `+ /etc/hosts: ${JSON.stringify(after.hostsFile)}`,
        ]),
    ...diffLines('link', before.links, after.links),
    ...diffLines('address', before.addresses, after.addresses),
    ...diffLines('route', before.routes, after.routes),
    ...diffLines('rule', before.rules, after.rules),
    ...diffLines('firewall', before.firewall, after.firewall),
    ...diffLines('setting', before.settings, after.settings),
    ...diffLines('socket', before.unixSockets, after.unixSockets),
    ...diffLines('process', before.processes, after.processes),
    ...diffLines('file', before.runFiles, after.runFiles),
  ];
}

function diffLines(what: string, before: readonly string[], after: readonly string[]): string[] {
  return [
    ...missingFrom(after, before).map((line) => `- ${what}: ${line}`),
    ...missingFrom(before, after).map((line) => `+ ${what}: ${line}`),
  ];
}

/** The lines of `lines` that are missing from `others`; duplicates count. */
function missingFrom(others: readonly string[], lines: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function jsonLines(text: string): string[] {
  // `ip -json` prints nothing at all for an empty IPv6 table.
  const parsed: unknown = text.trim() === '' ? [] : JSON.parse(text);
  const entries: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return entries.map((entry) =>
    JSON.stringify(entry, (key, value) =>
      volatileFields.has(key) || key.endsWith('_timer') ? undefined : value,
    ),
  );
}

async function unixSockets(host: SnapshotSource): Promise<string[]> {
  const table = await readFile(`/proc/${host.pid}/net/unix`, 'utf8');
  const paths = table.split('\n').map((line) => line.trim().split(/\s+/)[7] ?? '');
  return [
    ...new Set(paths.filter((path) => path.startsWith('/run/') || path.startsWith('/var/run/'))),
  ].sort();
}

async function processes(host: SnapshotSource): Promise<string[]> {
  const pids = (await readdir(host.outsidePath('/proc'))).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => commandLine(host.outsidePath(`/proc/${pid}/cmdline`))));
  return lines.filter((line) => line !== '').sort();
}

/** Empty for a process that ended meanwhile and for a zombie. */
async function commandLine(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

async function filesBelow(host: SnapshotSource, folder: string): Promise<string[]> {
  const names = await readdir(host.outsidePath(folder), { recursive: true });
  const lines = names.map(async (name) => {
    const path = join(folder, name);
    const status = await lstat(host.outsidePath(path));
    return `${path} mode ${status.mode.toString(8)} owner ${status.uid}:${status.gid}`;
  });
  return (await Promise.all(lines)).sort();
}
