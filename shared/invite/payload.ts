import { z } from 'zod';
import { isSubnetOfBase, networkBase } from '../addresses/plan.ts';
import { rangeSchema } from '../addresses/range-schema.ts';
import { suffixSchema } from '../addresses/suffix-schema.ts';
import { endpointSchema } from '../endpoints/endpoint-schema.ts';
import { presharedKeySchema, publicKeySchema } from '../keys/key-schemas.ts';
import { domainSchema, hostLabelSchema, networkNameSchema } from '../names/name-schemas.ts';
import { controllersSchema } from '../profile/controllers-schema.ts';

/** Version 1 of what an invite says. Every value is parsed here once and trusted inside. */

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
    controllers: controllersSchema(controllerSchema, 'routes'),
    machines: z.array(machineSchema).max(65_536),
    defaultController: hostLabelSchema,
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
