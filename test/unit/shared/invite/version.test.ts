import { describe, expect, it } from 'vitest';
import { invitePayloadSchema } from '../../../../shared/invite/payload.ts';
import { profileFromInvite } from '../../../../shared/invite/profile-from-invite.ts';
import { readInvite, verifyInvite } from '../../../../shared/invite/read-invite.ts';
import { inviteVersionFor } from '../../../../shared/invite/version.ts';
import { profileSchema } from '../../../../shared/profile/profile.ts';
import { goodPayload, nowMs, refusalOf, signed } from '../../support/invite-fixtures.ts';

/** The good payload with everything that version 2 added. */
function newPayload() {
  const { network, peer, controllers, machines, ...rest } = goodPayload();
  const ipv4 = { nas: '10.42.1.4', vps: '10.42.1.3', laptop: '10.42.1.2' };
  const of = (name: string) => Reflect.get(ipv4, name);
  return {
    ...rest,
    version: 2,
    network: { ...network, mtu: 1380, ipv4: { range: '10.42.0.0/16', controller: 'nas' } },
    peer: { ...peer, ipv4: ipv4.laptop, listenPort: 53_333 },
    controllers: controllers.map((controller) => ({
      ...controller,
      ipv4: of(controller.name),
      migrate: controller.name === 'vps' ? false : undefined,
    })),
    machines: machines.map((machine) => ({
      ...machine,
      ipv4: of(machine.name),
      ...(machine.name === 'nas' ? { aliases: ['media'] } : {}),
      ...(machine.name === 'laptop' ? { controller: 'vps' } : {}),
    })),
  };
}

function changedPayload(change: (payload: ReturnType<typeof newPayload>) => void) {
  const payload = newPayload();
  change(payload);
  return signed(payload);
}

describe('the version of an invite', () => {
  it('is 1 for what version 1 could say, so that an older Homing reads it', () => {
    expect(inviteVersionFor(invitePayloadSchema.parse(goodPayload()))).toBe(1);
  });

  it.each([
    ['an MTU', { network: { name: 'wgnet', domain: 'wgnet', mtu: 1400 } }],
    ['a fixed port', { peer: { name: 'laptop', suffix: '5eec:dc4:19aa:8337', listenPort: 51_820 } }],
    ['a name with a capital', { peer: { name: 'Laptop', suffix: '5eec:dc4:19aa:8337' } }],
    [
      'a controller that does not migrate',
      {
        controllers: [{ ...goodPayload().controllers[0], migrate: false }],
        machines: [],
        defaultController: 'nas',
      },
    ],
    ['an alias', { machines: [{ name: 'nas', kind: 'controller', aliases: ['media'] }] }],
    ['IPv4', newPayload()],
  ])('is 2 with %s', (_, change) => {
    expect(inviteVersionFor(invitePayloadSchema.parse({ ...goodPayload(), ...change }))).toBe(2);
  });

  it('is 3 with an exit, which an older Homing must not overlook', () => {
    const controllers = newPayload().controllers.map((controller) => ({ ...controller, exit: { dns: [] } }));
    expect(inviteVersionFor(invitePayloadSchema.parse({ ...newPayload(), controllers }))).toBe(3);
  });

  it('carries all of it into the profile, which the helper takes', () => {
    const profile = profileFromInvite(readInvite(signed(newPayload()), nowMs));
    expect(profileSchema.parse(profile)).toEqual(profile);
    expect(profile).toMatchObject({
      network: { ipv4: { range: '10.42.0.0/16', controller: 'nas' } },
      peer: { ipv4: '10.42.1.2' },
      settings: { mtu: 1380, listenPort: 53_333 },
      controllers: [{ ipv4: '10.42.1.4' }, { ipv4: '10.42.1.3', migrate: false }],
      machines: [{ aliases: ['media'] }, {}, { controller: 'vps', ipv4: '10.42.1.2' }],
    });
  });

  it.each([
    [
      'an address outside of the range',
      changedPayload((p) => {
        p.peer.ipv4 = '10.43.1.2';
      }),
      'bad-ipv4',
    ],
    [
      'an address of two members',
      changedPayload((p) => {
        p.peer.ipv4 = '10.42.1.4';
      }),
      'bad-ipv4',
    ],
    [
      'a public range',
      changedPayload((p) => {
        p.network.ipv4.range = '198.18.0.0/16';
      }),
      'bad-ipv4',
    ],
    [
      'a range of an unknown controller',
      changedPayload((p) => {
        p.network.ipv4.controller = 'x';
      }),
      'bad-ipv4',
    ],
    [
      'one name twice, in two cases',
      changedPayload((p) => {
        p.machines.push({ name: 'NAS', kind: 'peer', suffix: '1:2:3:4', ipv4: undefined });
      }),
      'duplicate-entry',
    ],
    [
      'an alias that is a name',
      changedPayload((p) => {
        p.machines[0] = { name: 'nas', kind: 'controller', ipv4: undefined, aliases: ['laptop'] };
      }),
      'duplicate-entry',
    ],
  ])('is refused with %s', (_, text, code) => {
    expect(refusalOf(() => readInvite(text, nowMs)).code).toBe(code);
  });
});

describe('MTU and port of a laptop', () => {
  const before = profileFromInvite(verifyInvite(signed(newPayload())));
  const update = (change: (payload: ReturnType<typeof newPayload>) => void) =>
    verifyInvite(changedPayload(change));
  const settings = (from: typeof before, change: (payload: ReturnType<typeof newPayload>) => void) =>
    profileFromInvite(update(change), from).settings;

  it('follow the network', () => {
    expect(
      settings(before, (p) => {
        p.network.mtu = 1400;
        p.peer.listenPort = 51_821;
      }),
    ).toMatchObject({ mtu: 1400, listenPort: 51_821 });
  });

  it('stay as chosen on this laptop', () => {
    const chosen = { ...before, settings: { ...before.settings, mtu: 1300, listenPort: 4000 } };
    expect(
      settings(chosen, (p) => {
        p.network.mtu = 1400;
        p.peer.listenPort = 51_821;
      }),
    ).toMatchObject({ mtu: 1300, listenPort: 4000 });
  });
});
