import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HomingError } from '../../../../shared/errors/problem.ts';
import type { DnsPlan } from '../../../../shared/plan/dns-plan.ts';
import { findProgram } from '../../../process/programs.ts';
import type { ProgramRunner } from '../../../process/run.ts';
import type { DnsCarrier, DnsSystem } from '../../dns.ts';
import {
  asksLocalResolver,
  type DnsCommand,
  type ResolvconfKind,
  resolvconfAdd,
  resolvconfDelete,
  resolvconfRecord,
  resolvedCommands,
  usesResolved,
} from './commands.ts';

/** Names of files that remember a resolvconf record, so that a helper after a crash deletes it. */
const rememberedPrefix = 'dns-record-';

interface LinuxDnsParts {
  readonly runner: Pick<ProgramRunner, 'run' | 'mustRun'>;
  /** Root's own, in memory: it disappears with a reboot, as the records do. */
  readonly runtimeDirectory: string;
  /** `/etc`, except in tests. */
  readonly etc: string;
  readonly find: (program: string) => string | undefined;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A machine without the file has no settings in it.
    return '';
  }
}

/** systemd-resolved if programs use it, else resolvconf. */
export class LinuxDns implements DnsSystem {
  readonly #parts: LinuxDnsParts;

  constructor(parts: LinuxDnsParts) {
    this.#parts = parts;
  }

  static ofThisMachine(runner: ProgramRunner, runtimeDirectory: string): LinuxDns {
    return new LinuxDns({ runner, runtimeDirectory, etc: '/etc', find: findProgram });
  }

  async apply(interfaceName: string, plan: DnsPlan): Promise<DnsCarrier> {
    const { find } = this.#parts;
    if (this.#isResolved()) {
      try {
        for (const command of resolvedCommands(interfaceName, plan)) await this.#mustRun(command);
      } catch (error) {
        throw process.getuid?.() === 0 ? error : refused(error);
      }
      return 'systemd-resolved';
    }
    if (find('resolvconf') === undefined) {
      throw notSupported('This machine has neither systemd-resolved nor resolvconf.');
    }
    await this.#applyResolvconf(interfaceName, plan);
    return 'resolvconf';
  }

  #isResolved(): boolean {
    const { etc, find } = this.#parts;
    const isAsked = usesResolved(textOf(join(etc, 'resolv.conf')), textOf(join(etc, 'nsswitch.conf')));
    return isAsked && find('resolvectl') !== undefined;
  }

  async release(interfaceName: string): Promise<undefined> {
    if (this.#isResolved()) await this.#mustRun({ program: 'resolvectl', args: ['revert', interfaceName] });
    await this.clear();
  }

  /** The settings of systemd-resolved disappear with the interface; a record of resolvconf does not. */
  async clear(): Promise<undefined> {
    const { runtimeDirectory } = this.#parts;
    const names = existsSync(runtimeDirectory) ? await readdir(runtimeDirectory) : [];
    for (const name of names.filter((name) => name.startsWith(rememberedPrefix))) {
      await this.#mustRun(resolvconfDelete(name.slice(rememberedPrefix.length), await this.#kind()));
      rmSync(join(runtimeDirectory, name), { force: true });
    }
  }

  async #applyResolvconf(interfaceName: string, plan: DnsPlan): Promise<void> {
    const { etc, runtimeDirectory } = this.#parts;
    const kind = await this.#kind();
    const canSplit = kind === 'openresolv' && asksLocalResolver(textOf(join(etc, 'resolv.conf')));
    if (plan.scope === 'zones' && !canSplit) {
      throw notSupported(
        'The resolver of this machine cannot look up the names of some domains only at another server.',
      );
    }
    const order = join(etc, 'resolvconf/interface-order');
    const record = resolvconfRecord(interfaceName, existsSync(order) ? textOf(order) : undefined);
    // Remembered first: a helper killed in between deletes a record that does not exist.
    writeFileSync(join(runtimeDirectory, `${rememberedPrefix}${record}`), '', { mode: 0o600 });
    await this.#mustRun(resolvconfAdd(record, plan, kind));
  }

  /** openresolv and systemd's have `--version` (resolvconf(8), resolvectl(1)), Debian's does not. */
  async #kind(): Promise<ResolvconfKind> {
    const path = this.#parts.find('resolvconf');
    if (path === undefined) throw notSupported('resolvconf is gone.');
    const { exitCode, stdout } = await this.#parts.runner.run(path, ['--version']);
    if (stdout.startsWith('systemd')) {
      throw notSupported('resolvconf here sets systemd-resolved, which no program of this machine asks.');
    }
    return exitCode === 0 && stdout.startsWith('openresolv') ? 'openresolv' : 'debian';
  }

  async #mustRun({ program, args, input }: DnsCommand): Promise<void> {
    const path = this.#parts.find(program);
    if (path === undefined) throw notSupported(`${program} is gone.`);
    await this.#parts.runner.mustRun(path, args, input);
  }
}

/** polkit decides for callers that are not root (install/polkit-rules.ts). */
function refused(error: unknown): HomingError {
  return new HomingError({
    code: 'dns-refused',
    title: 'Names of the network are not looked up at its server',
    cause: error instanceof Error ? error.message : String(error),
    remedy:
      'The helper sets name servers by a rule of polkit: install polkit, then install the helper again.',
  });
}

function notSupported(cause: string): HomingError {
  return new HomingError({
    code: 'dns-not-supported',
    title: 'Names of the network are not looked up at its server',
    cause,
    remedy: 'Use systemd-resolved, or openresolv with a local resolver such as dnsmasq or unbound.',
  });
}
