/** The options of `homing network ...`, as commander hands them over. */
export interface FileOption {
  readonly file?: string;
}

export interface InitOptions extends FileOption {
  readonly domain?: string;
  readonly presharedKeys?: true;
  readonly ipv4?: string;
  readonly mtu?: string;
}

/** What a controller is added with and may be changed to. */
interface ControllerOptions extends FileOption {
  readonly port?: string;
  readonly privateEndpoint?: readonly string[];
  readonly publicEndpoint?: readonly string[];
}

interface MemberOptions extends FileOption {
  readonly publicKey?: string;
  readonly ipv4?: string;
  readonly alias?: readonly string[];
  readonly route?: readonly string[];
  readonly masquerade?: string;
  readonly migrate?: string;
  readonly exitDns?: readonly string[];
  readonly defaultController?: string;
}

export interface AddControllerOptions extends ControllerOptions, MemberOptions {
  readonly publicKey: string;
  readonly exit?: true;
}

export interface AddPeerOptions extends FileOption {
  readonly card?: string;
  readonly replaceKeys?: true;
  readonly withoutProof?: true;
  readonly defaultController?: string;
  readonly ipv4?: string;
  readonly alias?: readonly string[];
  readonly privateEndpoint?: string;
}

export type SetEndpointOptions = ControllerOptions;

export interface SetMemberOptions extends MemberOptions {
  readonly exit?: string;
}

export interface SetNetworkOptions extends FileOption {
  readonly ipv4?: string;
  readonly mtu?: string;
  readonly defaultController?: string;
}

export interface ImportNetworkOptions extends FileOption {
  readonly clan: string;
  readonly instance?: string;
  readonly domain?: string;
}

export interface ListOptions extends FileOption {
  readonly json?: true;
}

export interface InviteOptions extends FileOption {
  readonly out?: string;
  readonly link?: true;
  readonly qr?: true;
  readonly expiresIn?: string;
}

export interface RenderOptions extends FileOption {
  readonly controller: string;
  readonly format: string;
  readonly out?: string;
}
