import { readdirSync, readlinkSync } from 'node:fs';
import { createLab } from '../lab/lab.ts';
import { generateKeys, startController } from '../lab/wireguard-host.ts';
import { namespacesOf } from './machine-state.ts';

/*
 * A program that builds a lab with a running wireguard-go, prints three pids of it as the machine sees them (the
 * host's pid 1, a command, wireguard-go) and waits to be killed.
 */
const lab = await createLab();
const host = await lab.addHost('abandoned');
const { privateKey } = await generateKeys(host);
await startController(host, {
  configText: `[Interface]\nPrivateKey = ${privateKey}\nListenPort = 51820\n`,
  privateKey,
});
const sleeping = await host.spawn(['sleep', '1000']);
const [network] = namespacesOf(host.pid);
const wireguard = readdirSync('/proc').find(
  (pid) =>
    /^\d+$/.test(pid) &&
    namespacesOf(Number(pid)).includes(network ?? '') &&
    readlinkSync(`/proc/${pid}/exe`).endsWith('wireguard-go'),
);
console.log(host.pid, sleeping.outsidePid, wireguard);
setInterval(() => undefined, 1_000);
