import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  findCollisions,
  refuseCollisions,
  subnetCollisions,
  suffixCollisions,
} from '../../../../shared/addresses/collisions.ts';
import { parseSuffix } from '../../../../shared/addresses/plan.ts';

/** Two names whose hashes begin with the same bytes, found by trying. */
function collidingNames(stem: string, bytes: number): [string, string] {
  const seen = new Map<string, string>();
  for (let number = 0; ; number += 1) {
    const name = `${stem}${number}`;
    const start = createHash('sha256')
      .update(name)
      .digest('hex')
      .slice(0, 2 * bytes);
    const before = seen.get(start);
    if (before !== undefined) return [before, name];
    seen.set(start, name);
  }
}

function suffix(text: string) {
  return parseSuffix(text) ?? new Uint8Array(8);
}

describe('collisions of names', () => {
  it('finds none among names that get different addresses', () => {
    expect(findCollisions('wgnet', ['nas', 'vps'], ['laptop', 'tablet'])).toEqual([]);
  });

  it('names two real controllers that get the same /56, and what to do', () => {
    const [first, second] = collidingNames('server', 2);
    const [collision] = subnetCollisions('wgnet', ['nas', first, second]);
    expect(collision).toMatchObject({ kind: 'subnet', names: [first, second] });
    expect(collision?.cause).toContain(`"${first}" and "${second}"`);
    expect(collision?.remedy).toContain(`Rename one of the two, for example "${second}"`);
    expect(() => refuseCollisions('wgnet', [first, second], [])).toThrow(/would both have the subnet fd/);
  });

  it('names two real peers that get the same /96', () => {
    const [first, second] = collidingNames('peer', 4);
    expect(findCollisions('wgnet', ['nas'], ['laptop', first, second])).toMatchObject([
      { kind: 'range', names: [first, second] },
    ]);
  });

  it('distinguishes the same suffix from the same range', () => {
    const peers = [
      { name: 'one', suffix: suffix('a:b:c:d') },
      { name: 'two', suffix: suffix('a:b:c:d') },
      { name: 'three', suffix: suffix('a:b:1:2') },
    ];
    expect(suffixCollisions(peers).map(({ kind }) => kind)).toEqual(['suffix', 'range']);
  });

  it('finds a peer with the address of the controllers, or a range that holds it', () => {
    const exact = suffixCollisions([{ name: 'laptop', suffix: suffix('0:0:0:1') }]);
    const range = suffixCollisions([{ name: 'laptop', suffix: suffix('0:0:9:9') }]);
    expect(exact).toMatchObject([{ kind: 'controller-address', names: ['laptop', 'every controller'] }]);
    expect(exact[0]?.cause).toContain('would have the address ...0001');
    expect(range[0]?.cause).toContain('The range of the peer "laptop"');
  });
});
