import * as z from 'zod';
import { type Decision, decisionSchema } from '../timeline/decision.ts';
import { problemSchema } from './problem.ts';
import {
  helperInfoSchema,
  killSwitchStatusSchema,
  portalStatusSchema,
  tunnelStatusSchema,
} from './status.ts';

/**
 * The state that the main process sends to its window: everything that any screen shows. The window receives the whole
 * state once, then changed parts (app-ipc.ts). It contains no secrets.
 */

const timeSchema = z.iso.datetime();
const profileIdSchema = z.string().regex(/^[a-z0-9]{16}$/, 'not 16 of a-z, 0-9');

/**
 * The app's connection to the helper. Every state except `ready` and `connecting` has a screen of its own with one
 * action.
 */
export const helperLinkSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('connecting') }),
  z.strictObject({ state: z.literal('ready'), info: helperInfoSchema }),
  /** Never installed on this machine. */
  z.strictObject({ state: z.literal('missing'), problem: problemSchema }),
  /** Installed, but not answering. */
  z.strictObject({ state: z.literal('not-running'), problem: problemSchema }),
  z.strictObject({ state: z.literal('too-old'), problem: problemSchema }),
  z.strictObject({ state: z.literal('too-new'), problem: problemSchema }),
  z.strictObject({ state: z.literal('not-permitted'), problem: problemSchema }),
  /** A socket that cannot be trusted, or a response outside the contract. */
  z.strictObject({ state: z.literal('failed'), problem: problemSchema }),
  /** The installer runs; the system asks for the password. */
  z.strictObject({ state: z.literal('installing') }),
]);
export type HelperLinkState = z.infer<typeof helperLinkSchema>;

const fingerprintSchema = z.strictObject({ words: z.array(z.string()).length(6), hex: z.string() });

export const profileSummarySchema = z.strictObject({
  id: profileIdSchema,
  network: z.string(),
  /** The user's name for it; by default the network's name. */
  label: z.string(),
  domain: z.string(),
  peer: z.string(),
  origin: z.enum(['invite', 'wg-quick']),
  serial: z.int().nullable(),
  fingerprint: fingerprintSchema.nullable(),
  addresses: z.array(z.string()),
  /** `hostName` is the name with its domain; `address` what it resolves to, `otherAddresses` what it resolves to as well. */
  machines: z.array(
    z.strictObject({
      name: z.string(),
      hostName: z.string(),
      kind: z.enum(['controller', 'peer']),
      address: z.string(),
      otherAddresses: z.array(z.string()),
      otherNames: z.array(z.string()),
      isThisLaptop: z.boolean(),
    }),
  ),
  controllers: z.array(
    z.strictObject({
      name: z.string(),
      publicKey: z.string(),
      hasPrivate: z.boolean(),
      hasPublic: z.boolean(),
    }),
  ),
  settings: z.strictObject({
    discovery: z.boolean(),
    shortNames: z.boolean(),
    listenPort: z.int().nullable(),
    /** The controller that all traffic goes through; null: only that of the network. */
    exit: z.string().nullable(),
  }),
  /** The controllers that offer to carry all traffic. */
  exits: z.array(z.string()),
  /** Octets of the tunnel's largest packet. */
  mtu: z.int(),
  /** How the private key is kept: sealed by the system's keyring, or a 0600 file; or why it cannot be read. */
  key: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('sealed') }),
    z.strictObject({ state: z.literal('file'), reason: z.string() }),
    z.strictObject({ state: z.literal('unreadable'), problem: problemSchema }),
  ]),
  /** Whether any controller ever answered this laptop's key: until then its join card may still be on the way. */
  joined: z.boolean(),
});
export type ProfileSummary = z.infer<typeof profileSummarySchema>;

export const damagedProfileSchema = z.strictObject({
  id: z.string(),
  path: z.string(),
  problem: problemSchema,
});

/** Identifies a review, so that an answer names the review it is for. */
export const reviewIdSchema = z.string().max(40);

/** An import that waits for the user's decision. */
export const reviewSchema = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('ready'),
    id: reviewIdSchema,
    /** Where it came from, e.g. `laptop.homing`, `a link`, `the clipboard`. */
    source: z.string(),
    kind: z.enum(['new', 'update']),
    network: z.string(),
    domain: z.string(),
    peer: z.string(),
    fingerprint: fingerprintSchema.nullable(),
    serial: z.int().nullable(),
    interfaceName: z.string(),
    addresses: z.array(z.string()),
    /** Whether this laptop may choose the names: those of a new WireGuard file. */
    isRenamable: z.boolean(),
    controllers: z.array(
      z.strictObject({
        name: z.string(),
        /** The file's own name for it, if it is longer. */
        description: z.string().nullable(),
        private: z.array(z.string()),
        public: z.array(z.string()),
        routes: z.array(z.string()),
      }),
    ),
    hostNames: z.array(z.string()),
    /** Completes "Your other traffic …". */
    /** How names are resolved while connected; null if unchanged. */
    lookups: z.string().nullable(),
    otherTraffic: z.strictObject({ isUntouched: z.boolean(), text: z.string() }),
    refusedLines: z.array(z.strictObject({ line: z.int(), text: z.string(), reason: z.string() })),
    differences: z.array(
      z.strictObject({
        what: z.string(),
        change: z.enum(['added', 'removed', 'changed']),
        from: z.string().nullable(),
        to: z.string().nullable(),
      }),
    ),
  }),
  z.strictObject({
    state: z.literal('refused'),
    id: reviewIdSchema,
    source: z.string(),
    problem: problemSchema,
  }),
]);
export type Review = z.infer<typeof reviewSchema>;

export const preferencesSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  launchAtLogin: z.boolean(),
  connectAtStart: z.boolean(),
  notifications: z.boolean(),
  checkForUpdates: z.boolean(),
});
export type Preferences = z.infer<typeof preferencesSchema>;

export const updateSchema = z.discriminatedUnion('state', [
  /** Another program updates this installation, such as the package manager. */
  z.strictObject({ state: z.literal('elsewhere'), how: z.string() }),
  z.strictObject({ state: z.literal('idle'), checkedAt: timeSchema.nullable() }),
  z.strictObject({ state: z.literal('checking') }),
  z.strictObject({ state: z.literal('downloading'), version: z.string(), percent: z.number() }),
  z.strictObject({ state: z.literal('ready'), version: z.string() }),
  z.strictObject({ state: z.literal('failed'), problem: problemSchema }),
]);
export type UpdateState = z.infer<typeof updateSchema>;

/** One reading of a controller, for its sparkline and its rates. */
export const sampleSchema = z.strictObject({
  atMs: z.number(),
  roundTripMs: z.number().nullable(),
  receivedBytes: z.number(),
  sentBytes: z.number(),
});
export type Sample = z.infer<typeof sampleSchema>;

/** The requested state, shown at once until the helper confirms it or 3 s have passed. */
export const predictionSchema = z.enum(['connecting', 'disconnecting']).nullable();

export const appStateSchema = z.strictObject({
  about: z.strictObject({
    version: z.string(),
    electron: z.string(),
    platform: z.enum(['linux', 'darwin']),
    /** False on a desktop without a tray: closing the window then quits the app, after asking about the tunnel. */
    hasTray: z.boolean(),
    /** How the helper is installed: by the package's installer, or by hand from a checkout. */
    installer: z.enum(['packaged', 'by-hand']),
    /** Whether the system has a keyring that encrypts private keys. */
    keyring: z.discriminatedUnion('state', [
      z.strictObject({ state: z.literal('available') }),
      z.strictObject({ state: z.literal('missing'), reason: z.string() }),
    ]),
  }),
  helper: helperLinkSchema,
  tunnel: tunnelStatusSchema,
  /** Null: this helper has none. */
  killSwitch: killSwitchStatusSchema.nullable(),
  portal: portalStatusSchema,
  prediction: predictionSchema,
  /** Oldest first. */
  timeline: z.array(decisionSchema),
  /** By the name of a controller of the live tunnel, oldest first. */
  history: z.record(z.string(), z.array(sampleSchema)),
  profiles: z.array(profileSummarySchema),
  damaged: z.array(damagedProfileSchema),
  /** The profile that the window shows and the switch connects; null without profiles. */
  selectedProfileId: profileIdSchema.nullable(),
  review: reviewSchema.nullable(),
  preferences: preferencesSchema,
  update: updateSchema,
  /** The last failure that was not dismissed yet, with the network that was to be connected. */
  problem: problemSchema.extend({ profileId: profileIdSchema.optional() }).nullable(),
});
export type AppState = z.infer<typeof appStateSchema>;

/**
 * Parts of the state with their new values. Two parts grow instead: the window keeps the history itself, from the
 * tunnel's readings, and new decisions of the timeline are sent one by one.
 */
export type AppChange = Partial<Omit<AppState, 'history'>> & { decisions?: Decision[] };
export const appChangeSchema = appStateSchema
  .omit({ history: true })
  .extend({ decisions: z.array(decisionSchema) })
  .partial()
  .transform(
    (change): AppChange =>
      Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
  );
