import { problemOf } from '../../shared/errors/problem.ts';
import { publicKeyOf } from '../../shared/keys/probe-key.ts';
import type { PrivateKey } from '../../shared/keys/wireguard-key.ts';
import { tunnelPlan } from '../../shared/plan/tunnel-plan.ts';
import {
  failed,
  interfaceNotOurs,
  interruptedRunRemoved,
  journalDamaged,
  namesNotRemoved,
  namesRemoved,
  notAdopted,
} from '../../shared/timeline/tunnel-reasons.ts';
import type { HostsFile } from '../hosts/hosts-file.ts';
import type { Journal, JournalEntry, OwnedInterface } from '../journal/journal.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { TunnelSystem } from '../tunnel/system.ts';
import type { TunnelDns } from './tunnel-dns.ts';

/** The repaired leftovers of the previous helper. */
export type Recovered =
  | { readonly found: 'nothing' }
  | {
      readonly found: 'tunnel';
      readonly entry: JournalEntry;
      readonly privateKey: PrivateKey;
      readonly listenPort: number;
    };

interface RecoveryParts {
  readonly journal: Journal;
  readonly system: TunnelSystem;
  readonly timeline: Timeline;
  readonly hosts: HostsFile;
  readonly dns: TunnelDns;
}

async function liveKeyOf(
  entry: JournalEntry,
  { system, timeline }: RecoveryParts,
): Promise<[PrivateKey, number] | undefined> {
  if (entry.phase !== 'up') return undefined;
  const live = await system.read(entry.profile.interfaceName);
  if (live?.privateKey === undefined || publicKeyOf(live.privateKey) !== entry.publicKey) return undefined;
  try {
    // The interface may have been set down meanwhile, which removes IPv6 addresses and routes.
    const problem = await system.dress(tunnelPlan(entry.profile));
    if (problem !== undefined)
      timeline.add({ kind: 'trouble', reason: `${failed(problem)} ${problem.remedy}` });
    return [live.privateKey, live.listenPort];
  } catch (error) {
    timeline.add({ kind: 'trouble', reason: notAdopted(problemOf(error)) });
    return undefined;
  }
}

/** Removes an interface of the journal, unless its key differs: then another program created it. */
async function removeOurs(
  { interfaceName, publicKey }: OwnedInterface,
  { system, timeline }: RecoveryParts,
): Promise<void> {
  const live = await system.read(interfaceName).catch(() => undefined);
  const isForeign = live?.privateKey !== undefined && publicKeyOf(live.privateKey) !== publicKey;
  if (isForeign) {
    timeline.add({ kind: 'trouble', reason: interfaceNotOurs(interfaceName) });
    await system.clearRouting();
  } else await system.down(interfaceName);
}

/**
 * Names that cannot be removed now are recorded as trouble; the helper starts anyway, and the next start tries again.
 */
async function clearNames({ system, timeline, hosts }: RecoveryParts): Promise<boolean> {
  try {
    const wereThere = await hosts.clear();
    if (wereThere) await system.namesChanged();
    return wereThere;
  } catch (error) {
    timeline.add({ kind: 'trouble', reason: namesNotRemoved(problemOf(error)) });
    return false;
  }
}

/** As {@link clearNames}. */
async function clearDns({ timeline, dns }: RecoveryParts): Promise<void> {
  try {
    await dns.clear();
  } catch (error) {
    timeline.add({ kind: 'trouble', reason: failed(problemOf(error)) });
  }
}

/**
 * Repairs what a killed helper left: a complete tunnel whose interface still matches the journal is adopted, with the
 * key read back from it; anything else is removed. A hosts block without a journal entry is removed too.
 */
export async function recover(parts: RecoveryParts): Promise<Recovered> {
  const { journal, system, timeline } = parts;
  const reading = journal.read();
  await system.clearGuard();
  if (reading.found === 'nothing') {
    await clearDns(parts);
    if (await clearNames(parts)) timeline.add({ kind: 'repaired', reason: namesRemoved });
    return { found: 'nothing' };
  }
  if (reading.found === 'entry') {
    const { entry } = reading;
    const live = await liveKeyOf(entry, parts);
    if (live !== undefined) return { found: 'tunnel', entry, privateKey: live[0], listenPort: live[1] };
    await removeOurs({ interfaceName: entry.profile.interfaceName, publicKey: entry.publicKey }, parts);
  }
  if (reading.found === 'damaged') {
    if (reading.owned !== undefined) await removeOurs(reading.owned, parts);
    await system.clearRouting();
  }
  await clearNames(parts);
  await clearDns(parts);
  journal.clear();
  const reason = reading.found === 'damaged' ? journalDamaged(reading.reason) : interruptedRunRemoved;
  timeline.add({ kind: 'repaired', reason });
  return { found: 'nothing' };
}
