import type { RequestListener } from 'node:http';
import type * as z from 'zod';
import type { Diagnostics, HelperEvent, ProbeResponse } from '../../shared/contract/control-api.ts';
import {
  type KillSwitchRequest,
  killSwitchRequestSchema,
  type PortalRequest,
  type ProbeRequest,
  portalRequestSchema,
  probeRequestSchema,
  type RouteRequest,
  routeRequestSchema,
  signedTunnelRequestSchema,
  type TunnelRequest,
  tunnelRequestSchema,
} from '../../shared/contract/requests.ts';
import type { Status } from '../../shared/contract/status.ts';
import { apiVersion } from '../../shared/contract/version.ts';
import { versionProblem } from '../../shared/contract/version-problem.ts';
import { type Problem, problemOf } from '../../shared/errors/problem.ts';
import { schemaProblem } from '../../shared/errors/schema-problem.ts';
import { profileOfInvite } from '../../shared/invite/profile-from-invite.ts';
import { type VerifiedInvite, verifyInvite } from '../../shared/invite/read-invite.ts';
import { type Call, callOf, jsonOf, sendJson } from './call.ts';
import { streamEvents } from './event-stream.ts';
import { type ControlLimits, controlLimits } from './limits.ts';
import { isSignedByNode } from './signature.ts';
import { Slots } from './slots.ts';

/** The helper's operations for the control API. */
export interface ControlledHelper {
  status(): Promise<Status>;
  /** @param invite what vouches for the profile; undefined when nothing does */
  connect(request: TunnelRequest, invite?: VerifiedInvite): Promise<void>;
  disconnect(): Promise<void>;
  setRoute(request: RouteRequest): Promise<void>;
  setKillSwitch(request: KillSwitchRequest): Promise<void>;
  setPortal(request: PortalRequest): Promise<void>;
  probe(request: ProbeRequest): Promise<ProbeResponse>;
  diagnostics(): Promise<Diagnostics>;
  /**
   * The snapshot at once, then every change; counters every second only with `all`. @returns a function that stops it
   */
  subscribe(listener: (event: HelperEvent) => void, refresh: 'all' | 'changes'): () => void;
}

/** The HTTP status of a problem: 4xx when the caller can fix it. */
function httpStatusOf(code: string): 400 | 403 | 409 | 413 | 500 | 503 {
  if (['internal', 'tunnel-failed', 'kill-switch-failed'].includes(code)) return 500;
  if (code === 'no-wireguard' || code === 'helper-busy') return 503;
  if (code === 'too-large') return 413;
  if (code === 'approval-needed' || code === 'network-key-changed') return 403;
  return ['interface-taken', 'not-connected', 'no-portal'].includes(code) ? 409 : 400;
}

function parsedBody<S extends z.ZodType>(input: unknown, schema: S): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw schemaProblem(parsed.error, input, {
    code: 'bad-request',
    title: 'The helper refuses the request',
    remedy: 'Import the invite again; if it comes back, ask the admin for a new one.',
  });
}

async function bodyOf<S extends z.ZodType>(call: Call, schema: S, emptyIs?: '{}'): Promise<z.output<S>> {
  return parsedBody(await jsonOf(call, emptyIs), schema);
}

/** Of a signed network only the invite is believed: the profile is derived from it here. @throws HomingError */
function tunnelRequestOf(input: unknown): readonly [TunnelRequest, VerifiedInvite?] {
  const isSigned = typeof input === 'object' && input !== null && Object.hasOwn(input, 'invite');
  if (!isSigned) return [parsedBody(input, tunnelRequestSchema)];
  const { invite: text, local, privateKey } = parsedBody(input, signedTunnelRequestSchema);
  const invite = verifyInvite(text, isSignedByNode);
  return [{ profile: profileOfInvite(invite, local), privateKey }, invite];
}

/** Answers one call: what it resolves with is sent as JSON, unless it has answered itself. */
type Handler = (call: Call) => Promise<unknown>;

/**
 * The control API, for Node's HTTP server; see shared/contract/control-api.ts. Without a library: the usual ones load
 * Node's `fetch` for its `Response`, 8 to 17 MiB of a helper that is idle all day.
 */
export function controlApi(helper: ControlledHelper, limits: ControlLimits = controlLimits): RequestListener {
  const calls = handlersOf(helper, limits);
  return (request, response) => {
    void answer(callOf(request, response), calls);
  };
}

function handlersOf(helper: ControlledHelper, limits: ControlLimits): ReadonlyMap<string, Handler> {
  const subscribers = new Slots('streams of events', limits.subscribers);
  const bodies = new Slots('requests with a body', limits.bodies);
  /** A call that changes something: its body is read in a slot, and the answer is the status afterwards. */
  const change = (act: (call: Call) => Promise<void>) => async (call: Call) => {
    await bodies.during(() => act(call));
    return await helper.status();
  };
  return new Map<string, Handler>([
    ['GET /v1/status', () => helper.status()],
    [
      'GET /v1/events',
      (call) => {
        const refresh = call.query.get('refresh') === 'changes' ? 'changes' : 'all';
        const giveBack = subscribers.take();
        const subscribe = (listener: (event: HelperEvent) => void) => helper.subscribe(listener, refresh);
        return streamEvents(call.response, subscribe, giveBack, limits.readerStallMs);
      },
    ],
    ['GET /v1/diagnostics', () => helper.diagnostics()],
    ['PUT /v1/tunnel', change(async (call) => helper.connect(...tunnelRequestOf(await jsonOf(call))))],
    [
      'DELETE /v1/tunnel',
      async () => {
        await helper.disconnect();
        return await helper.status();
      },
    ],
    ['PUT /v1/routes', change(async (call) => helper.setRoute(await bodyOf(call, routeRequestSchema)))],
    [
      'PUT /v1/kill-switch',
      change(async (call) => helper.setKillSwitch(await bodyOf(call, killSwitchRequestSchema))),
    ],
    ['PUT /v1/portal', change(async (call) => helper.setPortal(await bodyOf(call, portalRequestSchema)))],
    [
      'POST /v1/probe',
      (call) => bodies.during(async () => helper.probe(await bodyOf(call, probeRequestSchema, '{}'))),
    ],
  ]);
}

async function answer(call: Call, calls: ReadonlyMap<string, Handler>): Promise<void> {
  const { method, path, version, response } = call;
  try {
    if (version !== undefined && version !== String(apiVersion))
      throw versionProblem(String(apiVersion), version);
    const handler = calls.get(`${method} ${path}`);
    if (handler === undefined) {
      sendJson(response, 404, { error: noSuchCall(call) });
      return;
    }
    const answered = await handler(call);
    if (!response.headersSent) sendJson(response, 200, answered);
  } catch (error) {
    const problem = problemOf(error);
    // The body of a caller who is refused for want of room must not pass through the memory either.
    if (problem.code === 'helper-busy') response.shouldKeepAlive = false;
    if (response.headersSent) response.destroy();
    else sendJson(response, httpStatusOf(problem.code), { error: problem });
  }
}

function noSuchCall({ method, path }: Call): Problem {
  return {
    code: 'no-such-call',
    title: 'The helper has no such call',
    cause: `${method} ${path} is not part of version ${apiVersion} of the control API.`,
    remedy: 'See docs/ARCHITECTURE.md for the available calls.',
  };
}
