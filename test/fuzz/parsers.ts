import { readdirSync, readFileSync } from 'node:fs';
import { hasBlock, withBlock, withoutBlock } from '../../helper/hosts/block.ts';
import { hostsFileAddresses } from '../../helper/paths/name-lookup.ts';
import { Answers, type SentMessage } from '../../helper/paths/probe/answers.ts';
import { cookieReplyBytes } from '../../helper/paths/probe/cookie.ts';
import { createInitiation, initiatorFor } from '../../helper/paths/probe/noise.ts';
import { parseLinks } from '../../helper/tunnel/linux/links.ts';
import { removedIn } from '../../helper/tunnel/linux/network-watch.ts';
import { parseRouteAnswers } from '../../helper/tunnel/linux/routes.ts';
import { parseDump } from '../../helper/tunnel/linux/wireguard-config.ts';
import { parseInterface } from '../../helper/tunnel/userspace-control.ts';
import { AddressSet, rangeOf } from '../../shared/addresses/range.ts';
import { joinCardJson, joinCardLine, parseJoinCard } from '../../shared/authoring/join-card.ts';
import { networkFileText, parseNetworkFile } from '../../shared/authoring/network-file.ts';
import { inviteLink } from '../../shared/invite/link.ts';
import { profileFromInvite } from '../../shared/invite/profile-from-invite.ts';
import { verifyInvite } from '../../shared/invite/read-invite.ts';
import { responseBytes } from '../../shared/paths/message-sizes.ts';
import { exitOf, isExitRange } from '../../shared/plan/exit.ts';
import { hostEntries } from '../../shared/plan/host-names.ts';
import { refuseUnsafeProfile } from '../../shared/plan/refusals.ts';
import { takesMostTraffic } from '../../shared/plan/traffic.ts';
import { tunnelPlan } from '../../shared/plan/tunnel-plan.ts';
import type { Profile } from '../../shared/profile/profile.ts';
import { parseWgQuick } from '../../shared/wgquick/import.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { goodPayload, signed } from '../unit/support/invite-fixtures.ts';
import { laptopCard, wgnet } from '../unit/support/network-fixtures.ts';
import { below, mutateBytes, mutatedJson, mutateText, oneOf } from './mutations.ts';
import { must, type Outcome, type Surface, takenOrRefused } from './surface.ts';

const protectedAddresses = new AddressSet(
  ['127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fe80::/10', '224.0.0.0/4', 'ff00::/8', '0.0.0.0/32'].map(
    rangeOf,
  ),
);
const hostsBefore = Buffer.from('127.0.0.1 localhost\n# by hand\n192.0.2.9 printer');

/** The invariants of every profile that the helper's rules accept. */
export function checkAccepted(profile: Profile): void {
  const plan = tunnelPlan(profile);
  must(/^hm[a-z0-9-]{1,13}$/.test(plan.interfaceName), `the interface ${plan.interfaceName}`);
  // All traffic goes into the tunnel only through an exit, which the settings name.
  const hasExit = exitOf(profile) !== undefined;
  const ranges = plan.routes.map(({ range }) => range).filter((range) => !(hasExit && isExitRange(range)));
  must(!takesMostTraffic(ranges), 'it takes most traffic without an exit');
  for (const range of ranges)
    must(
      protectedAddresses.overlap(rangeOf(range)) === undefined,
      `the route ${range} covers a protected range`,
    );
  must(plan.listenPort === undefined || plan.listenPort >= 1_024, `the port ${plan.listenPort}`);
  const entries = hostEntries(profile, profile.defaultController);
  for (const { names } of entries)
    must(
      names.every((name) => !name.includes('.') || name.endsWith(`.${profile.network.domain}`)),
      `the names ${names}`,
    );
  const written = withBlock(hostsBefore, entries);
  must(written.subarray(0, hostsBefore.length).equals(hostsBefore), 'what others wrote is changed');
  must(withoutBlock(written).equals(hostsBefore), 'the block does not come out again');
  const lines = written.toString('utf8').split('\n').length - hostsBefore.toString('utf8').split('\n').length;
  if (entries.length > 0) must(lines === entries.length + 3, `${entries.length} entries made ${lines} lines`);
}

function accept(profile: Profile): void {
  refuseUnsafeProfile(profile);
  checkAccepted(profile);
}

function text(name: string, goods: readonly [string, ...string[]], take: (input: string) => void): Surface {
  return {
    name,
    tryOne: (random) => takenOrRefused(() => take(mutateText(random, oneOf(random, goods)))),
  };
}

const corpus = new URL('../corpus/wg-quick/', import.meta.url);
const wgQuickFiles = readdirSync(corpus)
  .filter((name) => name.endsWith('.conf'))
  .map((name) => readFileSync(new URL(name, corpus), 'utf8'));

const jws = signed();

function invitePayload(random: SeededRandom): Outcome {
  const payload = mutatedJson(random, goodPayload());
  return takenOrRefused(() => accept(profileFromInvite(verifyInvite(signed(payload)))));
}

/** The output of system programs: other text is reported as a fault, but never ends the helper. */
function reported(take: () => void): Outcome {
  try {
    take();
    return 'accepted';
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    if (/call stack|array length|string length/i.test(error.message)) throw error;
    return 'refused';
  }
}

const uapi = [
  `private_key=${'ab'.repeat(32)}`,
  'listen_port=51820',
  `public_key=${'cd'.repeat(32)}`,
  `preshared_key=${'00'.repeat(32)}`,
  'endpoint=[2001:db8::1]:51820',
  'last_handshake_time_sec=1767225600',
  'rx_bytes=12',
  'tx_bytes=34',
  'allowed_ip=10.0.0.0/8',
].join('\n');
const key = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const dump = `${key}\t${key}\t51820\toff\n${key}\t(none)\t198.51.100.7:51820\t10.0.0.0/8\t1767225600\t12\t34\t25\n`;
const link = {
  ifindex: 2,
  ifname: 'eth0',
  flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
  operstate: 'UP',
  link_type: 'ether',
  linkinfo: { info_kind: 'veth' },
  addr_info: [
    { family: 'inet', local: '192.0.2.5', prefixlen: 24, broadcast: '192.0.2.255', scope: 'global' },
  ],
};
const route = [{ dst: '198.51.100.7', gateway: '192.0.2.1', dev: 'eth0', prefsrc: '192.0.2.5', flags: [] }];

function ipOutput(random: SeededRandom): Outcome {
  const links = mutatedJson(random, [
    link,
    {},
    { ...link, ifname: 'hm-x', linkinfo: { info_kind: 'wireguard' } },
  ]);
  const lines = [links, mutatedJson(random, route), route].map((value) => JSON.stringify(value)).join('\n');
  const printed = random.next() < 0.5 ? lines : mutateText(random, lines);
  return reported(() => parseRouteAnswers(printed, (value) => parseLinks(value, () => false), 'hm-x'));
}

function probeReplies(): Surface {
  const initiator = initiatorFor(new Uint8Array(32).fill(9), Buffer.from(key, 'base64'));
  const answers = new Answers(() => false);
  const { sent } = createInitiation(initiator, {
    senderIndex: 7,
    ephemeralPrivateKey: new Uint8Array(32).fill(5),
    timestamp: new Uint8Array(12),
  });
  let isProven = false;
  const listener = {
    onVerified: () => {
      isProven = true;
    },
    onCookie: () => {
      isProven = true;
    },
    onUnproven: () => undefined,
  };
  const destination = { host: '192.0.2.7', port: 51_820, family: 4 as const, exact: true };
  const message: SentMessage = { initiator, sent, destination, sentAtMs: 0, listener };
  return {
    name: 'probe replies',
    tryOne: (random) => {
      // Its eight attempts are used up now and then: it waits again, as for the next probe.
      if (below(random, 20) === 0) answers.clear();
      if (answers.isFree(7)) answers.add(message);
      const good = Buffer.from(random.bytes(oneOf(random, [responseBytes, cookieReplyBytes])));
      good.writeUInt32LE(oneOf(random, [2, 3]), 0);
      good.writeUInt32LE(7, good.readUInt32LE(0) === 2 ? 8 : 4);
      const datagram = random.next() < 0.5 ? good : mutateBytes(random, good);
      const source = {
        address: oneOf(random, ['192.0.2.7', '192.0.2.8', '::ffff:192.0.2.7', 'x']),
        port: 51_820,
      };
      const why = answers.take(datagram, source, 1);
      must(!isProven && why !== null, 'a reply that nobody with the key made was taken for one');
      return 'refused';
    },
  };
}

const hostsText = withBlock(hostsBefore, [{ address: 'fd00::1', names: ['nas.wgnet', 'nas'] }]).toString(
  'latin1',
);

function hostsBlock(random: SeededRandom): Outcome {
  const file = Buffer.from(
    mutateText(random, oneOf(random, [hostsText, hostsText + hostsText, ''])),
    'latin1',
  );
  const rest = withoutBlock(file);
  must(!hasBlock(rest), 'a block is left');
  must(withoutBlock(rest).equals(rest), 'taking it out twice is not the same as once');
  const again = withoutBlock(withBlock(rest, [{ address: 'fd00::2', names: ['desk.wgnet'] }]));
  must(again.equals(rest), 'what is put in does not come out again');
  hostsFileAddresses(file.toString('latin1'), 'nas.wgnet');
  return 'accepted';
}

/** Every parser of untrusted input. */
export function parserSurfaces(): Surface[] {
  return [
    text('invite text', [jws, inviteLink(jws), `${jws}\n`], (input) => void verifyInvite(input)),
    { name: 'invite payload', tryOne: invitePayload },
    text(
      'join card text',
      [joinCardJson(laptopCard()), joinCardLine(laptopCard())],
      (input) => void parseJoinCard(input),
    ),
    {
      name: 'join card fields',
      tryOne: (random) =>
        takenOrRefused(() => void parseJoinCard(JSON.stringify(mutatedJson(random, laptopCard())))),
    },
    text('network file text', [networkFileText(wgnet(true))], (input) => void parseNetworkFile(input)),
    {
      name: 'network file fields',
      tryOne: (random) => {
        const file: unknown = JSON.parse(networkFileText(wgnet(true)));
        return takenOrRefused(() => void parseNetworkFile(JSON.stringify(mutatedJson(random, file))));
      },
    },
    text('wg-quick file', [wgQuickFiles[0] ?? '', ...wgQuickFiles.slice(1)], (input) =>
      accept(parseWgQuick(input, 'home.conf').profile),
    ),
    { name: 'hosts file', tryOne: hostsBlock },
    probeReplies(),
    {
      name: 'UAPI output',
      tryOne: (random) => reported(() => void parseInterface(mutateText(random, uapi).split('\n'))),
    },
    { name: 'wg dump', tryOne: (random) => reported(() => void parseDump(mutateText(random, dump))) },
    { name: 'ip -j output', tryOne: ipOutput },
    {
      name: 'ip monitor output',
      tryOne: (random) => {
        removedIn(
          mutateText(random, '2: eth0: <BROADCAST,UP> mtu 1500 state DOWN\nDeleted 192.0.2.5/24 dev eth0\n'),
        );
        return 'accepted';
      },
    },
  ];
}
