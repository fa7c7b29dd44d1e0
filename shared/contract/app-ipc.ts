import * as z from 'zod';
import { maxListenPort, minListenPort } from '../profile/listen-port.ts';
import { appChangeSchema, appStateSchema, preferencesSchema, reviewIdSchema } from './app-state.ts';
import { problemSchema } from './problem.ts';
import { killSwitchRequestSchema, portalRequestSchema, routeRequestSchema } from './requests.ts';

/**
 * Every message between the app's window and its main process. Both ends, the preload script and the tests derive
 * from this one table; the receiver validates each payload.
 */

const nothing = z.undefined();
const profile = z.strictObject({ profileId: z.string().regex(/^[a-z0-9]{16}$/) });

/**
 * Characters of text in one call. An invite has at most 1 MiB: longer text is cut off here and refused later, with the
 * reason.
 */
export const textLimit = 2 * 1024 * 1024;

export const joinCardViewSchema = z.strictObject({
  network: z.string(),
  peer: z.string(),
  /** The card as one line of text, to send. */
  text: z.string(),
  fileName: z.string(),
  /** Six words for its content, the same that the admin sees. */
  words: z.array(z.string()),
  /** A QR code: one string per row, `1` for dark. */
  qr: z.array(z.string().regex(/^[01]+$/)),
});
export type JoinCardView = z.infer<typeof joinCardViewSchema>;

export const calls = {
  /** The whole state; after that the window listens for changes. */
  state: { input: nothing, output: appStateSchema },
  connect: { input: profile, output: nothing },
  disconnect: { input: nothing, output: nothing },
  /** Tests every candidate of one controller, or of all, now. */
  probe: { input: z.strictObject({ controller: z.string().max(63).optional() }), output: nothing },
  selectProfile: { input: profile, output: nothing },
  /** Routes a sleeping range through the tunnel for as long as the laptop is here, or reverts that. */
  setRoute: { input: routeRequestSchema, output: nothing },
  /** Which controller all traffic goes through; null: none. A live tunnel is connected again with it. */
  setExit: { input: profile.extend({ controller: z.string().max(63).nullable() }), output: nothing },
  setKillSwitch: { input: killSwitchRequestSchema, output: nothing },
  /** Opens the network for its sign-in page and shows the page in the browser, or closes it again. */
  setPortal: { input: portalRequestSchema, output: nothing },

  /** Asks the user for a file; then a review is open, unless cancelled. */
  openInvite: { input: nothing, output: nothing },
  importText: {
    input: z.strictObject({ text: z.string().max(textLimit), source: z.string().max(200) }),
    output: nothing,
  },
  /** A dropped file, by its path; the preload script learns it from the File, never from the page. */
  importFile: { input: z.strictObject({ path: z.string().min(1).max(4096) }), output: nothing },
  /** Carries out the review that the user saw; @returns the id of the profile it created or changed. */
  acceptReview: {
    input: z.strictObject({ reviewId: reviewIdSchema }),
    output: z.strictObject({ profileId: z.string(), kind: z.enum(['new', 'update']) }),
  },
  /** Other names for a new WireGuard file: the network's, and its controllers' in their order. */
  renameReview: {
    input: z.strictObject({
      reviewId: reviewIdSchema,
      network: z.string().max(63),
      controllers: z.array(z.string().max(63)).max(4096),
    }),
    output: nothing,
  },
  dismissReview: { input: nothing, output: nothing },

  joinCard: { input: profile, output: joinCardViewSchema },
  /** Asks for the place. @returns the path, null when cancelled */
  saveJoinCard: { input: profile, output: z.string().nullable() },

  /** The lines that make a controller answer this laptop's probes, without its preshared key. */
  probePeer: {
    input: profile.extend({ controller: z.string().max(63) }),
    output: z.strictObject({ lines: z.string() }),
  },
  /** Copies them, including the preshared key. */
  copyProbePeer: { input: profile.extend({ controller: z.string().max(63) }), output: nothing },

  renameProfile: { input: profile.extend({ label: z.string().max(63) }), output: nothing },
  changeProfileSettings: {
    input: profile.extend({
      discovery: z.boolean().optional(),
      shortNames: z.boolean().optional(),
      listenPort: z.int().min(minListenPort).max(maxListenPort).nullable().optional(),
    }),
    output: nothing,
  },
  /** Disconnects it first when it is connected. */
  forgetProfile: { input: profile, output: nothing },
  forgetDamaged: { input: z.strictObject({ id: z.string().max(64) }), output: nothing },

  setPreferences: { input: preferencesSchema.partial(), output: nothing },
  /**
   * `asksAdministrator`: whether an administrator must allow each new network, for the first installation; left out, it stays as it is. `unverified`: also
   * replaces the installed helper by a build that is no verified release.
   */
  installHelper: {
    input: z.strictObject({
      asksAdministrator: z.boolean().optional(),
      unverified: z.boolean().optional(),
    }),
    output: nothing,
  },
  /** Whether an administrator must allow each new network; an administrator is asked about this change alone. */
  setApproval: { input: z.strictObject({ isNeeded: z.boolean() }), output: nothing },
  /** Asks an administrator to allow a network, then connects it. */
  allowNetwork: { input: profile, output: nothing },
  /** Disconnects, and removes the helper and all it owns from the machine. */
  removeHelper: { input: nothing, output: nothing },
  retryHelper: { input: nothing, output: nothing },

  checkForUpdates: { input: nothing, output: nothing },
  installUpdate: { input: nothing, output: nothing },

  copyText: { input: z.strictObject({ text: z.string().min(1).max(textLimit) }), output: nothing },
  copyDiagnostics: { input: nothing, output: nothing },
  dismissProblem: { input: nothing, output: nothing },
  /** With a live tunnel and no `keepConnected`, the main process asks the user. */
  quit: { input: z.strictObject({ keepConnected: z.boolean().optional() }), output: nothing },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

export type CallName = keyof typeof calls;
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]['input']>;
export type CallOutput<N extends CallName> = z.output<(typeof calls)[N]['output']>;

/** The result of a call: errors are values, since Electron drops the fields of an Error. */
export const callResultSchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({ ok: z.literal(false), problem: problemSchema }),
]);
export type CallResult = z.infer<typeof callResultSchema>;

/** The screen that the window should show, requested for example by the tray. */
export const screenSchema = z.enum(['status', 'machines', 'timeline', 'settings', 'import']);
export type ScreenName = z.infer<typeof screenSchema>;

export const appEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('changed'), change: appChangeSchema }),
  z.strictObject({ type: z.literal('show'), screen: screenSchema }),
]);
export type AppEvent = z.infer<typeof appEventSchema>;

/** The preload script's API, as `window.homing` in the page, which validates results and events. */
export interface AppBridge {
  /** @returns a {@link CallResult} */
  call(name: string, input: unknown): Promise<unknown>;
  /** @returns a function that stops it */
  onEvent(listener: (event: unknown) => void): () => void;
  /** A file that was dropped or chosen in the page. @returns a {@link CallResult} */
  importDroppedFile(file: unknown): Promise<unknown>;
}
