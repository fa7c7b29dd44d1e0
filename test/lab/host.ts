import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CommandResult, outputOf, runCommand } from './command.ts';
import { childrenOf, type Holder } from './holder.ts';
import { type HostProcess, startHostProcess } from './host-process.ts';
import { sendSignal } from './signal.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';
import { labPath, tool } from './tools.ts';

/** An unprivileged user of one host. */
export interface HostUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

export interface RunAs {
  /** Root by default. */
  readonly user?: HostUser;
  /** Added to PATH, HOME, USER and LANG; nothing of the machine's environment is inherited. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ExecOptions extends RunAs {
  /** Text for standard input, which is empty otherwise. */
  readonly input?: string;
  /** After this time the command is killed and the promise rejects. Default 30,000. */
  readonly timeoutMs?: number;
}

/** What `mountProduct` puts below /opt/homing, read only. */
export interface ProductFiles {
  /** Path of the node binary on the machine, mounted at /opt/homing/bin/node. */
  readonly node: string;
  /** Folder on the machine, mounted at /opt/homing/lib. */
  readonly dist: string;
}

/** Where namespace-init.sh keeps the machine's own file tree, inside a folder that only root may enter. */
const outside = '/srv/outside';

/**
 * One computer of the lab: its own network, processes, host name, and its own /etc, /run, /var, /tmp, /home, /root
 * and /opt; everything else is the machine's, read only.
 */
export class Host {
  readonly name: string;
  /** Pid of the host's pid 1 as the process that runs the lab sees it. */
  readonly pid: number;
  readonly holder: Holder;

  constructor(holder: Holder) {
    this.holder = holder;
    this.name = holder.name;
    this.pid = holder.pid;
  }

  /** Runs a command in the host to its end. Rejects only if it cannot start or takes too long. */
  exec(argv: readonly string[], options: ExecOptions = {}): Promise<CommandResult> {
    const { user, env, ...rest } = options;
    const command = [...this.holder.enter, ...becoming(user), ...argv];
    return runCommand(command, { ...rest, env: environment(user, env) }, killEntered);
  }

  /** As exec, but throws with the command's own output if its exit status is not 0; returns standard output. */
  async run(argv: readonly string[], options: ExecOptions = {}): Promise<string> {
    return outputOf([`[${this.name}]`, ...argv], await this.exec(argv, options), options.input);
  }

  /** Starts a command in the host and leaves it running. */
  spawn(argv: readonly string[], options: RunAs = {}): Promise<HostProcess> {
    return startHostProcess(
      this.holder.enter,
      becoming(options.user),
      argv,
      environment(options.user, options.env),
    );
  }

  /**
   * The path by which the process that runs the lab reaches a file of the host. A symbolic link to an absolute path
   * leads out of the host again; the lab makes none, and a test that does reads it with `run(['cat', ...])`.
   */
  outsidePath(path: string): string {
    return join(`/proc/${this.pid}/root`, path);
  }

  readFile(path: string): Promise<string> {
    return readFile(this.outsidePath(path), 'utf8');
  }

  /** Writes a file of the host as root, and creates its directory if necessary. */
  async writeFile(path: string, text: string | Uint8Array, mode = 0o644): Promise<void> {
    const target = this.outsidePath(path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
    await chmod(target, mode);
  }

  /**
   * Bind-mounts a file or directory of the machine into the host.
   * @param source absolute path on the machine, in any directory, whatever its permissions
   * @param target absolute path inside the host, created if missing
   */
  async bind(source: string, target: string, access: 'read-only' | 'writable' = 'read-only'): Promise<void> {
    const script = [
      'if [ -d "$1" ]; then mkdir -p "$2"; else mkdir -p "$(dirname "$2")"; [ -e "$2" ] || : >"$2"; fi',
      'mount --bind "$1" "$2"',
      'mount -o "remount,bind,$3" "$2"',
    ];
    const flag = access === 'read-only' ? 'ro' : 'rw';
    await this.run(['/bin/sh', '-ec', script.join('\n'), 'sh', join(outside, source), target, flag]);
  }

  /** Makes a directory of the machine writable inside the host; no change reaches the machine. */
  async overlay(path: string): Promise<void> {
    const script = [
      'over="/srv/over$(echo "$1" | tr / -)"',
      'mkdir "$over" "$over/upper" "$over/work"',
      'mount -t overlay -o "lowerdir=$1,upperdir=$over/upper,workdir=$over/work" overlay "$1"',
    ];
    await this.run(['/bin/sh', '-ec', script.join('\n'), 'sh', path]);
  }

  /** Puts the product below /opt/homing, where every user of the host can read and run it. */
  async mountProduct(files: ProductFiles): Promise<void> {
    await this.bind(files.node, '/opt/homing/bin/node');
    await this.bind(files.dist, '/opt/homing/lib');
  }

  /**
   * Adds a user with a group of the same number, /home/<name> and /run/user/<uid>. A user of the machine with that name
   * or number no longer exists in this host.
   */
  async addUser(name: string, uid: number): Promise<HostUser> {
    const home = `/home/${name}`;
    await this.#setEntry('/etc/passwd', name, uid, `${name}:x:${uid}:${uid}:${name}:${home}:/bin/bash`);
    await this.#setEntry('/etc/group', name, uid, `${name}:x:${uid}:`);
    for (const folder of [home, `/run/user/${uid}`]) {
      const path = this.outsidePath(folder);
      await mkdir(path, { recursive: true });
      await chmod(path, 0o700);
      await chown(path, uid, uid);
    }
    return { name, uid, gid: uid, home };
  }

  /** Everything the product may touch on this host; compare two with `diffSnapshots`. */
  snapshot(): Promise<Snapshot> {
    return readSnapshot(this);
  }

  /** Adds a line to a file in passwd(5) format, replacing any with the same name or number. */
  async #setEntry(path: string, name: string, id: number, entry: string): Promise<void> {
    const others = (await this.readFile(path)).split('\n').filter((line) => {
      const [otherName, , otherId] = line.split(':');
      return line !== '' && otherName !== name && otherId !== `${id}`;
    });
    await writeFile(this.outsidePath(path), `${[...others, entry].join('\n')}\n`);
  }
}

function becoming(user: HostUser | undefined): string[] {
  if (user === undefined) return [];
  return [tool('setpriv'), '--reuid', `${user.uid}`, '--regid', `${user.gid}`, '--clear-groups', '--'];
}

function environment(
  user: HostUser | undefined,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const base = { PATH: labPath, LANG: 'C.UTF-8', HOME: user?.home ?? '/root', USER: user?.name ?? 'root' };
  return user === undefined
    ? { ...base, ...extra }
    : { ...base, XDG_RUNTIME_DIR: `/run/user/${user.uid}`, ...extra };
}

/** `nsenter` waits for the command it forked and forwards no signal: the command itself is killed. */
function killEntered(nsenterPid: number): void {
  for (const pid of [...childrenOf(nsenterPid), nsenterPid]) sendSignal(pid, 'SIGKILL');
}
