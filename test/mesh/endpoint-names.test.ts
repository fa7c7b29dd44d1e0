import { expect, test } from 'vitest';
import { ping } from '../lab/ping.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { createExitWorld } from './support/exit-world.ts';
import { startNameServer } from './support/resolvers.ts';

test('under the kill switch the exit’s own name is found, and no other is heard on the LAN', async () => {
  requireLab();
  const { world, installed, laptop } = await createExitWorld({}, [], 'vps.example:51820');
  try {
    const server = await startNameServer(world.homeRouter, at.private.router, at.dataCentre.vps);
    await laptop.writeFile('/etc/resolv.conf', `nameserver ${at.private.router}\n`);
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
}, 60_000);
