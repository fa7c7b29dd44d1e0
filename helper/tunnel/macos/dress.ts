import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';

/**
 * The arguments of ifconfig(8) that give the interface its addresses and bring it up. An IPv4 address of a
 * point-to-point interface needs a peer address: its own, as in wg-quick(8). Idempotent.
 */
export function dressCommands(
  plan: Pick<TunnelPlan, 'addresses' | 'mtu'>,
  device: string,
): readonly (readonly string[])[] {
  const addresses = plan.addresses.map((address) =>
    address.includes(':')
      ? [device, 'inet6', address, 'alias']
      : [device, 'inet', address, address.split('/')[0] ?? address, 'alias'],
  );
  return [...addresses, [device, 'mtu', `${plan.mtu}`], [device, 'up']];
}
