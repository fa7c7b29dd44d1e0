import type { Host } from './host.ts';

export interface WireGuardKeys {
  /** Base64, 32 bytes. */
  readonly privateKey: string;
  readonly publicKey: string;
}

export interface ControllerSettings {
  /** The whole wg-quick configuration file (wg-quick(8)). */
  readonly configText: string;
  /** Base64. Written to /etc/wireguard/<interface>.key, where a `PostUp = wg set %i private-key` finds it. */
  readonly privateKey: string;
  /** Default wg0. */
  readonly interfaceName?: string;
}

/** WireGuard's usual port, and the one that the lab's routers forward. */
export const wireGuardPort = 51_820;

/** Generates a key pair with the host's own `wg`. */
export async function generateKeys(host: Host): Promise<WireGuardKeys> {
  const privateKey = (await host.run(['wg', 'genkey'])).trim();
  const publicKey = (await host.run(['wg', 'pubkey'], { input: privateKey })).trim();
  return { privateKey, publicKey };
}

/**
 * Starts a stock WireGuard with the real wg-quick, which uses wireguard-go if the kernel has no WireGuard. Throws with
 * wg-quick's own output.
 */
export async function startController(host: Host, settings: ControllerSettings): Promise<void> {
  const { configText, privateKey, interfaceName = 'wg0' } = settings;
  await host.writeFile(`/etc/wireguard/${interfaceName}.conf`, configText, 0o600);
  await host.writeFile(`/etc/wireguard/${interfaceName}.key`, `${privateKey}\n`, 0o600);
  await host.run(['wg-quick', 'up', interfaceName]);
}

/** Takes down the interface of a controller, and its wireguard-go. */
export async function stopController(host: Host, interfaceName = 'wg0'): Promise<void> {
  await host.run(['wg-quick', 'down', interfaceName]);
}

/**
 * Runs a WireGuard with its own key where another is expected: it does not answer handshakes for that key.
 * @returns the impostor's keys
 */
export async function startImpostor(
  host: Host,
  options: { readonly port?: number; readonly interfaceName?: string } = {},
): Promise<WireGuardKeys> {
  const keys = await generateKeys(host);
  const configText = `[Interface]\nPrivateKey = ${keys.privateKey}\nListenPort = ${options.port ?? wireGuardPort}\n`;
  const { interfaceName = 'wg0' } = options;
  await startController(host, { configText, privateKey: keys.privateKey, interfaceName });
  return keys;
}
