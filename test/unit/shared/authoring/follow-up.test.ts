import { describe, expect, it } from 'vitest';
import { addController } from '../../../../shared/authoring/add-controller.ts';
import { addPeer } from '../../../../shared/authoring/add-peer.ts';
import {
  removeController,
  removePeer,
  renameMember,
  setEndpoints,
  setMember,
} from '../../../../shared/authoring/change-member.ts';
import { type FollowUp, followUp } from '../../../../shared/authoring/follow-up.ts';
import type { NetworkFile } from '../../../../shared/authoring/network-file.ts';
import { setNetwork } from '../../../../shared/authoring/network-settings.ts';
import { laptopCard, wgnet } from '../../support/network-fixtures.ts';

const otherKey = 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykA=';
const nothing: FollowUp = {
  render: [],
  renderNames: [],
  stop: [],
  firstInvite: [],
  invite: [],
  inviteNames: [],
  renamed: [],
};

/** wgnet has nas and vps, the laptop with its keys, and a tablet that has not joined. */
const cases: readonly [string, (file: NetworkFile) => NetworkFile, Partial<FollowUp>][] = [
  [
    'a new peer',
    (file) => addPeer(file, { name: 'phone' }).file,
    { firstInvite: ['phone'], renderNames: ['nas', 'vps'], inviteNames: ['laptop'] },
  ],
  [
    'a join card',
    (file) =>
      addPeer(file, {
        name: 'laptop',
        card: laptopCard({ probePublicKey: laptopCard().publicKey, publicKey: laptopCard().probePublicKey }),
      }).file,
    { render: ['nas', 'vps'] },
  ],
  ['a peer with keys that goes', (file) => removePeer(file, 'laptop'), { render: ['nas', 'vps'] }],
  [
    'a peer without keys that goes',
    (file) => removePeer(file, 'tablet'),
    { renderNames: ['nas', 'vps'], inviteNames: ['laptop'] },
  ],
  [
    'a new controller',
    (file) => addController(file, { name: 'edge', publicKey: otherKey }),
    { render: ['edge', 'nas', 'vps'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  [
    'a controller that goes',
    (file) => removeController(file, 'vps'),
    { render: ['nas'], stop: ['vps'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  [
    'a controller under another name',
    (file) => renameMember(file, 'vps', 'edge'),
    { render: ['edge', 'nas'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  [
    'a laptop under another name',
    (file) => renameMember(file, 'laptop', 'work'),
    { render: ['nas', 'vps'], renamed: ['work'], invite: ['work'] },
  ],
  [
    'a public endpoint of a controller',
    (file) => setEndpoints(file, 'nas', { publicEndpoints: ['198.51.100.9'] }),
    { render: ['vps'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  [
    'a private endpoint of a laptop',
    (file) => setEndpoints(file, 'laptop', { privateEndpoints: ['192.0.2.50:53333'] }),
    { render: ['nas'], invite: ['laptop'] },
  ],
  [
    'migration',
    (file) => setMember(file, 'nas', { migrate: false }),
    { invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  ['masquerading', (file) => setMember(file, 'vps', { masquerade: false }), { render: ['vps'] }],
  [
    'an alias',
    (file) => setMember(file, 'nas', { aliases: ['media'] }),
    { renderNames: ['nas', 'vps'], inviteNames: ['laptop'] },
  ],
  [
    'an MTU',
    (file) => setNetwork(file, { mtu: 1400 }),
    { render: ['nas', 'vps'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  [
    'IPv4',
    (file) => setNetwork(file, { ipv4: '10.42.0.0/16' }),
    { render: ['nas', 'vps'], invite: ['laptop'], firstInvite: ['tablet'] },
  ],
  ['nothing', (file) => file, {}],
];

describe('what follows from a change', () => {
  it.each(cases)('%s', (_, change, expected) => {
    const before = wgnet();
    expect(followUp(before, change(before))).toEqual({ ...nothing, ...expected });
  });
});
