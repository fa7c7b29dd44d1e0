import { expect, test } from 'vitest';
import { ping } from '../lab/ping.ts';
import { laptopLanInterface } from '../lab/world.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { createExitWorld } from './support/exit-world.ts';
import { startNameServer } from './support/resolvers.ts';

/** What a router announces as its name server besides its own address: often only the link-local one (RFC 8106). */
const linkLocal = 'fe80::1';

test.each([
  { server: at.private.router, of: 'the LAN' },
  { server: `${linkLocal}%${laptopLanInterface}`, of: 'the link' },
])(
  'under the kill switch a name server of $of resolves the exit’s own name, and hears no other',
  async ({ server: nameServer }) => {
    requireLab();
    const { world, installed, laptop } = await createExitWorld({}, [], 'vps.example:51820');
    try {
      await world.homeRouter.run(['ip', 'addr', 'add', `${linkLocal}/64`, 'dev', 'lan0', 'nodad']);
      const served = nameServer.replace(laptopLanInterface, 'lan0');
      const server = await startNameServer(world.homeRouter, served, at.dataCentre.vps);
      await laptop.writeFile('/etc/resolv.conf', `nameserver ${nameServer}\n`);
      await installed.mustHoming(['kill-switch', 'on']);
      await installed.mustHoming(['up']);
      await installed.until(
        'the exit is reached',
        ({ killSwitch }) => killSwitch?.state === 'on' && !killSwitch.isBlocking,
      );
      expect((await ping(laptop, at.internet.core)).received).toBe(3);
      const question =
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x' * 40, ('192.0.2.1', 53))";
      expect((await laptop.exec(['python3', '-c', question], { user: installed.user })).code).not.toBe(0);
      const heard = server.stdout.text.trim().split('\n').slice(1);
      expect(new Set(heard)).toEqual(new Set(['vps.example']));
    } finally {
      await world.destroy();
    }
  },
);
