import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createLab } from '../lab/lab.ts';
import { createWorld } from '../lab/world.ts';
import { namespacesOf, pidsInNamespaces, readMachineState } from './machine-state.ts';
import { requireLab } from './require-lab.ts';

beforeAll(requireLab);

test('a destroyed world leaves no interface, mount, namespace or process on the machine', async () => {
  const before = readMachineState();
  const world = await createWorld({ withMobile: true, publicDelayMs: 5 });
  const during = readMachineState();
  expect(during.interfaces).toEqual(before.interfaces);
  expect(during.mounts).toEqual(before.mounts);
  const own = during.namespaces.filter((namespace) => !before.namespaces.includes(namespace));
  expect(own.length).toBeGreaterThan(20);
  await world.nas.spawn(['sleep', '1000']);
  await world.destroy();
  expect(pidsInNamespaces(own)).toEqual([]);
  expect(readMachineState().interfaces).toEqual(before.interfaces);
  expect(readMachineState().mounts).toEqual(before.mounts);
});

test('nothing of a lab is left 2 s after the process that built it is killed, wireguard-go included', async () => {
  const script = join(import.meta.dirname, 'abandoned-lab.ts');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const pids = String(line).split(' ').map(Number);
  expect(pids.length).toBe(3);
  const namespaces = pids.flatMap(namespacesOf);
  expect(pidsInNamespaces(namespaces).length).toBeGreaterThanOrEqual(3);
  child.kill('SIGKILL');
  const deadline = Date.now() + 2_000;
  while (pidsInNamespaces(namespaces).length > 0 && Date.now() < deadline) await sleep(20);
  expect(pidsInNamespaces(namespaces)).toEqual([]);
  expect(pids.filter((pid) => existsSync(`/proc/${pid}/exe`))).toEqual([]);
});

test('orphans inside a host are reaped', async () => {
  const lab = await createLab();
  onTestFinished(() => lab.destroy());
  const host = await lab.addHost('parent');
  await host.run(['sh', '-c', '(sleep 0.05 &) ; (setsid sleep 0.1 &) ; (sh -c "sleep 0.05 & exit 3" &)']);
  await sleep(300);
  const stats = await host.run(['ps', '-e', '-o', 'stat=,args=']);
  expect(stats).not.toContain('Z');
  expect(stats).not.toContain('sleep');
});
