import { peerSuffix, planAddresses, suffixText } from '../../../shared/addresses/plan.ts';
import {
  type InviteProfile,
  inviteProfileSchema,
  type WgQuickProfile,
  wgQuickProfileSchema,
} from '../../../shared/profile/profile.ts';

/** Valid profiles for tests, to be damaged in one place. */

export const nasKey = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
export const vpsKey = 'TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=';

const settings = { discovery: true, shortNames: false, mtu: 1420, persistentKeepaliveSeconds: 25 };

/** The plain JSON of {@link goodProfile}. */
export function goodProfileJson() {
  const suffix = (name: string) => suffixText(peerSuffix(name));
  return {
    version: 1,
    origin: 'invite',
    id: 'abcdefgh01234567',
    interfaceName: 'hm-wgnet',
    network: { name: 'wgnet', domain: 'wgnet' },
    settings,
    defaultController: 'nas',
    serial: 3,
    peer: { name: 'laptop', suffix: suffix('laptop') },
    controllers: [
      {
        name: 'nas',
        publicKey: nasKey,
        subnet: planAddresses('wgnet', 'nas').subnet,
        endpoints: { private: ['192.0.2.7:51820'], public: ['198.51.100.7:51820', '[2001:db8::7]:51820'] },
        routes: ['203.0.113.0/25'],
      },
      {
        name: 'vps',
        publicKey: vpsKey,
        subnet: planAddresses('wgnet', 'vps').subnet,
        endpoints: { private: [], public: ['vps.example:51820'] },
        routes: [],
      },
    ],
    machines: [
      { name: 'nas', kind: 'controller' },
      { name: 'vps', kind: 'controller' },
      { name: 'laptop', kind: 'peer', suffix: suffix('laptop') },
      { name: 'desk', kind: 'peer', suffix: suffix('desk') },
    ],
  };
}

export function goodProfile(): InviteProfile {
  return inviteProfileSchema.parse(goodProfileJson());
}

/** The plain JSON of {@link goodWgQuickProfile}. */
export function goodWgQuickProfileJson() {
  return {
    version: 1,
    origin: 'wg-quick',
    id: 'abcdefgh01234567',
    interfaceName: 'hm-home',
    network: { name: 'home', domain: 'home' },
    settings: { ...settings, listenPort: 51_900 },
    defaultController: 'nas',
    peer: { name: 'laptop', addresses: ['198.51.100.130/25', '2001:db8:9::2/64'] },
    controllers: [
      {
        name: 'nas',
        publicKey: nasKey,
        endpoints: { private: ['192.0.2.7:51820'], public: ['203.0.113.7:51820'] },
        allowedIps: ['198.51.100.128/25', '2001:db8:9::/64'],
      },
    ],
    machines: [{ name: 'nas', kind: 'controller', address: '198.51.100.129' }],
  };
}

export function goodWgQuickProfile(): WgQuickProfile {
  return wgQuickProfileSchema.parse(goodWgQuickProfileJson());
}
