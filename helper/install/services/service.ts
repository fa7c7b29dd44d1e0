/** What starts the helper with the machine and again when it ends: one seam, a file for each kind. */
export interface ServiceManager {
  readonly name: 'systemd' | 'launchd' | 'sysv';
  /** The file that describes the service. */
  readonly file: string;
  /** Writes the file, has the helper start with the machine, and starts it now; a live tunnel is kept. */
  install(service: HelperService): Promise<void>;
  /** Stops the helper and removes the file. A service that is not there is none to remove. */
  remove(): Promise<void>;
}

export interface HelperService {
  /** Absolute, in a directory that only root can write to. */
  readonly program: string;
  /** The one user who may control the helper. */
  readonly uid: number;
}
