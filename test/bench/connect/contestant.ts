/** One way to bring up the laptop's tunnel. */
export interface Contestant {
  readonly name: string;
  /** Set-up that is not part of the measured time. */
  prepare(): Promise<void>;
  /** The user's command; resolves when it has ended. @throws Error with its output if it fails */
  up(): Promise<void>;
  /** Removes everything. */
  down(): Promise<void>;
}
