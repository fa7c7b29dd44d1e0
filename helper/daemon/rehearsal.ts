import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { peerSuffix, planAddresses, suffixText } from '../../shared/addresses/plan.ts';
import { tunnelRequestSchema } from '../../shared/contract/control-api.ts';
import { probePrivateKey } from '../../shared/keys/probe-key.ts';
import { keyText } from '../../shared/keys/wireguard-key.ts';
import { hostEntries } from '../../shared/plan/host-names.ts';
import { tunnelPlan } from '../../shared/plan/tunnel-plan.ts';
import { defaultSettings } from '../../shared/profile/profile.ts';
import { withBlock } from '../hosts/block.ts';
import { x25519PublicKey } from '../paths/probe/x25519.ts';
import type { TunnelSystem } from '../tunnel/system.ts';

const network = 'rehearsal';
const controller = 'controller';
const peer = 'peer';

/** A request of the right form that the helper's own rules refuse: its default controller is not in it. */
function refusedRequest() {
  const privateKey = randomBytes(32);
  const suffix = suffixText(peerSuffix(peer));
  return {
    profile: {
      version: 1,
      origin: 'invite',
      id: '0000000000000000',
      interfaceName: 'hm-rehearsal',
      network: { name: network, domain: network },
      settings: defaultSettings,
      defaultController: 'nobody',
      serial: 1,
      peer: { name: peer, suffix },
      controllers: [
        {
          name: controller,
          publicKey: keyText(x25519PublicKey(privateKey)),
          subnet: planAddresses(network, controller).subnet,
          endpoints: { private: ['192.0.2.1:51820'], public: ['[2001:db8::1]:51820'] },
          routes: ['203.0.113.0/24'],
        },
      ],
      machines: [
        { name: controller, kind: 'controller' },
        { name: peer, kind: 'peer', suffix },
      ],
    },
    privateKey: keyText(privateKey),
  };
}

/** Sends the request to the helper's own socket and waits for the refusal. */
function askOneself(socketPath: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const head = `PUT /v1/tunnel HTTP/1.1\r\nHost: helper\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.resume();
    socket.write(`${head}${body}`);
  });
}

/**
 * Goes once through what connecting needs. Node compiles a function when it is first called, and a schema builds its
 * checks likewise: the first `homing up` after a start of the helper took 60 ms longer than the second. Nothing is
 * written, started or decided: the network is the helper's own invention, and it refuses it.
 */
export async function rehearse(socketPath: string, system: TunnelSystem): Promise<void> {
  const request = refusedRequest();
  const { profile, privateKey } = tunnelRequestSchema.parse(request);
  tunnelPlan(profile);
  withBlock(Buffer.from('127.0.0.1 localhost'), hostEntries(profile, controller));
  probePrivateKey(privateKey);
  await system.wireguard();
  await askOneself(socketPath, JSON.stringify(request));
}
