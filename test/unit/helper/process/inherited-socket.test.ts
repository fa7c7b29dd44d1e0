import { expect, test } from 'vitest';
import { inheritedSocket } from '../../../../helper/process/inherited-socket.ts';

test('one socket is the third descriptor', () => {
  expect(inheritedSocket({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 7)).toBe(3);
});

test('a socket of another process, or none, is not used', () => {
  expect(inheritedSocket({ LISTEN_PID: '8', LISTEN_FDS: '1' }, 7)).toBeUndefined();
  expect(inheritedSocket({ LISTEN_FDS: '1' }, 7)).toBeUndefined();
  expect(inheritedSocket({ LISTEN_PID: '7' }, 7)).toBeUndefined();
});

test.each(['0', '2', 'x', ''])('LISTEN_FDS %j is refused', (LISTEN_FDS) => {
  expect(() => inheritedSocket({ LISTEN_PID: '7', LISTEN_FDS }, 7)).toThrow('one socket');
});
