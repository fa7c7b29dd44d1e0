/** What `homing settings` was asked, as text. */
export interface SettingsOptions {
  readonly discovery?: string;
  readonly shortNames?: string;
  readonly listenPort?: string;
  readonly json?: true;
}
