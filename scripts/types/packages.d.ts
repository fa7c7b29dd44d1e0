/** The used types of packages without type definitions. */

declare module 'electron-installer-debian' {
  export class Installer {
    constructor(options: object);
    readonly stagingDir: string;
    /** What goes into the package's control file, after generateOptions. */
    readonly options: { depends: readonly string[]; recommends: readonly string[]; readonly version: string };
    generateDefaults(): Promise<void>;
    generateOptions(): Promise<void>;
    createStagingDir(): Promise<void>;
    createContents(): Promise<void>;
    createPackage(): Promise<void>;
    movePackage(): Promise<void>;
  }
}

declare module 'yauzl' {
  interface Entry {
    readonly fileName: string;
    readonly externalFileAttributes: number;
  }
  interface ZipFile {
    eachEntry(): AsyncIterable<Entry>;
    openReadStreamPromise(entry: Entry): Promise<import('node:stream').Readable>;
    close(): void;
  }
  export function openPromise(path: string): Promise<ZipFile>;
}

declare module '@doyensec/electronegativity' {
  function run(options: object): Promise<unknown>;
  export = run;
}
