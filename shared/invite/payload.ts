import * as z from 'zod';
import { ipv4Issues } from '../addresses/ipv4-members.ts';
import { isSubnetOfBase, networkBase } from '../addresses/plan.ts';
import { rangeSchema } from '../addresses/range-schema.ts';
import { endpointSchema } from '../endpoints/endpoint-schema.ts';
import { presharedKeySchema, publicKeySchema } from '../keys/key-schemas.ts';
import { repeatedHostName } from '../names/member-names.ts';
import { memberNameSchema } from '../names/name-schemas.ts';
import { controllersSchema } from '../profile/controllers-schema.ts';
import { controllerFacts, machineSchema, networkFacts, peerFacts } from './facts.ts';

/**
 * The content of an invite, in versions 1 to 3 (see version.ts). Every value is parsed here once and trusted inside.
 */

const subnetSchema = z.string().max(50);
const listLimit = 64;

const endpointsSchema = z
  .strictObject({
    private: z.array(endpointSchema).max(listLimit),
    public: z.array(endpointSchema).max(listLimit),
  })
  .readonly();

const controllerSchema = z.strictObject({
  name: memberNameSchema,
  publicKey: publicKeySchema,
  subnet: subnetSchema,
  endpoints: endpointsSchema,
  presharedKey: presharedKeySchema.optional(),
  routes: z.array(rangeSchema).max(listLimit).optional(),
  ...controllerFacts,
});

const unixSecondsSchema = z.int().min(0).max(253_402_300_799);

/** RFC 7519 style: times are whole seconds since 1970. */
export const invitePayloadSchema = z
  .strictObject({
    version: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    network: z.strictObject(networkFacts),
    peer: z.strictObject(peerFacts),
    controllers: controllersSchema(controllerSchema, 'routes'),
    machines: z.array(machineSchema).max(65_536),
    defaultController: memberNameSchema,
    /** With it the peer proves that its join card comes from this invite; 32 bytes in base64url. */
    joinSecret: z
      .string()
      .regex(/^[\w-]{43}$/, 'not 32 bytes in base64url')
      .optional(),
    issuedAt: unixSecondsSchema,
    expiresAt: unixSecondsSchema.optional(),
    serial: z.int().min(1),
  })
  .superRefine((invite, context) => {
    const base = networkBase(invite.network.name);
    for (const [i, controller] of invite.controllers.entries()) {
      if (!isSubnetOfBase(controller.subnet, base)) {
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
    const repeated = repeatedHostName(invite.machines);
    if (repeated !== undefined) {
      const message = `"${repeated.owners.join('" and "')}" would both be called "${repeated.hostName}"`;
      context.addIssue({ code: 'custom', path: ['machines'], message, params: { mark: 'repeat' } });
    }
    for (const { path, message } of ipv4Issues(invite)) context.addIssue({ code: 'custom', path, message });
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
      if (machine.controller !== undefined && !controllerNames.has(machine.controller)) {
        context.addIssue({
          code: 'custom',
          path: ['machines', i, 'controller'],
          message: 'no such controller is listed',
          params: { mark: 'unknown-controller' },
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
