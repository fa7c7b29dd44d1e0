import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from '../../lab/host.ts';
import type { HostProcess } from '../../lab/host-process.ts';

/** The real resolvers of Debian, which scripts/setup.mjs unpacks. */
export const resolvers = fileURLToPath(new URL('../../../node_modules/.cache/resolvers', import.meta.url));

/** A folder of libraries for this machine's CPU: `/usr/lib/x86_64-linux-gnu` or another Debian multiarch folder. */
function multiarchFolder(root: string): string {
  const found = readdirSync(join(root, 'usr/lib')).find((name) => name.endsWith('-linux-gnu'));
  if (found === undefined) throw new Error(`no folder of libraries in ${root}`);
  return `/usr/lib/${found}`;
}

/** A file of a package below `/lib`, which newer Debian releases place below `/usr/lib`. */
function belowLib(root: string, path: string): string {
  const merged = join(root, 'usr/lib', path);
  return existsSync(merged) ? merged : join(root, 'lib', path);
}

/** Answers every query for an IPv4 address with the same address, and prints the queried names. */
const nameServer = `
import socket, struct, sys
family, kind, _, _, at = socket.getaddrinfo(sys.argv[1], 53, type=socket.SOCK_DGRAM)[0]
s = socket.socket(family, kind)
s.bind(at)
print('listening', flush=True)
while True:
    q, peer = s.recvfrom(512)
    i, labels = 12, []
    while q[i]:
        labels.append(q[i + 1:i + 1 + q[i]].decode()); i += q[i] + 1
    kind = struct.unpack('!H', q[i + 1:i + 3])[0]
    print('.'.join(labels), flush=True)
    found = 1 if kind == 1 else 0
    head = q[:2] + struct.pack('!HHHHH', 0x8580, 1, found, 0, 0)
    answer = b'\\xc0\\x0c' + struct.pack('!HHIH', 1, 1, 60, 4) + socket.inet_aton(sys.argv[2]) if found else b''
    s.sendto(head + q[12:i + 5] + answer, peer)
`;

/** @param address of `host`; a link-local one with its zone */
export async function startNameServer(host: Host, address: string, answer: string): Promise<HostProcess> {
  const server = await host.spawn(['python3', '-c', nameServer, address, answer]);
  await server.stdout.waitFor(/^listening/, 10_000);
  return server;
}

/** The real systemd-resolved, which needs a message bus but no systemd. @param server is queried through `device` */
export async function useResolved(host: Host, device: string, server: string): Promise<void> {
  for (const folder of ['/usr/bin', '/usr/lib']) await host.overlay(folder);
  await host.bind(`${resolvers}/systemd-resolved/usr/bin/resolvectl`, '/usr/bin/resolvectl');
  await host.bind(
    belowLib(`${resolvers}/systemd-resolved`, 'systemd/systemd-resolved'),
    '/usr/lib/systemd/systemd-resolved',
  );
  const shared = `${resolvers}/libsystemd-shared`;
  const libraries = multiarchFolder(shared);
  await host.bind(`${shared}${libraries}/systemd`, `${libraries}/systemd`);
  const policy = 'usr/share/dbus-1/system.d/org.freedesktop.resolve1.conf';
  await host.bind(
    `${resolvers}/systemd-resolved/${policy}`,
    '/etc/dbus-1/system.d/org.freedesktop.resolve1.conf',
  );
  await host.addUser('systemd-resolve', 901);
  const folders = 'mkdir -p /run/dbus /run/systemd/resolve; chown 901:901 /run/systemd/resolve';
  await host.run(['/bin/sh', '-ec', folders]);
  await host.run(['dbus-daemon', '--system', '--fork', '--nopidfile']);
  await host.spawn(['/usr/lib/systemd/systemd-resolved']);
  await host.writeFile('/etc/resolv.conf', 'nameserver 127.0.0.53\n');
  const before = await host.readFile('/etc/nsswitch.conf');
  await host.writeFile('/etc/nsswitch.conf', before.replace('hosts: files', 'hosts: files dns'));
  await host.run([
    '/bin/sh',
    '-ec',
    'for i in $(seq 100); do resolvectl status && exit; sleep 0.1; done; exit 1',
  ]);
  await host.run(['resolvectl', 'dns', device, server]);
  await host.run(['resolvectl', 'default-route', device, 'yes']);
}
