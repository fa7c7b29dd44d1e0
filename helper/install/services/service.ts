/**
 * A service manager, which starts the helper at boot and restarts it: one interface, with a file per implementation.
 */
export interface ServiceManager {
  readonly name: 'systemd' | 'launchd' | 'sysv';
  /** The file that describes the service. */
  readonly file: string;
  /** Writes the file, enables the helper at boot, and starts it now; a live tunnel is kept. */
  install(service: HelperService): Promise<void>;
  /** Stops the helper and removes the file. A missing service is no error. */
  remove(): Promise<void>;
}

export interface HelperService {
  /** Absolute, in a directory that only root can write to. */
  readonly program: string;
  /** The only user who may control the helper. */
  readonly uid: number;
}
