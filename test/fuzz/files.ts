import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KnownNetworks } from '../../helper/approval/known-networks.ts';
import { clearHosts, writeHosts } from '../../helper/hosts/file.ts';
import { Journal } from '../../helper/journal/journal.ts';
import { RememberedEndpoints } from '../../helper/paths/remembered-endpoints.ts';
import { verifyInvite } from '../../shared/invite/read-invite.ts';
import { signed } from '../unit/support/invite-fixtures.ts';
import { goodProfile } from '../unit/support/profiles.ts';
import { below, mutateBytes, mutateText, oneOf } from './mutations.ts';
import { must, type Outcome, type Surface, takenOrRefused } from './surface.ts';

function folder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'homing-fuzz-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A damaged journal is read, or reported as damaged; it never names another program's interface. */
function journal(): Surface {
  const { path, remove } = folder();
  const file = join(path, 'journal.json');
  const writer = new Journal(file);
  writer.write({
    version: 1,
    phase: 'up',
    profile: goodProfile(),
    publicKey: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=',
    since: '2026-01-01T00:00:00.000Z',
    hostsVia: 'nas',
  });
  const goodJournal = readFileSync(file);
  const goodLine = readFileSync(join(path, 'interface'));
  return {
    name: 'journal',
    everyRounds: 5,
    tryOne: (random) => {
      writeFileSync(file, mutateBytes(random, goodJournal));
      writeFileSync(join(path, 'interface'), random.next() < 0.5 ? goodLine : mutateBytes(random, goodLine));
      const reading = new Journal(file).read();
      if (reading.found === 'entry') {
        must(
          /^hm[a-z0-9-]{1,13}$/.test(reading.entry.profile.interfaceName),
          'an interface that is not ours',
        );
        return 'accepted';
      }
      must(reading.found === 'damaged', 'a damaged journal is taken for none');
      if (reading.found === 'damaged' && reading.owned !== undefined)
        must(/^hm[a-z0-9-]{1,13}$/.test(reading.owned.interfaceName), 'an interface that is not ours');
      return 'refused';
    },
    close: remove,
  };
}

/** If an editor put something before its first line, nothing marks the lines below as Homing's. */
const wholeBlock = /(?:^|\n)# BEGIN homing: [^\r\n]*\r?\n(?:[\s\S]*\n)?# END homing(?:\r?\n|$)/;

/** The hosts file while other programs edit it: their lines are never lost or changed, whenever they write. */
function hostsFile(): Surface {
  const { path, remove } = folder();
  const file = join(path, 'hosts');
  let number = 0;
  return {
    name: 'hosts file on disk',
    everyRounds: 20,
    tryOne: async (random): Promise<Outcome> => {
      number += 1;
      const theirs = `127.0.0.1 localhost\n192.0.2.${below(random, 250)} by-hand-${number}${oneOf(random, ['', '\n'])}`;
      writeFileSync(file, theirs);
      const entry = { address: 'fd00::1', names: [`nas-${number}.wgnet`] };
      await writeHosts(file, [entry]);
      const edited = `# edited ${number}\n`;
      if (random.next() < 0.5) writeFileSync(file, edited + readFileSync(file, 'latin1'));
      else if (random.next() < 0.3)
        writeFileSync(file, mutateText(random, readFileSync(file, 'latin1')), 'latin1');
      else {
        must(await clearHosts(file), 'the block was not found');
        must(
          readFileSync(file, 'latin1') === theirs,
          `not the bytes there were: ${JSON.stringify(readFileSync(file, 'latin1'))}`,
        );
        return 'accepted';
      }
      await clearHosts(file);
      const after = readFileSync(file, 'latin1');
      must(!wholeBlock.test(after), `a block is left: ${JSON.stringify(after)}`);
      if (after.startsWith(edited)) must(after === edited + theirs, 'an edit was changed');
      return 'accepted';
    },
    close: remove,
  };
}

/** Remembered endpoints are only hints: damaged, they are reported and dropped. */
function remembered(): Surface {
  const { path, remove } = folder();
  const good = '{"nas":{"endpoint":"198.51.100.7:51820","path":"internet"}}';
  return {
    name: 'remembered endpoints',
    everyRounds: 5,
    tryOne: (random) => {
      writeFileSync(join(path, 'endpoints-abcdefgh01234567.json'), mutateText(random, good));
      let problems = 0;
      const known = new RememberedEndpoints(path, 'abcdefgh01234567', () => (problems += 1)).get('nas');
      return known === undefined && problems > 0 ? 'refused' : 'accepted';
    },
    close: remove,
  };
}

/** Damaged records of networks are reported and dropped: they refuse nothing that they do not name. */
function knownNetworks(): Surface {
  const { path, remove } = folder();
  const invite = verifyInvite(signed());
  let reports = 0;
  const open = () => new KnownNetworks(path, () => (reports += 1));
  open().remember(invite);
  const file = join(path, 'signed-networks.json');
  const good = readFileSync(file, 'utf8');
  return {
    name: 'known networks',
    everyRounds: 5,
    tryOne: (random) => {
      writeFileSync(file, mutateText(random, good));
      reports = 0;
      const known = open();
      return takenOrRefused(() => {
        known.refuseOlder(invite);
        must(reports <= 1, 'it was reported more than once');
      });
    },
    close: remove,
  };
}

export function fileSurfaces(): Surface[] {
  return [journal(), hostsFile(), remembered(), knownNetworks()];
}
