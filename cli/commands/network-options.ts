/** The options of `homing network ...`, as commander hands them over. */
export interface InitOptions {
  readonly domain?: string;
  readonly presharedKeys?: true;
  readonly file?: string;
}

export interface AddControllerOptions {
  readonly publicKey: string;
  readonly port?: string;
  readonly privateEndpoint?: readonly string[];
  readonly publicEndpoint?: readonly string[];
  readonly route?: readonly string[];
  readonly file?: string;
}

export interface AddPeerOptions {
  readonly card?: string;
  readonly defaultController?: string;
  readonly file?: string;
}

export interface InviteOptions {
  readonly out?: string;
  readonly link?: true;
  readonly qr?: true;
  readonly expiresIn?: string;
  readonly file?: string;
}

export interface RenderOptions {
  readonly controller: string;
  readonly format: string;
  readonly out?: string;
  readonly file?: string;
}
