import * as z from 'zod';
import { decisionSchema } from '../timeline/decision.ts';
import { pathSchema } from './path.ts';
import { problemSchema } from './problem.ts';

/**
 * What the helper reports about the tunnel. Times are RFC 3339. All of it is part of responses: fields that a program
 * does not know are ignored, so that a newer helper may report more (docs/ARCHITECTURE.md, *The control API*).
 */

const timeSchema = z.iso.datetime();

/** Where a candidate comes from. */
export const candidateSourceSchema = z.enum(['invite', 'resolved', 'discovered', 'remembered', 'live']);

/** The result of the last probe of a candidate. */
export const verdictSchema = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('untested') }),
  z.object({ verdict: z.literal('verified'), at: timeSchema, roundTripMs: z.number().min(0) }),
  z.object({ verdict: z.literal('silent'), at: timeSchema, reason: z.string() }),
  z.object({ verdict: z.literal('refused'), at: timeSchema, reason: z.string() }),
]);
export type Verdict = z.infer<typeof verdictSchema>;

export const candidateStatusSchema = z.object({
  endpoint: z.string(),
  path: z.enum(['lan', 'internet']),
  source: candidateSourceSchema,
  last: verdictSchema,
});
export type CandidateStatus = z.infer<typeof candidateStatusSchema>;

export const controllerStatusSchema = z.object({
  name: z.string(),
  publicKey: z.string(),
  /** The controller's own address in the tunnel. */
  address: z.string().nullable(),
  path: pathSchema,
  /**
   * Another path is being tried; `path` stays until it is proven. Defaults to false for helpers that do not report it.
   */
  isMoving: z.boolean().default(false),
  endpoint: z.string().nullable(),
  roundTripMs: z.number().nullable(),
  latestHandshakeAt: timeSchema.nullable(),
  receivedBytes: z.int().min(0),
  sentBytes: z.int().min(0),
  /** Whether the controller answers probes; `unknown` until one was answered. */
  probing: z.enum(['answers', 'unknown', 'not-supported']),
  candidates: z.array(candidateStatusSchema),
});
export type ControllerStatus = z.infer<typeof controllerStatusSchema>;

/** `carrier` applies the settings; null if nothing does, for the reason in `problem`. */
const dnsStatusSchema = z.object({
  servers: z.array(z.string()),
  zones: z.array(z.string()),
  scope: z.enum(['all', 'zones']),
  carrier: z.enum(['systemd-resolved', 'resolvconf', 'networksetup', 'resolver']).nullable(),
  problem: problemSchema.nullable(),
});
/** How a range of the network is routed; see shared/plan/route-states.ts. */
export const routeStatusSchema = z.object({
  range: z.string(),
  controller: z.string(),
  state: z.enum(['awake', 'asleep', 'taken-over']),
  instead: z.array(z.object({ range: z.string(), device: z.string() })),
});
export type RouteStatus = z.infer<typeof routeStatusSchema>;

/**
 * A firewall on the laptop that drops answers to discovery's broadcasts: which firewall, the controllers' source port,
 * and the laptop's destination ports.
 */
const hostFirewallSchema = z.enum(['ufw', 'firewalld', 'nftables']);
export type HostFirewall = z.infer<typeof hostFirewallSchema>;
const droppedAnswersSchema = z.object({
  by: hostFirewallSchema,
  from: z.int(),
  first: z.int(),
  last: z.int(),
});
export type DroppedAnswers = z.infer<typeof droppedAnswersSchema>;

export const tunnelStatusSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('off') }),
  z.object({ state: z.literal('connecting'), network: z.string(), since: timeSchema }),
  z.object({
    state: z.literal('connected'),
    network: z.string(),
    domain: z.string(),
    profileId: z.string(),
    serial: z.int().nullable(),
    peer: z.string(),
    publicKey: z.string(),
    interfaceName: z.string(),
    listenPort: z.int(),
    addresses: z.array(z.string()),
    since: timeSchema,
    adopted: z.boolean(),
    /** Names written to the hosts file, and the controller they resolve through. */
    hosts: z.object({ names: z.int(), via: z.string(), problem: problemSchema.nullable() }),
    /** How names of the network are resolved; null if the resolver is unchanged. */
    dns: dnsStatusSchema.nullable().optional(),
    controllers: z.array(controllerStatusSchema),
    /** Null while no LAN is searched, or nothing drops the answers. */
    droppedAnswers: droppedAnswersSchema.nullable().optional(),
    /** The controller that all traffic goes through; null without one. Helpers before 0.2 do not report it. */
    exit: z.string().nullable().optional(),
    /** Ranges that the laptop could also reach by a route of its own; helpers before 0.2 do not report them. */
    routes: z.array(routeStatusSchema).optional(),
  }),
  z.object({ state: z.literal('disconnecting'), network: z.string(), since: timeSchema }),
  z.object({
    state: z.literal('failed'),
    network: z.string(),
    since: timeSchema,
    problem: problemSchema,
  }),
]);
export type TunnelStatus = z.infer<typeof tunnelStatusSchema>;
export type ConnectedTunnel = Extract<TunnelStatus, { state: 'connected' }>;

export const helperInfoSchema = z.object({
  version: z.string(),
  apiVersion: z.int(),
  pid: z.int(),
  startedAt: timeSchema,
  wireguard: z.enum(['kernel', 'wireguard-go', 'none']),
  residentBytes: z.int(),
  /** Whether an administrator must allow each new network; older helpers have no such setting. */
  asksAdministrator: z.boolean().optional(),
});
export type HelperInfo = z.infer<typeof helperInfoSchema>;

/**
 * Whether only the tunnel may send. `since` is null if its file cannot be read; `isBlocking`: no exit carries other
 * traffic now, so it is blocked. `problem`: why the setting could not be applied, or why it was not made by the user.
 */
export const killSwitchStatusSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('off') }),
  z.object({
    state: z.literal('on'),
    since: timeSchema.nullable(),
    allowLan: z.boolean(),
    isBlocking: z.boolean(),
    problem: problemSchema.nullable(),
  }),
]);
export type KillSwitchStatus = z.infer<typeof killSwitchStatusSchema>;

/**
 * A network with a captive portal. `url` is the page to open in a browser. `open`: until then only the page may be
 * reached outside the tunnel.
 */
export const portalStatusSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('none') }),
  z.object({ state: z.literal('found'), since: timeSchema, url: z.string() }),
  z.object({ state: z.literal('open'), since: timeSchema, url: z.string(), until: timeSchema }),
]);
export type PortalStatus = z.infer<typeof portalStatusSchema>;

export const statusSchema = z.object({
  helper: helperInfoSchema,
  tunnel: tunnelStatusSchema,
  /** Helpers before 0.2 have none. */
  killSwitch: killSwitchStatusSchema.optional(),
  portal: portalStatusSchema.optional(),
  timeline: z.array(decisionSchema),
});
export type Status = z.infer<typeof statusSchema>;
