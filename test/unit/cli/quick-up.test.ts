import { PassThrough, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { quickUp } from '../../../cli/quick-up.ts';
import { upText } from '../../../cli/text/up-text.ts';

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const io = {
  stdout: nowhere,
  stderr: nowhere,
  stdin: new PassThrough(),
  env: { HOMING_CONFIG_DIR: '/nonexistent', HOMING_SOCKET: '/nonexistent/helper.sock' },
  now: Date.now,
};

it.each([[['down']], [['up', '--json']], [['up', '--help']], [['up', 'a', 'b']], [[]], [['up']]])(
  'leaves %j to the ordinary way',
  async (args) => {
    expect(await quickUp(args, io)).toBeUndefined();
  },
);

it('says where each controller is reached first', () => {
  const controllers = [
    { name: 'nas', endpoint: null },
    { name: 'vps', endpoint: '203.0.113.10:51820' },
  ];
  const hosts = { names: 3, via: 'nas', problem: null };
  const tunnel = {
    state: 'connected',
    network: 'wgnet',
    domain: 'wgnet',
    peer: 'laptop',
    hosts,
    controllers,
  };
  expect(upText({ tunnel }, 41.6)).toBe(
    'Connected to wgnet in 42 ms, as laptop.\n' +
      '  nas  looking for it on the LAN\n' +
      '  vps  203.0.113.10:51820\n' +
      '3 names end in .wgnet. See which way each is reached: homing status\n',
  );
});

it.each([
  null,
  {},
  { tunnel: { state: 'off' } },
  { tunnel: { state: 'connected', controllers: [{ name: 1, endpoint: null }] } },
])('takes %j for no connected tunnel', (status) => {
  expect(upText(status, 1)).toBeUndefined();
});
