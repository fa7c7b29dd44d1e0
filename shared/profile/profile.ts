import * as z from 'zod';
import { ipv4Issues } from '../addresses/ipv4-members.ts';
import { rangeSchema } from '../addresses/range-schema.ts';
import { endpointSchema } from '../endpoints/endpoint-schema.ts';
import { controllerFacts, machineSchema, networkFacts, peerFacts, portSchema } from '../invite/facts.ts';
import { presharedKeySchema, publicKeySchema } from '../keys/key-schemas.ts';
import { domainSchema, memberNameSchema } from '../names/name-schemas.ts';
import { controllersSchema } from './controllers-schema.ts';
import { dnsSchema } from './dns-schema.ts';

/**
 * An imported network on this laptop, without its private key. It comes from an invite (every address follows from
 * subnets and suffixes) or from a wg-quick file (explicit addresses and ranges).
 */

/** Linux IFNAMSIZ is 16 with the NUL; `hm` distinguishes Homing's interfaces. */
export const interfaceNameSchema = z
  .string()
  .regex(/^hm[a-z0-9-]{1,13}$/, 'not hm and 1 to 13 of a-z, 0-9, -');

/** An own address with its prefix length, e.g. `10.42.1.2/16`. Host bits are expected. */
export const interfaceAddressSchema = z.union([z.cidrv4(), z.cidrv6()]);

const endpointsSchema = z.strictObject({
  private: z.array(endpointSchema).max(64),
  public: z.array(endpointSchema).max(64),
});

/** RFC 791: every host accepts 576 octets. With IPv6 addresses it is {@link minIpv6Mtu}. */
export const minMtu = 576;
/** RFC 8200 section 5. */
export const minIpv6Mtu = 1280;
export const maxMtu = 9000;

const settingsSchema = z.strictObject({
  /** Look for controllers on the LAN by broadcast and ff02::1. */
  discovery: z.boolean(),
  /** Also write `nas` beside `nas.wgnet` to the hosts block. */
  shortNames: z.boolean(),
  /** A fixed UDP port; by default the system picks one. */
  listenPort: portSchema.optional(),
  /** Octets of the tunnel's largest packet. */
  mtu: z.int().min(minMtu).max(maxMtu),
  persistentKeepaliveSeconds: z.int().min(0).max(65_535),
  /** The controller that all traffic goes through; without it only traffic to the network's own ranges. */
  exit: z.string().min(1).max(63).optional(),
});

/** The file's own description of a member, for people to read. */
export const descriptionMaxCharacters = 200;
const descriptionSchema = z
  .string()
  .max(descriptionMaxCharacters)
  .regex(/^[^\p{Cc}]*$/u)
  .optional();

const commonController = {
  name: memberNameSchema,
  publicKey: publicKeySchema,
  endpoints: endpointsSchema,
  presharedKey: presharedKeySchema.optional(),
};

const commonProfile = {
  version: z.literal(1),
  /** Stable per network: the fingerprint of its signing key, or a hash of the wg-quick file's keys. */
  id: z.string().regex(/^[a-z0-9]{16}$/, 'not 16 of a-z, 0-9'),
  interfaceName: interfaceNameSchema,
  settings: settingsSchema,
  defaultController: memberNameSchema,
};

export const inviteProfileSchema = z
  .strictObject({
    ...commonProfile,
    origin: z.literal('invite'),
    network: z.strictObject(networkFacts),
    serial: z.int().min(1),
    peer: z.strictObject(peerFacts),
    controllers: controllersSchema(
      z.strictObject({
        ...commonController,
        subnet: z.string().max(50),
        routes: z.array(rangeSchema).max(64),
        ...controllerFacts,
      }),
      'routes',
    ),
    machines: z.array(machineSchema).max(65_536),
  })
  .superRefine((profile, context) => {
    for (const { path, message } of ipv4Issues(profile)) context.addIssue({ code: 'custom', path, message });
  });

export const wgQuickProfileSchema = z.strictObject({
  ...commonProfile,
  origin: z.literal('wg-quick'),
  network: z.strictObject({ name: memberNameSchema, domain: domainSchema }),
  dns: dnsSchema.optional(),
  peer: z.strictObject({ name: memberNameSchema, addresses: z.array(interfaceAddressSchema).min(1).max(64) }),
  controllers: controllersSchema(
    z.strictObject({
      ...commonController,
      description: descriptionSchema,
      allowedIps: z.array(rangeSchema).max(1024),
    }),
    'allowedIps',
  ),
  /** Named members of the file with the first single address of each. */
  machines: z
    .array(
      z.strictObject({
        name: memberNameSchema,
        kind: z.enum(['controller', 'peer']),
        description: descriptionSchema,
        address: z.union([z.ipv4(), z.ipv6()]),
      }),
    )
    .max(65_536),
});

/** What this laptop adds to an invite: everything else follows from the invite. */
export const localChoicesSchema = z.strictObject({
  interfaceName: interfaceNameSchema,
  settings: settingsSchema,
});
export type LocalChoices = z.infer<typeof localChoicesSchema>;

export const profileSchema = z.discriminatedUnion('origin', [inviteProfileSchema, wgQuickProfileSchema]);

export type Profile = z.infer<typeof profileSchema>;
export type InviteProfile = z.infer<typeof inviteProfileSchema>;
export type WgQuickProfile = z.infer<typeof wgQuickProfileSchema>;
export type ProfileSettings = z.infer<typeof settingsSchema>;

/** wg-quick(8): 1500 less 80 octets of outer IPv6, UDP and WireGuard headers. */
export const defaultMtu = 1420;

/** WireGuard's own recommendation behind NAT (wg(8), PersistentKeepalive). */
export const defaultKeepaliveSeconds = 25;

export const defaultSettings: ProfileSettings = {
  discovery: true,
  shortNames: false,
  mtu: defaultMtu,
  persistentKeepaliveSeconds: defaultKeepaliveSeconds,
};

/** The interface of a network: `hm-` and as much of its name as fits; invalid characters become hyphens. */
export function interfaceNameFor(networkName: string): string {
  return `hm-${networkName.toLowerCase().replace(/[^a-z0-9-]/g, '-')}`.slice(0, 15);
}
