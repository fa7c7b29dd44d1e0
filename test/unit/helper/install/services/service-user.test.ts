import { expect, test } from 'vitest';
import { launchdPlist } from '../../../../../helper/install/services/launchd.ts';
import { systemdUnit } from '../../../../../helper/install/services/systemd-unit.ts';
import { initScript } from '../../../../../helper/install/services/sysv.ts';
import { serviceUid } from '../../../../../shared/install/service-user.ts';

test.each([0, 1000, 4_294_967_294])(
  'the user %i is read from the service that was written for them',
  (uid) => {
    const service = { program: '/opt/homing/homing-helper', uid };
    const definitions = [
      systemdUnit(service),
      launchdPlist(service),
      initScript(service, '/sbin/start-stop-daemon'),
    ];
    expect(definitions.map(serviceUid)).toEqual([uid, uid, uid]);
  },
);

test.each(['', 'ExecStart=/x/homing-helper', 'ExecStart=/x --uid "$(id -u me)"', '--uid 10x'])(
  '%j names no user',
  (definition) => {
    expect(serviceUid(definition)).toBeUndefined();
  },
);
