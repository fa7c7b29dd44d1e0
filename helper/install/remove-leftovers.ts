import { problemOf } from '../../shared/errors/problem.ts';
import { recover } from '../daemon/recovery.ts';
import { TunnelDns } from '../daemon/tunnel-dns.ts';
import type { HostsFile } from '../hosts/hosts-file.ts';
import type { Journal } from '../journal/journal.ts';
import { Timeline } from '../timeline/timeline.ts';
import type { OperatingSystem } from '../tunnel/system-of-this-machine.ts';

interface LeftoverParts {
  readonly journal: Journal;
  readonly machine: Pick<OperatingSystem, 'tunnel' | 'dns'>;
  readonly hosts: HostsFile;
  readonly now: () => number;
}

/**
 * Removes what a helper left that ended without disconnecting: its tunnel, routes, names and name servers.
 * @returns what could not be removed or restored, a sentence each; `isDone` is false when another attempt may help
 */
export async function removeLeftovers({
  journal,
  machine,
  hosts,
  now,
}: LeftoverParts): Promise<{ readonly isDone: boolean; readonly troubles: readonly string[] }> {
  const timeline = new Timeline(now);
  let isDone = true;
  try {
    const reading = journal.read();
    // A complete tunnel would be adopted.
    if (reading.found === 'entry') journal.write({ ...reading.entry, phase: 'falling' });
    const dns = new TunnelDns(machine.dns, timeline);
    await recover({ journal, system: machine.tunnel, timeline, hosts, dns });
  } catch (error) {
    isDone = false;
    const { title, cause } = problemOf(error);
    timeline.add({ kind: 'trouble', reason: `${title}: ${cause}` });
  }
  const troubles = timeline.decisions.filter(({ kind }) => kind === 'trouble').map(({ reason }) => reason);
  return { isDone, troubles };
}
