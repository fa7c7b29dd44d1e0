import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Packages of Debian 12 that are unpacked and not installed, as of another suite or processor. apt verifies them by the
 * archive's signature.
 */

/** @returns standard output @throws Error with the output of a command that failed */
export function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The mirror that this machine installs Debian from. apt knows it only after an update. */
export function mirror(): string {
  const known = () => {
    const sites = run('apt-get', ['indextargets', '--format', '$(ORIGIN) $(CODENAME) $(SITE)'], '/');
    return /^Debian bookworm (\S+)$/m.exec(sites)?.[1];
  };
  const update = () => {
    run('apt-get', ['update', '-q'], '/');
    return known();
  };
  const site = known() ?? update();
  if (site === undefined)
    throw new Error(
      'These programs are made from packages of Debian 12 (bookworm), which is not among the sources of this machine’s apt. Run `apt-get update` on Debian 12.',
    );
  return site;
}

export interface AptSources {
  readonly suites: readonly string[];
  /** Debian's name of another processor. */
  readonly architecture?: string;
}

/**
 * apt with sources and lists of its own: this machine's are not changed.
 * @param work an absolute path; apt's lists and cache are written there
 * @returns options for apt-get
 */
export function aptWith(work: string, { suites, architecture }: AptSources): readonly string[] {
  const lists = join(work, 'lists');
  const cache = join(work, 'cache');
  for (const folder of [lists, cache]) mkdirSync(join(folder, 'partial'), { recursive: true });
  mkdirSync(join(cache, 'archives/partial'), { recursive: true });
  const sources = join(work, 'sources.list');
  const site = mirror();
  writeFileSync(sources, suites.map((suite) => `deb ${site} ${suite} main\n`).join(''));
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': lists,
    'Dir::Cache': cache,
    'APT::Sandbox::User': 'root',
    ...(architecture === undefined
      ? {}
      : { 'APT::Architecture': architecture, 'APT::Architectures': architecture }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}
