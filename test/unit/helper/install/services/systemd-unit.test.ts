import { expect, test } from 'vitest';
import { killSwitchUnit } from '../../../../../helper/install/services/kill-switch-unit.ts';
import {
  controlSocketUnit,
  hostsSocketUnit,
  hostsUnit,
  systemdRootUnit,
  systemdUnit,
} from '../../../../../helper/install/services/systemd-unit.ts';

const service = { program: '/opt/homing/homing-helper', uid: 1000 };
const writable = (unit: string) => unit.match(/^ReadWritePaths=.*$/gm);

test('the helper’s unit makes it no root, and nothing of /etc writable', () => {
  const unit = systemdUnit(service);
  expect(unit).toContain('\nUser=homing\n');
  expect(unit).toContain('\nCapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW\n');
  expect(unit).toContain('\nProtectSystem=strict\n');
  expect(writable(unit)).toEqual(['ReadWritePaths=-/proc/sys/net/ipv4/conf/all/src_valid_mark']);
  // The Debian package reads it from here when it is upgraded (scripts/package/deb/postinst).
  expect(unit).toMatch(/^ExecStart=\/opt\/homing\/homing-helper --uid 1000 /m);
});

test('the writer may write below /etc, has no capability and no network', () => {
  const unit = hostsUnit(service);
  expect(writable(unit)).toEqual(['ReadWritePaths=/etc']);
  expect(unit).toContain('\nCapabilityBoundingSet=\n');
  expect(unit).toContain('\nPrivateNetwork=yes\n');
  expect(unit).not.toMatch(/^User=/m);
});

test('each socket belongs to one user alone', () => {
  expect(controlSocketUnit(service)).toMatch(/SocketUser=1000\nSocketMode=0600\nDirectoryMode=0755\n/);
  expect(hostsSocketUnit()).toMatch(/SocketUser=homing\nSocketMode=0600\nDirectoryMode=0755\n/);
});

test('while the machine shuts down the writer’s socket still takes connections', () => {
  for (const unit of [hostsUnit(service), hostsSocketUnit()])
    expect(unit).toContain('\nDefaultDependencies=no\n');
});

test('the rules that the helper wrote are loaded without root’s rights', () => {
  expect(killSwitchUnit()).toContain('\nUser=homing\n');
});

test('a helper that runs as root makes its socket and writes the hosts file itself', () => {
  const unit = systemdRootUnit(service);
  expect(unit).toContain('ExecStart=/opt/homing/homing-helper --uid 1000\n');
  expect(unit).toContain(' CAP_CHOWN\n');
  expect(writable(unit)).toContain('ReadWritePaths=/etc');
});
