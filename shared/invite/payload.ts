import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { isSubnetOfNetwork, parseSuffix, suffixText } from '../addresses/plan.ts';
import { parseEndpoint } from '../endpoints/endpoint.ts';
import { HomingError } from '../errors/problem.ts';
import { isKeyText, type PresharedKey, type PublicKey } from '../keys/wireguard-key.ts';
import { type Domain, domainRefusal } from '../names/domain.ts';
import { type HostLabel, isHostLabel } from '../names/host-label.ts';

/** Version 1 of what an invite says. Every value is parsed here once and trusted inside. */

/** A machine's name. */
export const hostLabelSchema = z
  .string()
  .max(63)
  .refine(isHostLabel, 'not a host name of lower-case letters, digits and inner hyphens')
  .transform((text) => text as HostLabel);

/** The domain of a network's host names. */
export const domainSchema = z
  .string()
  .superRefine((text, context) => {
    const refusal = domainRefusal(text);
    if (refusal !== undefined) context.addIssue({ code: 'custom', message: `it ${refusal}` });
  })
  .transform((text) => text as Domain);

/** The name of a network; the address plan hashes it, so any label is fine. */
export const networkNameSchema = hostLabelSchema;

export const publicKeySchema = z
  .string()
  .refine(isKeyText, 'not 32 bytes in base64')
  .transform((text) => text as PublicKey);

export const presharedKeySchema = z
  .string()
  .refine(isKeyText, 'not 32 bytes in base64')
  .transform((text) => text as PresharedKey);

/** An endpoint in canonical text. */
export const endpointSchema = z
  .string()
  .max(300)
  .transform((text, context) => {
    try {
      return parseEndpoint(text, 'it');
    } catch (error) {
      if (!(error instanceof HomingError)) throw error;
      context.addIssue({
        code: 'custom',
        message: error.problem.cause.replace(/^it is .*?: /, '').replace(/\.$/, ''),
      });
      return z.NEVER;
    }
  });

/** A range `address/length` with no host bits set. */
export const rangeSchema = z
  .string()
  .max(50)
  .refine((text) => {
    if (!ipaddr.isValidCIDR(text)) return false;
    const [address, length] = ipaddr.parseCIDR(text);
    const network =
      address.kind() === 'ipv4'
        ? ipaddr.IPv4.networkAddressFromCIDR(text)
        : ipaddr.IPv6.networkAddressFromCIDR(text);
    return network.toString() === address.toString() && length >= 0;
  }, 'not a range such as "192.0.2.0/24" with no host bits set');

const controllerSuffixText = '0:0:0:1';

/** The 8-byte suffix of a peer as four groups, in the one text that {@link suffixText} gives it. */
export const suffixSchema = z.string().transform((text, context) => {
  const suffix = parseSuffix(text);
  const canonical = suffix && suffixText(suffix);
  if (canonical !== undefined && canonical !== controllerSuffixText) return canonical;
  const message =
    canonical === undefined
      ? 'not four groups of hex such as "6987:50a0:9b93:4337"'
      : 'the suffix of every controller, so no peer may have it';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const subnetSchema = z.string().max(50);
const listLimit = 64;

const endpointsSchema = z
  .strictObject({
    private: z.array(endpointSchema).max(listLimit),
    public: z.array(endpointSchema).max(listLimit),
  })
  .readonly();

const controllerSchema = z.strictObject({
  name: hostLabelSchema,
  publicKey: publicKeySchema,
  subnet: subnetSchema,
  endpoints: endpointsSchema,
  presharedKey: presharedKeySchema.optional(),
  routes: z.array(rangeSchema).max(listLimit).optional(),
});

const machineSchema = z.strictObject({
  name: hostLabelSchema,
  kind: z.enum(['controller', 'peer']),
  suffix: suffixSchema.optional(),
});

const unixSecondsSchema = z.int().min(0).max(253_402_300_799);

/** RFC 7519 style: times are whole seconds since 1970. */
export const invitePayloadSchema = z
  .strictObject({
    version: z.literal(1),
    network: z.strictObject({ name: networkNameSchema, domain: domainSchema }),
    peer: z.strictObject({ name: hostLabelSchema, suffix: suffixSchema }),
    controllers: z.array(controllerSchema).min(1, 'an invite needs at least one controller').max(4096),
    machines: z.array(machineSchema).max(65_536),
    defaultController: hostLabelSchema,
    issuedAt: unixSecondsSchema,
    expiresAt: unixSecondsSchema.optional(),
    serial: z.int().min(1),
  })
  .superRefine((invite, context) => {
    for (const [i, controller] of invite.controllers.entries()) {
      if (!isSubnetOfNetwork(controller.subnet, invite.network.name)) {
        const message = `not a /56 inside the /40 of the network "${invite.network.name}"`;
        const path = ['controllers', i, 'subnet'];
        context.addIssue({ code: 'custom', path, message, params: { mark: 'outside-network' } });
      }
    }
    reportRepeats(context, 'controllers', 'name', invite.controllers);
    reportRepeats(context, 'controllers', 'publicKey', invite.controllers);
    reportRepeats(context, 'controllers', 'subnet', invite.controllers);
    reportRepeats(context, 'machines', 'name', invite.machines);
    reportRepeats(context, 'machines', 'suffix', invite.machines);
    const controllerNames = new Set<string>(invite.controllers.map((c) => c.name));
    for (const [i, machine] of invite.machines.entries()) {
      const known = controllerNames.has(machine.name);
      if (machine.kind === 'peer' && machine.suffix === undefined) {
        context.addIssue({
          code: 'custom',
          path: ['machines', i, 'suffix'],
          message: 'a peer needs a suffix',
        });
      }
      if ((machine.kind === 'controller') !== known) {
        const message = known ? 'the name of a controller' : 'no controller of that name is listed';
        const path = ['machines', i, 'name'];
        context.addIssue({ code: 'custom', path, message, params: { mark: 'unknown-controller' } });
      }
    }
    if (!controllerNames.has(invite.defaultController)) {
      context.addIssue({
        code: 'custom',
        path: ['defaultController'],
        message: 'no such controller is listed',
        params: { mark: 'unknown-controller' },
      });
    }
  });

function reportRepeats<K extends string>(
  context: z.RefinementCtx,
  list: string,
  key: K,
  items: readonly { readonly [key in K]?: string | undefined }[],
): void {
  const first = new Map<string, number>();
  for (const [i, item] of items.entries()) {
    const value = item[key];
    if (value === undefined) continue;
    const before = first.get(value);
    if (before === undefined) first.set(value, i);
    else
      context.addIssue({
        code: 'custom',
        path: [list, i, key],
        message: `the same as ${list}[${before}].${key}`,
        params: { mark: list === 'controllers' ? 'repeated-controller' : 'repeat' },
      });
  }
}

export type InvitePayload = z.infer<typeof invitePayloadSchema>;
export type InviteController = z.infer<typeof controllerSchema>;
export type InviteMachine = z.infer<typeof machineSchema>;
