/** One way to bring up the laptop's tunnel. */
export interface Contestant {
  readonly name: string;
  /** What has to be there before, outside of the time measured. */
  prepare(): Promise<void>;
  /** The command that a person gives; resolves when it has ended. @throws Error with its words when it fails */
  up(): Promise<void>;
  /** Takes all of it away. */
  down(): Promise<void>;
}
